"""Several phones in one home, changing the number, and moving house."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.flows.numbers import NumberChange
from app.households import invitations, phones
from app.households import service as households
from app.households.models import HouseholdPhone, PhoneInvitation
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN
from tests.flows.phones import Phone, Town

COOLING_HOURS = 24


@pytest.fixture
def bola(town: Town) -> Phone:
    return town.phone(2050)


def texts_to(town: Town, phone: Phone) -> list[str]:
    return [sent.key for sent in town.post.sent if sent.phone == phone.number]


def added(town: Town, bola: Phone) -> Phone:
    town.amina.says("PHONES").says("1").says("0800 000 2050").hears("We asked 0800 000 2050 by text")
    return bola.says("ACCEPT").hears("now speaks for Amina", "can spend from Tue 24 Nov")


def test_a_phone_is_added_once_it_agrees_by_its_own_text(town: Town, bola: Phone) -> None:
    town.credit(70_000)
    town.amina.says("PHONES").hears("Phones: 0800 000 0001", "1 Add a phone")
    town.amina.says("1").hears("Which number").says("0800 000 2050").hears("ACCEPT within 7 days")
    assert texts_to(town, bola) == ["phones.invited"]
    bola.says("BALANCE").hears("has not joined").says("ACCEPT").hears("speaks for Amina")
    assert bola.consents == [(True, "invitation")]
    bola.says("BALANCE").hears("Amina, your credit is N700")
    assert texts_to(town, town.amina) == ["phones.told.added"]


def test_a_phone_that_has_not_agreed_gets_one_text_and_nothing_else(town: Town, bola: Phone) -> None:
    for _ in range(2):
        town.amina.says("PHONES").says("1").says("08000002050")
        town.later(minutes=40)
    town.amina.says("PHONES").says("2").says("0800 000 2050").hears("cannot be done now")
    assert texts_to(town, bola) == ["phones.invited"]
    with town.database.unit_of_work() as session:
        assert [one.phone for one in households.phones(session, town.street.household_id)] == [
            town.amina.number
        ]
    town.later(days=8)
    bola.says("ACCEPT").hears("No home has an open question")


def test_a_phone_that_wants_no_texts_is_not_asked(town: Town, bola: Phone) -> None:
    bola.says("STOP")
    town.amina.says("PHONES").says("1").says("0800 000 2050").hears("may not text 0800 000 2050")
    assert texts_to(town, bola) == []


def test_nobody_sends_strangers_many_texts_by_our_hand(town: Town) -> None:
    for number in range(2060, 2070):
        town.amina.says("PHONES").says("1").says(f"0800000{number}")
    assert [sent.key for sent in town.post.sent] == ["phones.invited"] * invitations.MOST_INVITATIONS


@pytest.mark.parametrize("typed", ["maybe", "12", "0800 000 2050 or 51", "+"])
def test_what_is_no_phone_number_is_asked_again(town: Town, typed: str) -> None:
    town.amina.says("PHONES").says("1").says(typed).hears("that is no phone number")


def test_a_new_phone_spends_after_the_cooling_or_with_the_pin(town: Town, bola: Phone) -> None:
    town.credit(150_000)
    town.amina.says("PIN 4821")
    added(town, bola)
    bola.says("PIN").hears("This phone is new in your home").says("PHONES").says("1").hears(
        "is new in your home"
    )
    bola.says("REDEEM 500").says("1").hears("reply with the PIN").says("9999").hears("not the PIN")
    assert town.redemptions() == []
    bola.says("REDEEM 500").says("1").says("4821").hears("Credit left: N1,000")
    town.later(hours=COOLING_HOURS)
    bola.says("REDEEM 500").says("1").hears("Credit left: N500")


def test_without_a_pin_a_new_phone_waits_and_hears_until_when(town: Town, bola: Phone) -> None:
    town.credit(70_000)
    added(town, bola)
    bola.says("REDEEM 500").hears("credit of N700 safe", "can spend from Tue 24 Nov")
    town.amina.says("REDEEM 500").says("1").hears("Credit left: N200")
    assert town.redemptions() == [(50_000, town.amina.number)]


def test_a_phone_is_removed_and_everybody_is_told(town: Town, bola: Phone) -> None:
    added(town, bola)
    town.amina.says("PHONES").says("4").hears("2 0800 000 2050").says("2").hears("Remove 0800 000 2050?")
    town.amina.says("1").hears("Done. 0800 000 2050 no longer speaks")
    assert texts_to(town, bola)[-1] == "phones.gone"
    bola.says("BALANCE").hears("has not joined")
    town.amina.says("PHONES").says("4").hears("a home needs a phone")


def test_receipts_go_to_whom_they_want(town: Town, bola: Phone) -> None:
    added(town, bola)
    town.amina.says("PHONES").says("3").hears("1 0800 000 0001").says("1").hears(
        "What shall 0800 000 0001 get"
    )
    town.amina.says("3").hears("Done")
    town.later(hours=COOLING_HOURS)
    bola.says("PHONES").says("3").says("2").says("4").hears("At least one phone must get the receipts")
    with town.database.unit_of_work() as session:
        chosen = [(one.gets_receipts, one.gets_reminders) for one in session.scalars(select(HouseholdPhone))]
    assert sorted(chosen) == [(False, True), (True, True)]


def test_a_number_is_changed_by_both_phones_and_the_old_one_may_object(town: Town, bola: Phone) -> None:
    town.credit(70_000)
    town.amina.says("PHONES").says("2").says("0800 000 2050")
    bola.says("ACCEPT").hears("speaks for Amina")
    assert texts_to(town, town.amina) == ["phones.told.changed"]
    town.amina.says("REDEEM 500").hears("Another phone takes the place of this one")
    bola.says("REDEEM 500").hears("can spend from Tue 24 Nov")
    town.amina.says("PHONES").says("4").says("2").says("1").hears("0800 000 2050 no longer speaks")
    town.amina.says("REDEEM 500").says("1").hears("Credit left: N200")
    town.later(hours=COOLING_HOURS + 1)
    town.amina.says("BALANCE").hears("N200")


def test_the_new_number_stands_alone_once_the_cooling_is_over(town: Town, bola: Phone) -> None:
    town.credit(70_000)
    town.amina.says("PHONES").says("2").says("0800 000 2050")
    bola.says("ACCEPT")
    town.later(hours=COOLING_HOURS)
    town.amina.says("BALANCE").hears("has not joined")
    with town.database.unit_of_work() as session:
        assert phones.end_replaced(session, town.now) == 1
    bola.says("PHONES").hears("Phones: 0800 000 2050").says("0")
    bola.says("REDEEM 500").says("1").hears("Credit left: N200")


def test_a_lost_phones_number_is_claimed_and_told_nothing_of(town: Town, bola: Phone) -> None:
    town.credit(70_000)
    stranger = town.phone(2051)
    stranger.says("NEW NUMBER").hears("your old number").says("0800 000 7777").hears("show this phone")
    bola.says("lost phone 0800 000 0001").hears("show this phone to our collector")
    bola.says("BALANCE").hears("has not joined")
    assert texts_to(town, town.amina) == ["number.told"]
    bola.says("NEW NUMBER").says("08000000001")
    assert texts_to(town, town.amina) == ["number.told"]
    with town.database.unit_of_work() as session:
        [claim] = invitations.open_claims(session, town.street.household_id, town.now)
        NumberChange.of(town.talk.settings, town.post).accept(session, claim.id, town.now)
    assert texts_to(town, town.amina) == ["number.told", "phones.told.changed"]
    bola.says("BALANCE").hears("N700").says("REDEEM 500").hears("can spend from")
    town.later(hours=COOLING_HOURS)
    bola.says("REDEEM 500").says("1").hears("Credit left: N200")
    town.amina.says("BALANCE").hears("has not joined")


def test_a_claim_is_no_invitation_that_its_own_phone_could_accept(town: Town, bola: Phone) -> None:
    bola.says("NEW NUMBER 0800 000 0001").says("ACCEPT").hears("No home has an open question")
    with town.database.unit_of_work() as session:
        assert session.scalar(select(PhoneInvitation.closed_at)) is None


def test_a_silent_phone_changes_no_phones(town: Town) -> None:
    town.amina.says("HELP")
    town.later(days=151)
    for said in ("PHONES", "MOVE Yaba"):
        town.amina.says(said).hears("quiet for very long")


def test_moving_house_takes_the_pickups_along(town: Town, bola: Phone) -> None:
    added(town, bola)
    town.amina.says("MOVE").hears("Where do you live", "Another area").says("yaba").hears(
        "Where exactly in Yaba"
    )
    town.amina.says("7 Herbert St, blue door").hears("Amina moves to Yaba, 7 Herbert St, blue door?")
    town.amina.says("1").hears("you now live in Yaba", "Thu 26 Nov")
    assert texts_to(town, bola)[-1] == "move.told"
    [household] = town.amina.households
    assert household.landmark == "7 Herbert St, blue door"
    with town.database.unit_of_work() as session:
        ahead = select(Pickup.zone_id).where(Pickup.date > town.now.date(), Pickup.status.in_(OPEN))
        assert set(session.scalars(ahead)) == {household.zone_id}


def test_moving_to_an_area_without_pickups_is_answered_politely(town: Town) -> None:
    town.credit(70_000)
    town.amina.says("MOVE").says("4").hears("do not come to other areas yet", "N700 stays yours")
    town.amina.says("0").hears("nothing was changed")
    town.amina.says("MOVE").says("4").says("1").hears("You have left", "N700 stays yours")


@pytest.fixture(autouse=True)
def _as_it_was(town: Town) -> Iterator[None]:
    """Whatever happens to phones, no credit appears or goes but by a redemption."""
    yield
    spent = sum(amount for amount, _ in town.redemptions())
    assert town.balance_minor() >= 0
    assert spent in {0, 50_000, 100_000}
