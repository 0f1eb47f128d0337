"""What can happen to a USSD session: repeats, typed asterisks, shared ids, shortcuts, cuts, redials."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text

from app.db import Database
from tests.flows.dialling import Keypad, keypad
from tests.flows.phones import Town, a_town

STATEMENTS_MAX = 6


@pytest.fixture
def amina(town: Town) -> Keypad:
    town.credit(125_000)
    return keypad(town)


def test_a_repeat_of_the_confirmation_pays_once_and_reads_the_same(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500", "1").ends("Done!", "N750")
    for _ in range(3):
        amina.again().ends("Done!", "N750")
    assert town.redemptions() == [(50_000, amina.number)]
    assert len(amina.turns) == 4


def test_an_older_text_gets_its_own_answer_again_and_changes_nothing(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4").types("500").sees("Send Airtime of N500")
    amina.again("").sees("1 Next pickup")
    amina.again("4").sees("How much Airtime")
    amina.again("4*500").sees("Send Airtime of N500")
    assert town.redemptions() == []
    amina.presses("1").ends("Done!")


@pytest.mark.parametrize("stray", ["5", "4*50", "*", "4500", "x" * 5000])
def test_a_text_that_does_not_go_on_from_the_last_moves_nothing(
    town: Town, amina: Keypad, stray: str
) -> None:
    amina.dials().presses("4", "500").again(stray).sees("Send Airtime of N500")
    assert town.redemptions() == []
    amina.presses("1").ends("Done!")


def test_asterisks_that_were_typed_belong_to_the_answer(town: Town) -> None:
    phone = keypad(town, 2100)
    phone.dials().presses("1").types("Ade*").sees("letters").types("Ade").presses("3")
    phone.types("12*14 Ojo St, *green* gate").ends("Welcome, Ade")
    assert town.phone(2100).households[0].landmark == "12*14 Ojo St, *green* gate"


def test_two_phones_with_one_session_id_are_kept_apart(town: Town, amina: Keypad) -> None:
    stranger = keypad(town, 2101)
    amina.dials(session_id="ATUid_shared").presses("4")
    stranger.dials(session_id="ATUid_shared").sees("1 Join").presses("1").sees("your name?")
    amina.types("500").sees("Send Airtime of N500")
    stranger.types("Bola").sees("Where do you live?")
    amina.presses("1").ends("Done!")
    stranger.presses("3").sees("Where exactly in Yaba")


def test_a_dialled_shortcut_lands_on_its_screen(town: Town, amina: Keypad) -> None:
    amina.dials("*347*55*3#").ends("N1,250")
    amina.dials("*347*55*2#").sees("1 Ask for a pickup")
    amina.dials("*347*55*2*1#").ends("Done! We come on")
    amina.dials("*347*55*6*3#").ends("Nothing has been weighed")
    assert amina.screens == 1


@pytest.mark.parametrize("code", ["*347*55*4*500*1#", "*347*55*4*500*1*1*1#", "*347*55*4*500*0*500*1#"])
def test_a_dialled_shortcut_never_confirms(town: Town, amina: Keypad, code: str) -> None:
    amina.dials(code).sees("Send Airtime of N500", "1 Yes")
    assert town.redemptions() == []
    amina.presses("1").ends("Done!")
    assert town.redemptions() == [(50_000, amina.number)]


def test_a_dialled_word_never_lets_anybody_leave(town: Town, amina: Keypad) -> None:
    amina.dials("*347*55*leave*1#").sees("do you want to leave", "1 Leave")
    assert town.amina.households[0].status == "active"
    amina.presses("1").ends("You have left")


def test_a_shortcut_with_a_wrong_number_stops_there(town: Town, amina: Keypad) -> None:
    amina.dials("*347*55*2*9*1#").sees("choose a number", "1 Ask for a pickup")
    assert all(pickup.kind == "recurring" for pickup in town.amina.pickups)


def test_a_turn_takes_few_statements(town: Town, amina: Keypad) -> None:
    """Somebody holds a phone to their face: lock, session, person, one fact, and two rows to keep."""
    amina.dials()
    told: list[str] = []
    engine = town.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: told.append(str(call[2])))
    amina.presses("3").ends("N1,250")
    assert len([one for one in told if not one.startswith("BEGIN")]) <= STATEMENTS_MAX, told


def test_every_turn_is_kept_whole(amina: Keypad) -> None:
    amina.dials().presses("4", "500")
    assert [(turn.text, turn.ends, turn.raw["text"]) for turn in amina.turns] == [
        ("", False, ""),
        ("4", False, "4"),
        ("4*500", False, "4*500"),
    ]
    assert amina.turns[-1].answer == amina.screen
    assert amina.turns[-1].template == "redeem.confirm"


def test_who_dials_again_after_a_cut_is_asked_whether_to_carry_on(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500").sees("Send Airtime").cut()
    amina.dials().sees("not finished", "1 Carry on", "2 Main menu").presses("1").sees("Send Airtime of N500")
    amina.presses("1").ends("Done!")
    assert town.redemptions() == [(50_000, amina.number)]
    amina.dials().sees("1 Next pickup")


def test_who_does_not_carry_on_has_given_it_up(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500").cut()
    amina.dials().presses("2").sees("1 Next pickup")
    amina.dials().sees("1 Next pickup")
    town.amina.says("1").hears("See you on")
    assert town.redemptions() == []


def test_after_a_while_a_redial_starts_afresh(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500").cut()
    town.later(minutes=31)
    amina.dials().sees("1 Next pickup")


def test_begun_by_dialling_finished_by_text(town: Town) -> None:
    phone = keypad(town, 2102)
    phone.dials().presses("1").types("Bola").sees("Where do you live?").cut()
    assert phone.texts == ["Where do you live? Reply with the number:\n1 Ikeja\n2 Ojuelegba\n3 Yaba"]
    texts = town.phone(2102)
    texts.says("3").hears("Where exactly in Yaba").says("green gate").hears("Welcome, Bola")
    assert texts.consents == [(True, "ussd")]


def test_begun_by_text_finished_by_dialling(town: Town) -> None:
    town.phone(2103).says("JOIN").says("2").says("Chidi").hears("Which side")
    phone = keypad(town, 2103)
    phone.dials().sees("You never finish", "1 Continue").presses("1").sees("Which side you dey stay?")
    phone.presses("3").types("green gate").ends("Chidi")


def test_a_key_pressed_after_the_question_was_answered_by_text_pays_nothing_more(
    town: Town, amina: Keypad
) -> None:
    amina.dials().presses("4", "500").sees("Send Airtime")
    town.amina.says("1").hears("Done!")
    amina.presses("1").sees("1 Next pickup")
    assert town.redemptions() == [(50_000, amina.number)]


def test_a_key_pressed_after_a_text_opened_another_question_shows_that_one(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500").sees("Send Airtime of N500")
    town.amina.says("REDEEM 700").hears("Send Airtime of N700")
    amina.presses("1").sees("Send Airtime of N700")
    assert town.redemptions() == []


def test_a_cut_before_anything_was_given_gets_no_text(amina: Keypad) -> None:
    amina.dials().cut()
    amina.dials().presses("4").cut()
    amina.dials().presses("00", "6", "2").sees("Where do you live?").cut()
    assert amina.texts == []
    assert {row.outcome for row in amina.sessions} == {"dropped"}


def test_a_session_that_ended_well_gets_no_text(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500", "1").ends("Done!").cut("Success").falls_silent()
    amina.dials().presses("4", "500").cut("Success").falls_silent()
    assert amina.texts == []
    assert [row.outcome for row in amina.sessions] == ["ended", "ended"]


def test_a_cut_is_followed_by_one_text_however_it_becomes_known(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500").falls_silent(seconds=60)
    assert amina.texts == []
    amina.falls_silent().cut().cut().falls_silent()
    assert amina.texts == ["Send Airtime of N500 to 0800 000 0001?\n1 Yes, send it\n0 No"]
    town.amina.says("1").hears("Done!")
    [row] = amina.sessions
    assert (row.outcome, row.end_status, row.cost) == ("dropped", "Incomplete", "NGN 1.60")


def test_the_same_open_question_is_texted_once_however_often_it_is_cut(amina: Keypad) -> None:
    amina.dials().presses("4", "500").cut()
    amina.dials().presses("1").sees("Send Airtime").cut()
    assert len(amina.texts) == 1


def test_who_dials_again_meanwhile_gets_no_text(amina: Keypad) -> None:
    amina.dials().presses("4", "500")
    amina.dials().sees("Carry on").presses("1", "1").ends("Done!")
    amina.falls_silent()
    assert amina.texts == []


def test_nobody_is_texted_long_after_the_call(town: Town, amina: Keypad) -> None:
    amina.dials().presses("4", "500").falls_silent(minutes=31)
    assert amina.texts == []


def test_a_status_that_nobody_knows_is_no_reason_to_text(amina: Keypad) -> None:
    amina.dials().presses("4", "500").cut("Weird")
    assert amina.texts == []
    assert amina.sessions[0].outcome == "open"


def test_who_opted_out_may_dial_and_still_gets_no_text(town: Town) -> None:
    town.credit(125_000)
    town.amina.says("STOP")
    amina = keypad(town)
    amina.dials().sees("1 Next pickup").presses("4", "500").sees("Send Airtime").presses("1").ends("Done!")
    assert town.amina.consents == [(False, "text")]
    stranger = keypad(town, 2104)
    town.phone(2104).says("STOP")
    stranger.dials().presses("1").types("Ade").presses("3").types("green gate").ends("Welcome")
    assert town.phone(2104).consents == [(False, "text")]


def test_stop_typed_on_a_screen_is_an_opt_out(town: Town, amina: Keypad) -> None:
    amina.dials().types("STOP").ends("no more texts")
    assert town.amina.consents == [(False, "ussd")]
    amina.dials().types("STOP").ends("no more texts")
    amina.dials().types("start").ends("Good to have you back")
    assert town.amina.consents == [(False, "ussd"), (True, "ussd")]


def test_a_session_that_has_ended_says_its_last_word_again(amina: Keypad) -> None:
    amina.dials().presses("3").ends("N1,250").presses("1").ends("N1,250")
    assert len(amina.turns) == 2


@pytest.mark.parametrize("number", ["", "Airtel", "12345", "+234 800 000 0001", "+" + "9" * 30])
def test_what_is_no_phone_is_told_so_and_kept_nowhere(town: Town, number: str) -> None:
    phone = Keypad(town, number)
    phone.dials().ends("did not work")
    assert phone.sessions == []


def test_a_pin_typed_on_a_screen_is_kept_nowhere_in_the_open(town: Town, amina: Keypad) -> None:
    amina.dials().presses("6").sees("7 My PIN").presses("7").sees("Choose a PIN").types("4821").ends(
        "its PIN"
    )
    amina.again().ends("its PIN")
    amina.dials().types("PIN").sees("the old one first").types("4821").sees("Choose a PIN").types("9017")
    amina.ends("its PIN").again().ends("its PIN").again("PIN*4821").sees("Choose a PIN")
    amina.dials("*347*55*PIN 9017#").sees("the old one first").cut()
    amina.dials("*347*55*PIN*9017*5566#").sees("the old one first")
    with town.database.unit_of_work() as session:
        tables = ("ussd_sessions", "ussd_turns", "conversations", "household_pins")
        kept = [str(row) for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    assert not [one for one in kept if "4821" in one or "9017" in one]


def test_a_phone_silent_for_long_is_checked_when_it_dials(town: Town, amina: Keypad) -> None:
    amina.dials().types("PIN").types("4821").ends("its PIN")
    town.later(days=151)
    amina.dials().presses("3").sees("quiet for very long").types("4821").ends("it is you")
    amina.dials().presses("3").ends("N1,250")


def test_a_phone_for_two_homes_is_asked_which_and_that_is_remembered(town: Town, amina: Keypad) -> None:
    for typed in ("JOIN NEW", "Mama", "Yaba", "red gate"):
        town.amina.says(typed)
    amina.dials().presses("3").sees("Which home?", "1 Amina", "2 Mama").presses("2").ends("Mama", "N0")
    amina.dials().presses("3").ends("Mama")
    amina.dials().presses("1").ends("Mama, Yaba:", "Your next pickup")
    amina.dials().presses("6").sees("9 Another home").presses("9", "1").ends("Amina")
    amina.dials().presses("3").ends("Amina", "N1,250")


def test_who_dials_all_day_is_told_to_call_again_tomorrow_and_costs_no_more(database: Database) -> None:
    town = a_town(database, ussd_sessions_per_phone_per_day=3)
    town.credit(125_000)
    amina = keypad(town)
    for _ in range(3):
        amina.dials().presses("3").ends("N1,250")
        town.later(hours=1)
    for _ in range(20):
        amina.dials().ends("called us many times today")
    assert len(amina.sessions) == 3
    keypad(town, "+2348000000777").dials().sees("Join")
    town.later(hours=22)
    amina.dials().presses("3").ends("N1,250")
