"""Menu, language, leaving, and texts that nobody expected."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.db import Database
from app.households.service import add_phone
from app.kernel.ids import new_id
from app.messaging.models import Conversation, OutboxMessage, OutboxStatus
from app.pickups.statuses import PickupStatus
from tests.flows.phones import Town, a_town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""These are about what is said; their statements run on both databases in other modules."""


def test_the_menu_is_a_numbered_list_whose_numbers_work(town: Town) -> None:
    phone = town.amina
    phone.says("MENU").hears("1 Ask for a pickup", "3 My credit", "7 Language")
    phone.says("3").hears("your credit is N0")
    phone.says("menu").says("1").hears("We come on Thu 26 Nov")
    phone.says("MENU").says("99").hears("did not understand")


def test_a_bare_number_after_the_menu_was_left_is_not_a_choice(town: Town) -> None:
    town.amina.says("MENU").says("BALANCE").says("3").hears("did not understand")


def test_unknown_text_gets_one_helpful_line(town: Town) -> None:
    town.amina.says("Please when is the bus to Ibadan").hears("did not understand", "MENU")
    town.phone(2000).says("Who is this?").hears("did not understand", "JOIN")


@pytest.mark.parametrize("word", ["Thank you", "thanks ma", "ok", "OK thanks", "pls"])
def test_politeness_is_met_with_politeness(town: Town, word: str) -> None:
    town.amina.says(word).hears("You are welcome")


def test_a_picture_or_nothing_at_all_is_answered_sensibly_and_loses_nothing(town: Town) -> None:
    town.amina.says("").hears("only read words")
    phone = town.phone(2001).says("JOIN").says("1").says("   ").hears("only read words")
    phone.says("Ade").hears("Where do you live")


def test_a_slip_of_the_finger_is_forgiven(town: Town) -> None:
    town.amina.says("BALNCE").hears("your credit")
    town.amina.says("MENU").says("blnc").hears("your credit")
    town.phone(2004).says("jion").hears("Choose your language")


def test_a_slip_that_could_cost_something_is_asked_about(town: Town) -> None:
    town.credit(100_000)
    phone = town.amina.says("REDEM 500").hears("did you mean REDEEM?", "1 Yes", "0 No")
    phone.says("1").hears("Send Airtime of N500").says("no").hears("nothing was changed")
    phone.says("laeve").hears("did you mean LEAVE?").says("0").hears("nothing was changed")
    phone.says("skp").hears("did you mean SKIP?").says("what").hears("did not understand")
    assert town.redemptions() == []
    assert PickupStatus.DECLINED not in {pickup.status for pickup in phone.pickups}


def test_where_money_is_asked_about_no_slip_is_corrected(town: Town) -> None:
    town.credit(100_000)
    phone = town.amina.says("REDEEM 500").hears("Send Airtime")
    for text in ("BALNCE", "yess", "okk", "\U0001f44d", "1\ufe0f\u20e3", "one", "> 1", "Fwd: 1"):
        phone.says(text).hears("Please reply 1 or 0")
    assert town.redemptions() == []


def test_a_thumb_up_is_met_with_politeness(town: Town) -> None:
    town.amina.says("\U0001f44d\U0001f3fe").hears("You are welcome")


def test_menu_numbers_are_heard_in_words(town: Town) -> None:
    for text in ("3 please", "option 3", "Number three", "three"):
        town.amina.says("MENU").says(text).hears("your credit")


def test_our_own_words_sent_back_are_nothing(town: Town) -> None:
    quoted = "Fwd: We collect your recyclables tomorrow, Thu 26 Nov, 8am-12:30pm. Reply 1 if you are ready, SKIP if not this time."
    town.amina.says(quoted).hears("did not understand")
    town.amina.says(f"balance\n> {quoted}").hears("your credit")


def test_odd_characters_harm_nothing(town: Town) -> None:
    town.amina.says("BAL\u200bANCE\u0000").hears("your credit")
    town.amina.says("\ud83d\ude00 \u202e\u0000\ufffe").hears("did not understand")
    town.amina.says("x" * 2000).hears("did not understand")


def test_language_is_changed_for_every_text_from_then_on(town: Town) -> None:
    phone = town.amina
    phone.says("LANG").hears("1 English", "2 Pidgin")
    phone.says("2").hears("we go dey write you for Pidgin")
    phone.says("BALANCE").hears("your credit na N0")
    phone.says("lang english").hears("we write to you in English")
    phone.says("BALANCE").hears("your credit is N0")


def test_a_stranger_who_begins_in_pidgin_is_answered_in_pidgin(town: Town) -> None:
    town.phone(2002).says("how far").hears("never join")


