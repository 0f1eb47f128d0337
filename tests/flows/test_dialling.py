"""By USSD: every ordinary task on the keypad, with the number of screens it takes."""

from __future__ import annotations

import pytest

from tests.flows.dialling import Keypad, keypad
from tests.flows.phones import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""These are about what is said; their statements run on both databases in other modules."""


@pytest.fixture
def amina(town: Town) -> Keypad:
    return keypad(town)


def test_next_pickup(amina: Keypad) -> None:
    amina.dials().sees("Weighback", "1 Next pickup", "6 More").presses("1")
    amina.ends("Your next pickup: Mon 23 Nov, 8am-12pm")
    assert amina.screens == 2


def test_asking_for_a_pickup(amina: Keypad) -> None:
    amina.dials().presses("2").sees("1 Ask for a pickup", "2 Not today").presses("1")
    amina.ends("We come on Thu 26 Nov, 8am-12:30pm")
    assert amina.screens == 3


def test_not_today(town: Town, amina: Keypad) -> None:
    amina.dials().presses("2", "2").ends("we will not come on Mon 23 Nov")
    assert amina.screens == 3
    assert town.amina.pickups[0].status == "declined"


def test_balance(town: Town, amina: Keypad) -> None:
    town.credit(125_000)
    amina.dials().presses("3").ends("Amina, your credit is N1,250")
    assert amina.screens == 2


def test_spending(town: Town, amina: Keypad) -> None:
    """Three screens to answer, the last of them the plain question, and then the last word."""
    town.credit(125_000)
    amina.dials().presses("4").sees("Your credit is N1,250", "How much Airtime", "0 Back", "00 Menu")
    amina.types("500").sees("Send Airtime of N500 to 0800 000 0001?", "1 Yes, send it", "0 Back")
    assert town.redemptions() == []
    amina.presses("1").ends("Done!", "N750")
    assert amina.screens == 4
    assert town.redemptions() == [(50_000, amina.number)]


def test_prices(amina: Keypad) -> None:
    amina.dials().presses("5").ends("We pay per kg in Ojuelegba", "Plastic bottles N100")
    assert amina.screens == 2


def test_history_goes_over_several_screens(town: Town, amina: Keypad) -> None:
    town.credit(1_000_000)
    for _ in range(9):
        amina.dials().presses("4", "200", "1").ends("Done!")
    amina.dials().presses("6").sees("3 My last weighings").presses("3").sees("spent N200", "98 Next page")
    amina.presses("98").ends("spent N200").sees_nothing_of("98 Next page")
    town.amina.says("HISTORY").hears("Your last entries:", "Mon 23 Nov: spent N200")


def test_joining_takes_five_screens(town: Town) -> None:
    phone = keypad(town, 2000)
    phone.dials().sees("1 Join", "2 Pidgin: JOIN", "8 Help").presses("1").sees("What is your name?")
    phone.types("amina bello").sees("Where do you live?", "1 Ikeja", "3 Yaba").presses("3")
    phone.sees("Where exactly in Yaba?").types("12 Ojo St, green gate")
    phone.ends("Welcome, Amina Bello!", "Thu 26 Nov")
    assert phone.screens == 5
    [household] = town.phone(2000).households
    assert (household.name, household.landmark) == ("Amina Bello", "12 Ojo St, green gate")
    assert town.phone(2000).consents == [(True, "ussd")]


@pytest.mark.parametrize(
    ("key", "word", "name_asked", "welcomed"),
    [
        ("2", "Pidgin: JOIN", "Wetin be your name?", "Welcome"),
        ("3", "Yoruba: DARAPO", "Ki ni oruko yin?", "E kaabo"),
        ("4", "Hausa: SHIGA", "Mene ne sunanku?", "Barka da zuwa"),
        ("5", "Igbo: SONYE", "Gini bu aha gi?", "Nnoo"),
        ("6", "Francais: INSCRIRE", "Quel est votre nom ?", "Bienvenue"),
        ("7", "Kiswahili: JIUNGE", "Jina lako", "Karibu"),
    ],
)
def test_joining_takes_five_screens_in_every_language(
    town: Town, key: str, word: str, name_asked: str, welcomed: str
) -> None:
    phone = keypad(town, 2001)
    phone.dials().sees(f"{key} {word}").presses(key).sees(name_asked)
    phone.types("Chidi Eze").presses("3").types("12 Ojo St, green gate").ends(f"{welcomed}, Chidi Eze")
    assert phone.screens == 5
    assert town.phone(2001).consents == [(True, "ussd")]


def test_a_stranger_who_chose_a_language_finds_the_menu_and_texts_in_it(town: Town) -> None:
    phone = keypad(town, 2001)
    phone.dials().presses("2").sees("Wetin be your name?").presses("0")
    phone.sees("1 Join, e free", "2 English: JOIN").presses("1").sees("Wetin be your name?")
    town.phone(2001).says("Chidi").hears("Which side")


def test_a_household_chooses_a_language_and_texts_come_in_it_too(town: Town, amina: Keypad) -> None:
    amina.dials().presses("6", "1", "2").sees("1 Next pickup", "Make una come")
    amina.presses("3").ends("your credit na")
    town.amina.says("BALANCE").hears("your credit na")


def test_disputing_a_weighing_where_there_is_none(amina: Keypad) -> None:
    amina.dials().presses("6", "5").ends("not weighed anything for you yet")


def test_moving_house(town: Town, amina: Keypad) -> None:
    amina.dials().presses("6", "2").sees("Where do you live?", "4 Another area").presses("3")
    amina.types("14 Ade St, red door").sees("Amina moves to Yaba, 14 Ade St, red door?").presses("1")
    amina.ends("you now live in Yaba", "Thu 26 Nov")
    assert town.amina.households[0].landmark == "14 Ade St, red door"


def test_help(town: Town, amina: Keypad) -> None:
    amina.dials().presses("6", "4").ends("collects your recyclables")
    keypad(town, 2002).dials().presses("8").ends("press 1 to join")


def test_who_has_left_can_spend_and_come_back(town: Town, amina: Keypad) -> None:
    town.amina.says("LEAVE").says("1")
    amina.dials().sees("1 Join", "2 My credit", "3 Spend credit").presses("1").sees("What is your name?")


def test_zero_goes_back_one_question_and_two_zeros_home(town: Town) -> None:
    phone = keypad(town, 2003)
    phone.dials().presses("1").types("Ade").sees("Where do you live?").presses("0").sees("your name?")
    phone.types("Bola").sees("Where do you live?").presses("3").sees("Where exactly in Yaba")
    phone.presses("0").sees("1 Ikeja").presses("1").sees("Where exactly in Ikeja")
    phone.presses("00").sees("1 Join").presses("0").sees("1 Join")
    phone.dials().sees("1 Join").sees_nothing_of("Carry on")


def test_zero_on_the_confirm_screen_pays_nothing_and_asks_the_amount_again(town: Town, amina: Keypad) -> None:
    town.credit(125_000)
    amina.dials().presses("4", "500", "0").sees("How much Airtime").types("200").sees("N200 to").presses("1")
    amina.ends("Done!")
    assert town.redemptions() == [(20_000, amina.number)]


@pytest.mark.parametrize("key", ["7", "#", "seven", "9999999999", "*", "1*2", "\x00", "🙂", "98"])
def test_a_key_that_is_none_of_them_is_asked_again(amina: Keypad, key: str) -> None:
    amina.dials().presses(key).sees("1 Next pickup").presses("1").ends("Your next pickup")


def test_many_areas_take_several_screens_and_any_number_counts_on_each(town: Town) -> None:
    town.many_areas(20)
    phone = keypad(town, 2004)
    phone.dials().presses("1").types("Ade").sees("1 Ikeja", "98 Next page", "0 Back")
    phone.presses("98").sees_nothing_of("1 Ikeja").presses("0").sees("1 Ikeja").presses("98", "98")
    phone.presses("2").sees("Where exactly in Ojuelegba")


def test_words_work_as_in_a_text(town: Town, amina: Keypad) -> None:
    town.credit(125_000)
    amina.dials().types("balance").ends("N1,250")
    amina.dials().types("REDEEM 500").sees("Send Airtime of N500")
