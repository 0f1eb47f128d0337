"""STOP, START, HELP: who may be texted."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.messaging.chatter import KEPT_TIMES
from app.messaging.models import InboxMessage
from tests.flows.phones import HUB_NUMBER, Town, a_town


@pytest.mark.parametrize("word", ["STOP", "Stop. Thank you", "unsubscribe", "CANCEL", "no text me again"])
def test_an_opt_out_is_confirmed_once_and_then_there_is_silence(town: Town, word: str) -> None:
    phone = town.amina
    phone.says(word).hears("no more texts", "Text START")
    assert phone.consents == [(False, "text")]
    phone.says("BALANCE").hears_nothing()
    phone.says("stop").hears_nothing()
    phone.says("hello?").hears_nothing()
    assert phone.consents == [(False, "text")]


@pytest.mark.parametrize("text", ["STOPP", "stp", "stop disturbing my life", "unsubscrbe me", "STOOOP!"])
def test_what_may_have_been_meant_for_an_opt_out_is_told_how(town: Town, text: str) -> None:
    town.amina.says(text).hears("For no more texts, send only the word STOP")
    assert town.amina.consents == []


def test_start_brings_a_person_back(town: Town) -> None:
    phone = town.amina.says("STOP").says("START").hears("Good to have you back")
    phone.says("BALANCE").hears("your credit is N0")
    assert phone.consents == [(False, "text"), (True, "text")]


def test_joining_again_brings_a_person_back(town: Town) -> None:
    town.amina.says("STOP").says("JOIN").hears("you have joined already")
    town.amina.says("BALANCE").hears("your credit")


def test_a_guess_brings_nobody_back(town: Town) -> None:
    town.amina.says("STOP").says("JION").hears_nothing()
    assert town.amina.consents == [(False, "text")]


def test_help_is_answered_even_then(town: Town) -> None:
    town.amina.says("HELP").hears("PICKUP, NEXT, SKIP")
    town.phone(2000).says("info").hears("Text JOIN")
    town.amina.says("STOP").says("HELP").hears("Text START")


def test_what_the_gateway_has_answered_already_gets_no_second_answer(town: Town) -> None:
    phone = town.amina
    phone.says("STOP", opt_out_type="STOP").hears_nothing()
    phone.says("BALANCE").hears_nothing()
    phone.says("HELP", opt_out_type="HELP").hears_nothing()
    phone.says("START", opt_out_type="START").hears_nothing()
    phone.says("BALANCE").hears("your credit")
    assert phone.consents == [(False, "twilio:STOP"), (True, "twilio:START")]


def test_an_opt_out_in_the_middle_ends_what_was_being_asked(town: Town) -> None:
    town.credit(100_000)
    phone = town.amina.says("REDEEM 500").says("STOP").hears("no more texts")
    phone.says("START").says("1").hears_nothing_of("on its way")
    assert town.redemptions() == []


def test_a_word_that_twilio_has_not_told_us_of_changes_nothing(town: Town) -> None:
    town.amina.says("BALANCE", opt_out_type="PERHAPS").hears("your credit")
    assert town.amina.consents == []


def test_help_leaves_the_question_open(town: Town) -> None:
    phone = town.phone(2001).says("JOIN").says("HELP").hears("Text JOIN")
    phone.says("1").hears("your name")


@pytest.mark.parametrize(
    "sender",
    [
        "32665",
        "5001",
        "+5001",
        "2348000",
        "2348000000001",
        "MTN",
        "AIRTEL-NG",
        "9mobile",
        "Weighback",
        "+22",
        "+234MTN",
        "whatsapp:+2348000000001",
        HUB_NUMBER,
    ],
)
def test_short_codes_names_and_our_own_number_get_no_reply(town: Town, sender: str) -> None:
    town.phone(sender).says("JOIN").hears_nothing()


def test_too_many_texts_get_one_courteous_word_and_then_silence_until_tomorrow(database: Database) -> None:
    town = a_town(database, inbound_texts_per_phone_per_day=5)
    phone = town.amina
    for _ in range(5):
        phone.says("BALANCE").hears("your credit")
    phone.says("BALANCE").hears("many texts today")
    phone.says("BALANCE").hears_nothing()
    phone.says("STOP").hears("no more texts")
    phone.says("START").hears("Good to have you back")
    town.later(hours=24)
    phone.says("BALANCE").hears("your credit")


def test_two_machines_talking_to_each_other_fall_silent(town: Town) -> None:
    phone = town.amina
    for _ in range(2):
        phone.says("I am driving and will answer later.").hears("did not understand")
    for _ in range(5):
        phone.says("I am driving and will answer later.").hears_nothing()
    phone.says("BALANCE").hears("your credit")


@pytest.mark.parametrize(
    "body",
    [
        "Your message {n} has been received. We will answer soon.",
        "Received {n}{n}{n}{n}-{n}{n}{n}{n}-{n}{n}{n}{n}, thank you.",
        "Auto-reply 10:{n}:07 - our office is closed, ref A{n}F-2{n}.",
    ],
)
def test_a_counter_or_a_time_stamp_makes_no_machine_a_person(town: Town, body: str) -> None:
    phone = town.amina
    for n in range(10, 12):
        phone.says(body.format(n=n)).hears("did not understand")
    for n in range(12, 16):
        phone.says(body.format(n=n)).hears_nothing()
    phone.says("BALANCE").hears("your credit")


def test_a_machine_that_takes_turns_at_two_texts_falls_silent_too(town: Town) -> None:
    for text in ("I am driving and cannot answer.", "Thanks for your message, bye for now.") * 2:
        town.amina.says(text).hears("did not understand")
    town.amina.says("I am driving and cannot answer.").hears_nothing()


def test_thanks_for_thanks_for_thanks_ends(town: Town) -> None:
    phone = town.amina.says("Thank you").says("Thank you").hears("You are welcome")
    phone.says("Thank you").hears_nothing()


def test_trying_an_amount_again_is_no_machine(town: Town) -> None:
    town.credit(100_000)
    phone = town.amina.says("REDEEM")
    for amount in ("5", "6", "7", "8", "9"):
        phone.says(amount).hears("How much Airtime")


def test_a_burst_costs_one_word_and_carriers_words_always_work(database: Database) -> None:
    town = a_town(database, inbound_texts_per_phone_per_minute=3, inbound_texts_per_phone_per_hour=9)
    phone = town.amina
    heard = []
    for n in range(20):
        phone.says(f"{n} different words each time")
        heard.append(phone.heard)
        town.later(seconds=-18)
    assert ["at once" in (text or "") for text in heard] == [False] * 3 + [True] + [False] * 16
    assert heard[4:] == [None] * 16
    phone.says("STOP").hears("no more texts").says("START").hears("Good to have you back")
    town.later(minutes=2)
    phone.says("BALANCE").hears_nothing()
    town.later(hours=1)
    phone.says("BALANCE").hears("your credit")


def test_of_a_flood_only_so_much_is_kept(database: Database) -> None:
    town = a_town(database, inbound_texts_per_phone_per_day=2)
    phone = town.amina
    for n in range(30):
        phone.says(f"spam {n}")
    with town.database.unit_of_work() as session:
        kept = session.scalar(select(func.count()).where(InboxMessage.phone == phone.number))
    assert kept == 2 * KEPT_TIMES
    phone.says("HELP").hears_nothing()
    phone.says("STOP").hears_nothing()
    assert phone.consents == [(False, "text")]