def test_one_phones_language_is_not_another_phones(town: Town) -> None:
    with town.database.unit_of_work() as session:
        add_phone(session, town.street.household_id, phone="+2348000003001", language="en", now=town.now)
    town.phone(3001).says("LANG 2").hears("Pidgin")
    town.amina.says("BALANCE").hears("your credit is")
    town.phone(3001).says("BALANCE").hears("your credit na")


def test_leaving_asks_first_and_says_what_becomes_of_the_money(town: Town) -> None:
    town.credit(125_000)
    phone = town.phone(town.street.phone)
    phone.says("LEAVE").hears("do you want to leave", "N1,250 stays yours", "1 Leave", "0 Stay")
    phone.says("hm").hears("do you want to leave")
    phone.says("0").hears("nothing was changed")
    phone.says("LEAVE").says("1").hears("You have left", "N1,250", "REDEEM")
    assert {pickup.status for pickup in phone.pickups} == {PickupStatus.CANCELLED}
    phone.says("BALANCE").hears("N1,250")
    phone.says("NEXT").hears("you have left", "JOIN")


@pytest.mark.parametrize(
    ("asked", "answer", "command"),
    [
        (["JOIN"], "1", "JOIN"),
        (["JOIN", "1"], "Ade", "JOIN"),
        (["JOIN", "1", "Ade"], "Yaba", "JOIN"),
        (["MENU"], "3", "MENU"),
        (["LANG"], "2", "LANG"),
        (["LEAVE"], "1", "LEAVE"),
        (["REDEEM 500"], "yes", "REDEEM"),
        (["REDEM 500"], "1", "REDEEM"),
    ],
)
def test_an_answer_to_yesterdays_question_is_told_what_it_was(
    database: Database, asked: list[str], answer: str, command: str
) -> None:
    town = a_town(database, conversation_expires_hours=24)
    town.credit(100_000)
    phone = town.phone(2003) if command == "JOIN" else town.amina
    for text in asked:
        phone.says(text)
    town.later(hours=25)
    phone.says(answer).hears("came too late", f"Text {command} to begin again")
    phone.says("what?").hears("did not understand")
    assert town.redemptions() == []
    assert PickupStatus.CONFIRMED not in {pickup.status for pickup in town.amina.pickups}


def test_yesterdays_question_stands_in_nobodys_way(database: Database) -> None:
    town = a_town(database, conversation_expires_hours=24)
    phone = town.amina.says("LEAVE")
    town.later(hours=25)
    phone.says("BALANCE").hears("your credit").says("1").hears_nothing_of("too late")
    phone.says("LEAVE")
    town.later(hours=25)
    phone.says("Thank you").hears("You are welcome")
    phone.says("LEAVE")
    town.later(days=20)
    phone.says("hm").hears("did not understand")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("balance and next pickup", ["your credit is N0", "Your next pickup: Mon 23 Nov"]),
        ("Balance, pickup", ["your credit is N0", "And text PICKUP for the other"]),
        (
            "next + balance + rates",
            ["Your next pickup", "your credit is N0", "Cans N300"],
        ),
        ("SKIP. BALANCE?", ["we will not come on", "And text BALANCE for the other"]),
        ("hello, balance", ["your credit is N0"]),
    ],
)
def test_two_commands_in_one_text_get_one_answer(town: Town, text: str, told: list[str]) -> None:
    town.amina.says(text).hears(*told)
    assert town.amina.replies_kept == 1


def test_a_second_command_never_jumps_a_question(town: Town) -> None:
    town.credit(100_000)
    town.amina.says("REDEEM 500 and balance").hears("Send Airtime of N500").hears_nothing_of("other")


def test_a_one_after_a_reminder_answers_the_reminder(town: Town) -> None:
    """The open question was about money; what was asked last counts."""
    town.credit(100_000)
    phone = town.amina.says("REDEEM 500").hears("Send Airtime")
    with town.database.unit_of_work() as session:
        session.add(
            OutboxMessage(
                id=new_id(),
                phone=phone.number,
                template="reminder.evening_before",
                language="en",
                body="We come tomorrow. READY?",
                encoding="gsm7",
                parts=1,
                status=OutboxStatus.SENT,
                not_before=town.now,
                created_at=town.now,
                updated_at=town.now,
            )
        )
    town.later(seconds=5)
    phone.says("1").hears("See you on")
    assert town.redemptions() == []


def test_a_state_that_no_longer_exists_loses_nobody(town: Town) -> None:
    phone = town.amina.says("LEAVE")
    with town.database.unit_of_work() as session:
        session.execute(
            update(Conversation).where(Conversation.phone == phone.number).values(state="no.such.state")
        )
    phone.says("BALANCE").hears("your credit")
    phone.says("hm").hears("did not understand")


def test_every_reply_is_kept_and_counted(town: Town) -> None:
    phone = town.amina.says("BALANCE").says("NEXT")
    assert phone.replies_kept == 2
