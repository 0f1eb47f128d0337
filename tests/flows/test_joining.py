"""JOIN: from nothing to the first pickup date."""

from __future__ import annotations

import pytest
from openlocationcode import openlocationcode
from sqlalchemy import update

from app.errors import Refused
from app.households.service import add_phone
from app.places.models import Zone
from tests.flows.phones import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""These are about what is said; their statements run on both databases in other modules."""


def test_a_stranger_joins_in_five_texts_and_hears_the_first_date(town: Town) -> None:
    phone = town.phone(2000)
    phone.says("JOIN").hears("Choose your language", "1 English", "2 Pidgin")
    phone.says("1").hears("your name")
    phone.says("amina bello").hears("Where do you live", "1 Ikeja", "2 Ojuelegba", "3 Yaba")
    phone.says("3").hears("Where exactly in Yaba")
    phone.says("12 Ojo St, green gate by the mosque").hears("Welcome, Amina Bello", "Thu 26 Nov, 8am-12:30pm")
    [household] = phone.households
    assert (household.name, household.landmark) == ("Amina Bello", "12 Ojo St, green gate by the mosque")
    assert phone.pickups[0].date.isoformat() == "2026-11-26"
    assert phone.consents == [(True, "text")]


def test_everything_can_be_done_in_pidgin(town: Town) -> None:
    phone = town.phone(2001)
    phone.says("I wan join").hears("We dey carry", "2 Pidgin")
    phone.says("pidgin").hears("Wetin be your name")
    phone.says("Chidi").hears("Which side")
    phone.says("YAB").hears("Where exactly for Yaba")
    phone.says("green gate").hears("We go first come Thu 26 Nov")
    phone.says("NEXT").hears("Your next pickup: Thu 26 Nov", "if you no get")


def test_who_names_a_language_with_join_is_not_asked_for_it(town: Town) -> None:
    town.phone(2001).says("Join Yorùbá").hears("Ki ni oruko yin").says("Chidi").hears("Nibo le n gbe")


def test_a_zone_without_service_days_promises_word_instead_of_a_date(town: Town) -> None:
    town.phone(2002).joins(zone="Ikeja").hears("We will text you your first pickup day in Ikeja")


@pytest.mark.parametrize(
    ("said", "fragment"),
    [
        ("8", "Choose your language"),
        ("french", "Choose your language"),
        ("", "only read words"),
    ],
)
def test_an_answer_that_is_none_is_asked_again(town: Town, said: str, fragment: str) -> None:
    phone = town.phone(2003)
    phone.says("JOIN").says(said).hears(fragment)
    phone.says("1").hears("your name")


@pytest.mark.parametrize(
    "name", ["5", "a", "+2348000000001", "x" * 31, "http://spam.example", "..", "\u0000\u0007"]
)
def test_a_name_that_is_none_is_asked_again(town: Town, name: str) -> None:
    phone = town.phone(2004)
    phone.says("JOIN").says("1").says(name).hears(
        "send your name in letters" if name.strip("\0\7") else "only"
    )
    phone.says("Ade").hears("Where do you live")


def test_names_keep_what_their_owner_wrote(town: Town) -> None:
    phone = town.phone(2005)
    phone.says("JOIN").says("1").says("  Ad\u00e9s\u1ecdl\u00e1   O'Neill-McKay ")
    phone.says("Yaba").says("green gate").hears("Welcome, Ad\u00e9sola O'Neill-McKay")
    assert phone.households[0].name == "Ad\u00e9s\u1ecdl\u00e1 O'Neill-McKay"


def test_a_wrong_area_is_asked_again_with_the_list(town: Town) -> None:
    phone = town.phone(2006)
    phone.says("JOIN").says("1").says("Ade").says("Abuja").hears("number from the list", "1 Ikeja", "3 Yaba")
    phone.says("3.").hears("Where exactly in Yaba")


def test_many_areas_come_in_pages_and_a_code_reaches_any_of_them(town: Town) -> None:
    town.many_areas(20)
    phone = town.phone(2007)
    phone.says("JOIN").says("1").says("Ade").hears("1 Ikeja", "9 More areas").hears_nothing_of("Quarter 10")
    phone.says("9").hears("9 More areas")
    phone.says("more").hears("Quarter 1")
    phone.says("1").hears("Where exactly in Quarter")
    other = town.phone(2008)
    other.says("JOIN").says("1").says("Ade").says("z19").hears("Where exactly in Quarter 19")


def test_the_zone_code_may_come_with_the_command(town: Town) -> None:
    phone = town.phone(2009)
    phone.says("join yab").says("1").says("Ade").hears("Where exactly in Yaba")


@pytest.mark.parametrize("shortened", [False, True])
def test_a_plus_code_is_understood(town: Town, shortened: bool) -> None:
    code = openlocationcode.encode(6.5123, 3.3721)
    if shortened:
        code = openlocationcode.shorten(code, 6.51, 3.37)
        assert len(code) < len("6FR5G96C+WR")
    phone = town.phone(2010)
    phone.says("JOIN").says("1").says("Ade").says("Yaba").says(f"{code.lower()} blue door").hears("Welcome")
    [household] = phone.households
    assert household.latitude == pytest.approx(6.5123, abs=0.0002)
    assert household.longitude == pytest.approx(3.3721, abs=0.0002)
    assert household.location_source == "plus_code"
    assert household.location_uncertainty_metres in range(5, 20)
    assert household.landmark.endswith("blue door")


def test_a_plus_code_of_another_town_is_questioned(town: Town) -> None:
    phone = town.phone(2011)
    abuja = openlocationcode.encode(9.06, 7.49)
    phone.says("JOIN").says("1").says("Ade").says("Yaba").says(abuja).hears("not in Yaba")
    phone.says("by the market").hears("Welcome")
    assert phone.households[0].latitude is None


def test_an_area_that_closes_meanwhile_is_asked_for_again(town: Town) -> None:
    phone = town.phone(2012)
    phone.says("JOIN").says("1").says("Ade").says("Yaba")
    with town.database.unit_of_work() as session:
        session.execute(update(Zone).where(Zone.code == "YAB").values(active=False))
    phone.says("green gate").hears("Where do you live").hears_nothing_of("Yaba")
    phone.says("1").says("green gate").hears("Welcome")


def test_joining_twice_says_so_and_changes_nothing(town: Town) -> None:
    town.amina.says("JOIN").hears("you have joined already, in Ojuelegba", "JOIN NEW")
    assert len(town.amina.households) == 1


def test_a_phone_can_speak_for_two_homes_and_is_asked_which(town: Town) -> None:
    phone = town.amina
    phone.says("JOIN NEW").hears("your name")
    for text in ("Mama", "Yaba", "red gate"):
        phone.says(text)
    phone.hears("Welcome, Mama")
    phone.says("BALANCE").hears("Which home", "1 Amina, Ojuelegba", "2 Mama, Yaba")
    phone.says("3").hears("Which home")
    phone.says("2").hears("Mama, your credit is N0")
    phone.says("HOME").says("BACK").hears("nothing was changed")


def test_two_phones_can_speak_for_one_home(town: Town) -> None:
    town.credit(70_000)
    with town.database.unit_of_work() as session:
        add_phone(session, town.street.household_id, phone="+2348000002013", language="pcm", now=town.now)
    town.phone(2013).says("BALANCE").hears("Amina, your credit na N700")
    town.amina.says("BALANCE").hears("Amina, your credit is N700")


def test_who_left_can_come_back_with_the_old_credit(town: Town) -> None:
    town.credit(125_000)
    phone = town.amina
    phone.says("LEAVE").says("1").hears("N1,250 stays yours")
    phone.says("PICKUP").hears("you have left", "Text JOIN to come back")
    phone.joins(name="Amina")
    phone.says("BALANCE").hears("N1,250")
    assert len(phone.households) == 1


def test_a_command_in_the_middle_of_joining_is_heard(town: Town) -> None:
    phone = town.phone(2014)
    phone.says("JOIN").says("1").says("BALANCE").hears("has not joined")
    phone.says("JOIN").says("1").says("Ade").says("0").hears("nothing was changed")
    assert phone.households == []


def test_a_landmark_may_begin_like_a_command(town: Town) -> None:
    phone = town.phone(2015)
    phone.says("JOIN").says("1").says("Ade").says("Yaba").says("Next to Pickup Motors, stop at the gate")
    phone.hears("Welcome")
    assert phone.households[0].landmark == "Next to Pickup Motors, stop at the gate"


def test_a_refusal_at_the_last_moment_leaves_nothing_half_done(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> int:
        raise Refused("not today")

    monkeypatch.setattr("app.flows.commands.pickups.extend", refuse)
    phone = town.phone(2016)
    for text in ("JOIN", "1", "Ade", "Yaba", "green gate"):
        phone.says(text)
    phone.hears("that did not work, and nothing was changed")
    assert phone.households == []


def test_our_own_question_sent_back_is_no_address(town: Town) -> None:
    phone = town.phone(2950)
    for text in ("JOIN", "1", "Ade", "Yaba"):
        phone.says(text)
    asked = phone.heard or ""
    phone.says(f"Fwd: {asked}").hears("tell us a bit more")
    phone.says("12 Ojo St, green gate").hears("Welcome")
