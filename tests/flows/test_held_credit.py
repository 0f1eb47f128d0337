"""Credit that a person looks at first: earned at once, spent once it is let go, and the household always knows."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases import service as cases
from app.cases.models import Dispute
from app.errors import Conflict
from app.integrity import held_credits
from app.integrity.doubts import Doubts
from app.kernel.ids import new_id
from app.ledger import reading
from app.payouts import holds
from app.weighing import holding
from app.weighing import service as weighing
from app.weighing.models import Because, HeldCredit, HeldStatus
from tests.factories.street import LIMITS, a_household, a_pickup
from tests.flows.phones import Town

JUDGE = Doubts(above_certainty=0.8, above_minor=100_000, held_for=timedelta(days=5))
NEIGHBOURS, WEEKS = 6, 2


def weigh(town: Town, grams: int, pickup_id: UUID | None = None) -> None:
    with town.database.unit_of_work() as session:
        bag = weighing.Submission(
            new_id(),
            pickup_id or town.street.pickup_id,
            town.street.collector_id,
            {"PET": grams},
            town.now,
        )
        weighing.record(session, bag, town.now, town.post, LIMITS, judge=JUDGE)


@pytest.fixture
def used_to_bags(town: Town) -> Town:
    """Amina and her neighbours have given two or three kilograms a week. Nothing of it is in her purse any more."""
    with town.database.unit_of_work() as session:
        homes = [town.street.household_id] + [
            a_household(session, town.street.zone_id, f"+23480000001{number:02}", town.now)
            for number in range(NEIGHBOURS)
        ]
        for week in range(1, WEEKS + 1):
            at = town.now - timedelta(weeks=week)
            for number, home in enumerate(homes):
                pickup_id = a_pickup(session, home, town.street.zone_id, at.date())
                grams = {"PET": 1_800 + 150 * number + 100 * week}
                bag = weighing.Submission(new_id(), pickup_id, town.street.collector_id, grams, at)
                weighing.record(session, bag, at, town.post, LIMITS, judge=JUDGE)
    town.post.sent.clear()
    return town


def held(town: Town) -> HeldCredit:
    with town.database.unit_of_work() as session:
        return session.scalars(select(HeldCredit)).one()


def told(town: Town) -> str:
    return town.post.sent[-1].body


def purse(town: Town) -> int:
    """What can be spent; and the book adds up, every hold with it."""
    with town.database.unit_of_work() as session:
        assert [*reading.check(session), *holds.check(session, [holding.claims(session)])] == []
    return town.balance_minor()


def desk(town: Town, actor: str = "ada", second_above: int = 10_000_000) -> held_credits.Desk:
    return held_credits.Desk(actor, second_above, town.post, "NGN", timedelta(days=150), town.now)


def decide(town: Town, actor: str = "ada", *, told: str = "", second_above: int = 10_000_000) -> HeldStatus:
    """Releases it; declines it where there is something to be `told`."""
    who = desk(town, actor, second_above)
    with town.database.unit_of_work() as session:
        known = session.scalars(select(HeldCredit.id)).one()
        if told:
            return held_credits.decline(session, known, "looked", told, who).status
        return held_credits.release(session, known, "called them", who).status


def test_a_bag_thirty_times_as_heavy_is_earned_but_looked_at_first(used_to_bags: Town) -> None:
    town = used_to_bags
    before = purse(town)
    weigh(town, 70_000)
    assert told(town) == (
        "We weighed Plastic bottles 70kg: N7,000. We check it first, by Sat 28 Nov at the latest."
        " Not right? Text WRONG."
    )
    assert purse(town) == before
    town.amina.says("BALANCE").hears("Amina, your credit is", "Being checked: N7,000.")
    town.amina.says("HISTORY").hears("Mon 23 Nov: 70kg, N7,000")
    town.amina.says("REDEEM 6000").hears_nothing_of("on its way")
    found = held(town)
    assert (found.because, found.amount_minor, found.status) == (Because.WEIGHT, 700_000, HeldStatus.WAITING)
    assert found.certainty > 0.8

    town.later(days=1)
    assert decide(town) is HeldStatus.RELEASED
    assert told(town).startswith("Thank you for waiting. N7,000 of Mon 23 Nov is yours to spend.")
    assert purse(town) == before + 700_000
    town.amina.says("BALANCE").hears_nothing_of("checked")
    for again in ("", "no"):
        with pytest.raises(Conflict):
            decide(town, told=again)
    assert purse(town) == before + 700_000


def test_ordinary_bags_and_small_sums_are_never_held(used_to_bags: Town) -> None:
    weigh(used_to_bags, 9_900)
    assert told(used_to_bags).startswith("We weighed Plastic bottles 9.9kg. You earned N990.")


def test_who_knows_nothing_yet_doubts_nobody(town: Town) -> None:
    weigh(town, 100_000)
    assert town.balance_minor() == 1_000_000


def test_declined_credit_goes_back_with_a_reason_and_wrong_is_about_it(used_to_bags: Town) -> None:
    town = used_to_bags
    before = purse(town)
    weigh(town, 70_000)
    town.later(days=3)
    with town.database.unit_of_work() as session:
        on = town.now.date()
        later = a_pickup(session, town.street.household_id, town.street.zone_id, on)
    weigh(town, 2_000, later)  # the next visit, before anybody decided
    assert decide(town, told="7kg was typed as 70kg") is HeldStatus.DECLINED
    assert told(town) == (
        "Sorry, we cannot credit N7,000 of Mon 23 Nov: 7kg was typed as 70kg. Not right? Text WRONG, we look again."
    )
    assert purse(town) == before + 20_000
    town.amina.says("HISTORY").hears("corrected")
    town.amina.says("WRONG").hears("Your last weighing, Mon 23 Nov: 70kg").says("it was 7kg")
    with town.database.unit_of_work() as session:
        dispute = session.scalars(select(Dispute)).one()
        assert dispute.weighing_id == session.scalars(select(HeldCredit.weighing_id)).one()
        done = cases.resolve(
            session, dispute.id, grams={"PET": 7_000}, decision="so it was", by="ada", now=town.now,
            post=town.post, limits=LIMITS,
        )  # fmt: skip
        assert done.difference_minor == 70_000
    assert purse(town) == before + 20_000 + 70_000


def test_nobody_looked_in_time_so_it_is_released_by_itself_once(used_to_bags: Town) -> None:
    town = used_to_bags
    before = purse(town)
    weigh(town, 70_000)
    for days, released in ((4, 0), (1, 1), (1, 0)):
        town.later(days=days)
        with town.database.unit_of_work() as session:
            assert held_credits.release_due(session, desk(town, "system")) == released
    assert purse(town) == before + 700_000
    assert told(town).startswith("Thank you for waiting. N7,000 of Mon 23 Nov is yours to spend.")


@pytest.mark.parametrize("declined", ["", "not yours"])
def test_a_large_sum_takes_two_people_who_say_the_same(used_to_bags: Town, declined: str) -> None:
    town = used_to_bags
    before = purse(town)
    weigh(town, 70_000)
    assert decide(town, "ada", told="" if declined else "no", second_above=1) is HeldStatus.WAITING
    assert decide(town, "ada", told=declined, second_above=1) is HeldStatus.WAITING
    with pytest.raises(Conflict, match="Another person"):
        decide(town, "ada", told=declined, second_above=1)
    assert purse(town) == before
    decide(town, "bisi", told=declined, second_above=1)
    assert purse(town) == before + (0 if declined else 700_000)


@pytest.mark.parametrize(("grams", "left"), [(6_000, 60_000), (90_000, 900_000), (0, 0)])
def test_a_correction_at_the_door_reaches_what_is_held(used_to_bags: Town, grams: int, left: int) -> None:
    town = used_to_bags
    before = purse(town)
    weigh(town, 70_000)
    correct(town, grams)
    assert purse(town) == before
    found = held(town)
    assert (found.amount_minor, found.status is HeldStatus.WAITING) == (left, left > 0)
    if left:
        decide(town)
    assert purse(town) == before + left


def test_nobody_gets_around_the_look_by_correcting_upwards(used_to_bags: Town) -> None:
    town = used_to_bags
    before = purse(town)
    weigh(town, 2_000)
    correct(town, 70_000)
    assert told(town) == (
        "Mon 23 Nov now counts 70kg: N6,800 more. We check that first, by Sat 28 Nov at the latest."
        " Not right? Text WRONG."
    )
    assert purse(town) == before + 20_000
    decide(town)
    assert purse(town) == before + 700_000


def correct(town: Town, grams: int) -> None:
    with town.database.unit_of_work() as session:
        last = weighing.latest_for(session, town.street.household_id)
        assert last is not None
        cases.correct_at_the_door(
            session, new_id(), last, grams={"PET": grams}, by="collector", now=town.now, post=town.post,
            limits=LIMITS, judge=JUDGE,
        )  # fmt: skip
