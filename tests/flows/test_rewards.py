"""REDEEM for each kind of reward, by text and on the keypad: a menu, a plain question, and never a naira unasked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.conversation.fit import measure
from app.conversation.rendering import as_text
from app.conversation.screens import as_screens
from app.flows.longest import LONGEST_DATA
from app.flows.registry import REGISTRY
from app.households.models import Household
from app.households.service import add_phone
from app.ledger import reading
from app.ledger import service as ledger
from app.rewards import holding
from app.rewards.models import Bonus, Redemption, RedemptionStatus, RedemptionWay, Reward, RewardKind
from app.rewards.rules import RedemptionRules
from app.rewards.sponsoring import TAKES_BONUSES
from app.rewards.telling import Teller
from tests.factories.shop import a_bonus, a_reward
from tests.factories.street import a_household
from tests.flows.dialling import keypad
from tests.flows.phones import Phone, Town
from tests.flows.test_every_text import CATALOGUE, FACTS, LANGUAGES

BOLA = 2000
SCHOOL_PHONE = "+2348000005000"


@pytest.fixture
def amina(town: Town) -> Phone:
    """With N1,250, and a neighbour called Bola; beside airtime there is one reward of each other kind."""
    town.credit(125_000)
    with town.database.unit_of_work() as session:
        a_household(session, town.street.zone_id, town.phone(BOLA).number, town.now)
    offer(town, "CASH", RewardKind.MOBILE_MONEY, name="Mobile money")
    offer(town, "CLINIC", RewardKind.POT, name="Clinic roof")
    offer(town, "GIFT", RewardKind.GIFT, name="For a neighbour")
    offer(town, "SCHOOL", RewardKind.GOAL, name="School fees", goal_payee_phone=SCHOOL_PHONE)
    return town.amina


def offer(town: Town, code: str, kind: RewardKind, **more: Any) -> Reward:
    with town.database.unit_of_work() as session:
        return a_reward(session, code, kind, town.now, **more)


def standing(town: Town, code: str) -> int:
    with town.database.unit_of_work() as session:
        account = ledger.find(session, code)
        return reading.account(session, account).balance_minor if account else 0


def saved(town: Town) -> int:
    return standing(town, f"goal:{town.street.household_id}:SCHOOL")


def heard_by_text(town: Town, number: int) -> list[str]:
    return [sent.body for sent in town.post.sent if sent.phone == town.phone(number).number]


def test_the_menu_lists_what_there_is_and_a_number_or_a_name_chooses(town: Town, amina: Phone) -> None:
    amina.says("REDEEM").hears("N1,250", "1 Airtime", "2 Mobile money", "3 Clinic roof", "5 School fees")
    amina.says("7").hears("1 Airtime")
    amina.says("mobile money").hears("How much Mobile money")
    amina.says("500").hears("Send Mobile money of N500 to 0800 000 0001?").says("1").hears("on its way")
    amina.says("REDEEM clinic roof 50").hears("Give N50 to Clinic roof?").says("0").hears(
        "nothing was changed"
    )
    amina.says("REDEEM 200").says("1").hears("Send Airtime of N200").says("1").hears("Credit left: N550")
    assert town.redemptions() == [(50_000, amina.number), (20_000, amina.number)]


def test_many_rewards_are_paged_and_each_can_be_reached(town: Town, amina: Phone) -> None:
    for number in range(12):
        offer(town, f"MORE{number:02}", RewardKind.POT, name=f"Pot number {number}")
    amina.says("REDEEM").hears("9 More")
    seen = set[str]()
    for _ in range(4):
        assert amina.heard is not None
        seen |= {line[2:] for line in amina.heard.split("\n")[1:]}
        amina.says("9").hears("What would you like")
    assert {"Airtime", "School fees", "Pot number 0", "Pot number 11"} <= seen
    amina.says("pot number 11").hears("How much?").says("50").hears("Give N50 to Pot number 11?").says("0")
    pad = keypad(town)
    pad.dials().presses("4").sees("98 Next page").presses("98").sees("17 School fees")
    pad.presses("17").sees("How much?")


def test_credit_is_given_to_a_neighbour_who_hears_of_it_and_not_from_whom(town: Town, amina: Phone) -> None:
    amina.says("REDEEM gift").hears("Whom do you give to?")
    amina.says("my sister").hears("that is no phone number")
    amina.says("0800 000 2000").hears("How much?").says("300")
    amina.hears("Give N300 of your credit to 0800 000 2000? It cannot be taken back.").says("maybe")
    amina.hears("Please reply 1 or 0.", "Give N300").says("1")
    amina.hears("You gave N300 to 0800 000 2000", "Credit left: N950")
    assert heard_by_text(town, BOLA) == [
        "A neighbour gave you N300. Your credit is now N300. Text REDEEM to spend it."
    ]
    bola = town.phone(BOLA)
    bola.says("HISTORY").hears("gift N300")
    amina.says("HISTORY").hears("gave N300")
    with town.database.unit_of_work() as session:
        made = session.scalars(select(Redemption)).one()
        assert (made.payee_phone, made.status) == (bola.number, "paid")


@pytest.mark.parametrize("to", ["0800 000 7777", "0800 000 0001", "0800 000 2000"])
def test_whose_a_phone_is_is_never_told_by_a_gift_that_cannot_be(town: Town, amina: Phone, to: str) -> None:
    """Nobody's, the giver's own, and one whose household has left: all the same."""
    town.phone(BOLA).says("LEAVE").says("1")
    amina.says("REDEEM gift").says(to).hears(f"nothing can be given to {to}", "Nothing was taken")
    amina.says("1").hears_nothing_of("gave")
    assert (town.redemptions(), town.balance_minor()) == ([], 125_000)


def test_savings_are_put_aside_looked_at_and_taken_back(town: Town, amina: Phone) -> None:
    amina.says("REDEEM school fees 500").hears("Put N500 aside for School fees?").says("1")
    amina.hears("You have now put N500 aside for School fees", "Credit left: N750")
    amina.says("BALANCE").hears("Amina, your credit is N750.", "School fees: N500 put aside.")
    amina.says("REDEEM school fees").hears("you have put N500 aside", "1 Put more", "2 Send it", "3 Take it")
    amina.says("1").says("250").hears("Put N250 aside").says("1").hears("N750 aside")
    amina.says("REDEEM school fees").says("3").hears("Take the N750", "back as credit?").says("1")
    amina.hears("N750 is credit again. Your credit is N1,250")
    amina.says("HISTORY").hears("given back N750", "put aside N250")
    assert (saved(town), town.balance_minor()) == (0, 125_000)


def test_savings_are_paid_to_the_school_and_stay_put_aside_where_it_may_not_take_them_back(
    town: Town, amina: Phone
) -> None:
    with town.database.unit_of_work() as session:
        session.execute(update(Reward).where(Reward.code == "SCHOOL").values(goal_may_take_back=False))
    amina.says("REDEEM school fees 500").says("1")
    pad = keypad(town)
    pad.dials().presses("4", "5").sees("1 Put more aside", "2 Send it now")
    assert "Take it back" not in pad.screen
    pad.presses("2").sees("Send the N500 put aside for School fees now?").presses("1")
    pad.ends("School fees of N500 is on its way to 0800 000 5000")
    assert (saved(town), town.balance_minor()) == (0, 75_000)
    amina.says("HISTORY").hears("sent from savings N500", "put aside N500").hears_nothing_of("spent")
    amina.says("REDEEM school fees").hears("How much?")


@pytest.mark.parametrize("let_go", [True, False])
def test_what_was_held_shows_once_where_it_was_let_go_and_both_ways_where_it_was_not(
    town: Town, amina: Phone, let_go: bool
) -> None:
    town.talk.settings = town.talk.settings.model_copy(update={"redemption_day_limit_minor": 10_000})
    amina.says("REDEEM airtime 500").says("1")
    amina.says("HISTORY").hears("spent N500")
    amina.says("BALANCE").hears("Being checked: N500.").hears_nothing_of("On its way")
    settings = town.talk.settings
    desk = holding.Desk(
        "desk",
        50_000,
        RedemptionRules.of(settings),
        Teller.of(settings, town.post),
        town.talk.jobs,
        town.now,
    )
    with town.database.unit_of_work() as session:
        held = session.scalars(select(Redemption)).one()
        decide = holding.release if let_go else holding.refuse
        decide(session, held.id, "looked", desk)
    amina.says("BALANCE").hears_nothing_of("Being checked")
    heard = amina.says("HISTORY").heard or ""
    assert (heard.count("spent N500"), heard.count("given back N500")) == (1, 0 if let_go else 1)


def test_savings_in_a_goal_that_is_retired_can_still_come_out(town: Town, amina: Phone) -> None:
    amina.says("REDEEM school fees 500").says("1")
    with town.database.unit_of_work() as session:
        session.execute(update(Reward).where(Reward.code == "SCHOOL").values(active=False))
    amina.says("REDEEM school fees").hears("1 Send it now", "2 Take it back").says("2").says("1").hears(
        "N1,250"
    )


def test_a_sponsor_adds_to_a_pot_as_the_question_said_or_nothing_is_taken(town: Town, amina: Phone) -> None:
    with town.database.unit_of_work() as session:
        pot = session.scalars(select(Reward).where(Reward.code == "CLINIC")).one()
        a_bonus(session, pot.id, town.now, percent=10, budget_minor=7_000)
    amina.says("REDEEM").hears("3 Clinic roof +10%").says("3").says("500")
    amina.hears("Give N500 to Clinic roof?", "Lagos Cola adds N50.").says("1")
    amina.hears("Clinic roof now has N550. Credit left: N750").says("HISTORY").hears("gave N550", "extra N50")
    amina.says("REDEEM clinic 200").hears("Lagos Cola adds N20.")
    with town.database.unit_of_work() as session:
        session.execute(update(Bonus).values(active=False))
    amina.says("1").hears("the extra has just run out", "Nothing was taken")
    amina.says("REDEEM clinic 300").hears_nothing_of("adds")
    assert (standing(town, "pot:CLINIC"), standing(town, "sponsor:COLA")) == (55_000, 95_000)
    assert town.balance_minor() == 75_000


def test_a_voucher_is_worth_the_bonus_too_and_its_code_comes_by_text(town: Town, amina: Phone) -> None:
    with town.database.unit_of_work() as session:
        food = a_reward(session, "FOOD", RewardKind.VOUCHER, town.now, name="Food voucher")
        a_bonus(session, food.id, town.now, percent=10)
    pad = keypad(town)
    pad.dials().presses("4").sees("4 Food voucher +10%").presses("4", "500")
    pad.sees("Take a voucher, Food voucher for N500?", "Lagos Cola adds N50.").presses("1")
    pad.ends("Food voucher of N550 is on its way", "Credit left: N750")
    (text,) = [sent.body for sent in town.post.sent if sent.key == "voucher.issued"]
    assert "N550" in text
    amina.says("BALANCE").hears("N750", ": N550, until Wed 23 Dec").hears_nothing_of("way")


def test_what_is_sold_out_is_not_offered_and_the_last_one_goes_once(town: Town, amina: Phone) -> None:
    town.credit(50_000, household := _bola(town).id)
    offer(town, "BAG", RewardKind.POT, name="Seed bag", stock=1, minimum_minor=20_000, maximum_minor=20_000)
    amina.says("REDEEM seed bag").hears("Give N200 to Seed bag?")
    bola = town.phone(BOLA)
    bola.says("REDEEM bag").says("1").hears("Seed bag now has N200")
    amina.says("1").hears("there is none left of that", "Nothing was taken")
    amina.says("REDEEM").hears_nothing_of("Seed bag")
    assert (town.balance_minor(), town.balance_minor(household)) == (125_000, 30_000)


def _bola(town: Town) -> Household:
    (home,) = town.phone(BOLA).households
    return home


def test_only_who_meets_the_conditions_is_offered_a_reward(town: Town, amina: Phone) -> None:
    with town.database.unit_of_work() as session:
        since = town.now - timedelta(days=100)
        session.execute(
            update(Household).where(Household.id == town.street.household_id).values(joined_at=since)
        )
        everything = {"zone_ids": [], "hub_ids": [], "member_days": 0, "minimum_grams": 0, "within_days": 0}
        long_with_us = everything | {"member_days": 90}
        session.execute(update(Reward).where(Reward.code == "CLINIC").values(eligibility=long_with_us))
        heavy = everything | {"minimum_grams": 1_000, "within_days": 30}
        session.execute(update(Reward).where(Reward.code == "SCHOOL").values(eligibility=heavy))
    amina.says("REDEEM").hears("Clinic roof").hears_nothing_of("School fees")
    town.credit(50_000, _bola(town).id)
    town.phone(BOLA).says("REDEEM").hears("For a neighbour").hears_nothing_of("Clinic roof")


def test_a_lot_in_a_day_takes_the_pin_and_who_has_none_is_asked_to_set_one(town: Town, amina: Phone) -> None:
    town.credit(900_000)
    amina.says("REDEEM airtime 1500").says("1").hears("on its way")
    amina.says("REDEEM school fees 500").says("1").hears("put N500 aside")
    amina.says("REDEEM airtime 50").says("1").hears("To spend more than N2,000 in a day", "needs a PIN")
    amina.says("1234").hears("no safe PIN").says("4821").hears("your home has its PIN")
    amina.says("REDEEM airtime 50").hears("Send Airtime of N50").says("1").hears("reply with the PIN")
    amina.says("9999").hears_nothing_of("on its way")
    amina.says("REDEEM gift").says("0800 000 2000").says("2500").says("1").hears("PIN").says("4821")
    amina.hears("You gave N2,500")
    amina.says("REDEEM school fees").says("3").says("1").hears("N500 is credit again")
    town.later(hours=24)
    amina.says("REDEEM airtime 2000").says("1").hears("on its way")
    assert [amount for amount, _ in town.redemptions()][-1] == 200_000


def test_what_came_back_does_not_count_and_another_phone_of_the_home_does(town: Town, amina: Phone) -> None:
    town.credit(900_000)
    spouse = town.phone(2500)
    with town.database.unit_of_work() as session:
        add_phone(session, town.street.household_id, phone=spouse.number, language="en", now=town.now)
    town.later(hours=48)
    amina.says("PIN 4821").says("REDEEM airtime 2000").says("1").hears("on its way")
    with town.database.unit_of_work() as session:
        session.execute(update(Redemption).values(status=RedemptionStatus.GIVEN_BACK))
    amina.says("REDEEM airtime 1950").says("1").hears("on its way")
    spouse.says("REDEEM airtime 100").says("1").hears("PIN").says("4821").hears("on its way")


def test_the_pin_is_asked_for_on_the_keypad_too(town: Town, amina: Phone) -> None:
    town.credit(500_000)
    pad = keypad(town)
    pad.dials().presses("4", "3", "2500").sees("Give N2,500 to Clinic roof?").presses("1")
    pad.sees("To spend more than N2,000 in a day").presses("4821").ends("has its PIN")
    pad.dials().presses("4", "3", "2500", "1").sees("PIN of your home").presses("4821")
    pad.ends("Clinic roof now has N2,500")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_of_redeem_takes_one_text_and_one_screen_in_every_language(language: str) -> None:
    """With the longest names, sums and bonus that there can be, for each kind of reward and each way out of a goal."""
    asked = 0
    for offered in FACTS.offers:
        ways = RedemptionWay if offered.kind is RewardKind.GOAL else [RedemptionWay.SPEND]
        for way in ways:
            data = {**LONGEST_DATA, "reward": offered.code, "way": way.value}
            if offered.kind not in TAKES_BONUSES:
                data = {name: value for name, value in data.items() if name not in {"bonus_minor", "sponsor"}}
            for state in ("redeem.amount", "redeem.confirm", "redeem.pin", "redeem.goal", "redeem.who"):
                reply = REGISTRY.states[state].ask(FACTS, data)
                text = as_text(reply, CATALOGUE, language)
                assert measure(text).parts == 1, text
                assert len(as_screens(reply, CATALOGUE, language)) == 1, text
                asked += 1
    assert asked > len(RewardKind) * 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_menu_is_one_text_in_every_language(language: str) -> None:
    facts = replace(FACTS, offers=FACTS.offers * 3)
    for page in range(9):
        reply = REGISTRY.states["redeem.reward"].ask(facts, {"page": str(page)})
        assert measure(as_text(reply, CATALOGUE, language)).parts == 1
