"""BALANCE, RATES, REDEEM and WRONG: on any doubt it asks, and only a plain yes moves money."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.cases.models import Dispute
from app.households.service import add_phone
from app.rewards.models import Reward
from app.weighing import service as weighing
from app.weighing.service import Submission
from tests.factories.street import LIMITS, give_credit
from tests.flows.phones import Phone, Town


@pytest.fixture
def amina(town: Town) -> Phone:
    """With N1,250."""
    town.credit(125_000)
    return town.amina


def test_balance_tells_credit(town: Town, amina: Phone) -> None:
    amina.says("BALANCE").hears("Amina, your credit is N1,250.")


def test_rates_tell_what_each_material_earns_here(town: Town) -> None:
    town.amina.says("RATES").hears("per kg in Ojuelegba", "Cans N300", "Plastic bottles N100")


def test_redeem_asks_how_much_then_shows_amount_and_number_and_waits_for_yes(
    town: Town, amina: Phone
) -> None:
    amina.says("REDEEM").hears("Your credit is N1,250", "from N50 to N1,250")
    amina.says("500").hears("Send Airtime of N500 to 0800 000 0001?", "1 Yes, send it", "0 No")
    assert town.redemptions() == []
    amina.says("1").hears("Airtime of N500 is on its way to 0800 000 0001", "Credit left: N750")
    assert town.redemptions() == [(50_000, amina.number)]
    assert town.balance_minor() == 75_000


@pytest.mark.parametrize("yes", ["1", "ok", "Yes", "oya", "confirm pls"])
def test_a_plain_yes_is_a_yes(town: Town, amina: Phone, yes: str) -> None:
    amina.says("redeem N500").hears("Send Airtime of N500").says(yes).hears("on its way")
    assert len(town.redemptions()) == 1


@pytest.mark.parametrize("no", ["0", "no", "BACK"])
def test_a_no_leaves_everything_as_it_was(town: Town, amina: Phone, no: str) -> None:
    amina.says("REDEEM 500").says(no).hears("nothing was changed")
    amina.says("1").hears_nothing_of("on its way")
    assert town.redemptions() == []


@pytest.mark.parametrize("doubt", ["2", "maybe", "500", "yes but 400", "11", "?", "1 0", "who is this"])
def test_anything_else_is_asked_again(town: Town, amina: Phone, doubt: str) -> None:
    amina.says("REDEEM 500").says(doubt).hears("Send Airtime of N500")
    assert town.redemptions() == []


@pytest.mark.parametrize(
    ("amount", "fragment"),
    [
        ("49", "from N50 to N1,250"),
        ("1300", "from N50 to N1,250"),
        ("99999999999999999999", "which amount"),
        ("-500", "which amount"),
        ("5.50", "which amount"),
        ("500 or 600", "which amount"),
        ("all", "which amount"),
        ("half of it", "which amount"),
        ("500%", "which amount"),
        ("1,00", "which amount"),
        ("75", "steps of N50"),
    ],
)
def test_an_amount_that_is_not_plain_or_not_possible_is_asked_again(
    town: Town, amina: Phone, amount: str, fragment: str
) -> None:
    amina.says("REDEEM").says(amount).hears(fragment)
    amina.says("1,000").hears("Send Airtime of N1,000")
    assert town.redemptions() == []


@pytest.mark.parametrize(
    "amount", ["500", "N500", "n 500", "500 naira", "#500", "\u20a6500", "500.00", "500 pls"]
)
def test_an_amount_is_understood_however_it_is_written(amina: Phone, amount: str) -> None:
    amina.says("REDEEM").says(amount).hears("Send Airtime of N500")


def test_too_little_credit_says_where_it_starts(town: Town) -> None:
    town.credit(4_999)
    town.amina.says("REDEEM").hears("Your credit is N49.99. Airtime starts at N50")


def test_credit_spent_meanwhile_by_another_phone_is_told_politely(town: Town, amina: Phone) -> None:
    amina.says("REDEEM 1000").hears("Send Airtime of N1,000")
    with town.database.unit_of_work() as session:
        add_phone(session, town.street.household_id, phone="+2348000003000", language="en", now=town.now)
    other = town.phone(3000)
    other.says("REDEEM 1000").says("1").hears("on its way to 0800 000 3000")
    amina.says("1").hears("your credit is now N250, less than N1,000", "Nothing was taken")
    assert len(town.redemptions()) == 1


def test_a_reward_that_is_withdrawn_meanwhile_is_not_sent(town: Town, amina: Phone) -> None:
    amina.says("REDEEM 500")
    with town.database.unit_of_work() as session:
        session.execute(update(Reward).values(active=False))
    amina.says("1").hears("nothing to spend credit on right now", "N1,250 is safe")
    amina.says("REDEEM").hears("nothing to spend credit on right now")
    assert town.redemptions() == []


def test_an_old_question_about_money_is_no_longer_open(town: Town, amina: Phone) -> None:
    amina.says("REDEEM 500")
    town.later(hours=25)
    amina.says("1").hears_nothing_of("on its way")
    assert town.redemptions() == []


def test_the_same_yes_delivered_twice_pays_once(town: Town, amina: Phone) -> None:
    amina.says("REDEEM 500")
    first = amina.says("1", message_id="SMtwice").heard
    assert amina.says("1", message_id="SMtwice").heard == first
    assert len(town.redemptions()) == 1


def _weigh(town: Town) -> None:
    with town.database.unit_of_work() as session:
        stop = Submission(
            id=uuid4(),
            pickup_id=town.street.pickup_id,
            collector_id=town.street.collector_id,
            grams={"PET": 2_500},
            weighed_at=town.now,
        )
        weighing.record(session, stop, town.now, town.post, LIMITS)


def _disputes(town: Town) -> list[str]:
    with town.database.unit_of_work() as session:
        return list(session.scalars(select(Dispute.said)))


def test_wrong_asks_what_was_wrong_and_opens_one_dispute(town: Town) -> None:
    town.amina.says("WRONG").hears("not weighed anything")
    _weigh(town)
    town.amina.says("WRONG").hears("Your last weighing, Mon 23 Nov: 2.5kg")
    town.amina.says("x").hears("in a few words")
    town.amina.says("Plastic was 5kg, he stopped early").hears("We will check your weighing of Mon 23 Nov")
    town.amina.says("WRONG").hears("We are checking your weighing of Mon 23 Nov already")
    assert _disputes(town) == ["Plastic was 5kg, he stopped early"]


def test_a_weight_that_comes_after_the_complaint_is_added_to_it(town: Town) -> None:
    _weigh(town)
    town.amina.says("wrong weight").hears("We will check your weighing of Mon 23 Nov")
    town.amina.says("WRONG plastic was 5kg").hears("You say 5kg").says("WRONG plastic was 5kg")
    assert _disputes(town) == ["weight; plastic was 5kg"]


def test_wrong_with_words_needs_no_second_text(town: Town) -> None:
    _weigh(town)
    town.amina.says("Wrong: plastic was 5kg").hears("We will check")
    assert _disputes(town) == ["plastic was 5kg"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("WRONG 2.5", "2.5 kg: 2.5"),
        ("wrong 2,5kg plastic", "2.5 kg: 2,5kg plastic"),
        ("Wrong. 800 g", "0.8 kg: 800 g"),
    ],
)
def test_a_weight_in_a_dispute_is_read_and_read_back(town: Town, text: str, kept: str) -> None:
    _weigh(town)
    weight = kept.split(" kg", maxsplit=1)[0]
    town.amina.says(text).hears(f"You say {weight}kg", "We will check")
    assert _disputes(town) == [kept]


def test_a_bare_number_answers_what_was_wrong(town: Town) -> None:
    _weigh(town)
    town.amina.says("WRONG").says("5").hears("You say 5kg")


def test_who_has_left_can_still_have_the_money(town: Town, amina: Phone) -> None:
    amina.says("LEAVE").hears("N1,250 stays yours").says("1").hears("text REDEEM to get it")
    amina.says("REDEEM 1000").says("1").hears("on its way", "Credit left: N250")
    amina.says("REDEEM").says("250").says("1").hears("Credit left: N0")
    amina.says("REDEEM").hears("starts at N50", "stays yours", "Text JOIN to come back")


def test_each_home_of_a_phone_has_its_own_purse(town: Town, amina: Phone) -> None:
    amina.says("JOIN NEW")
    for text in ("Mama", "Yaba", "red gate"):
        amina.says(text)
    [_, mama] = amina.households
    with town.database.unit_of_work() as session:
        give_credit(session, mama.id, 20_000, town.now)
    amina.says("REDEEM 200").hears("Which home").says("2").hears("Send Airtime of N200").says("1").hears("N0")
    assert (town.balance_minor(), town.balance_minor(mama.id)) == (125_000, 0)
