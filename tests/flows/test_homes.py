"""Several homes behind one phone."""

from __future__ import annotations

import pytest

from tests.flows.phones import Phone, Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""These are about what is said; their statements run on both databases in other modules."""


@pytest.fixture
def amina(town: Town) -> Phone:
    """Speaks for Amina in Ojuelegba, Mama Bose in Yaba, and Mama Chi in Yaba."""
    for name, place in (("Mama Bose", "red gate"), ("Mama Chi", "12 Ojo St")):
        for text in ("JOIN NEW", name, "Yaba", place):
            town.amina.says(text)
    return town.amina


@pytest.mark.parametrize("said", ["2", "Mama Bose", "bose", "Bos", "red gate"])
def test_a_home_is_chosen_by_number_name_or_part_of_it_and_remembered(amina: Phone, said: str) -> None:
    amina.says("BALANCE").hears("Which home", "1 Amina, Ojuelegba", "2 Mama Bose, Yaba", "3 Mama Chi, Yaba")
    amina.says(said).hears("Mama Bose, your credit is N0")
    amina.says("NEXT").hears("Mama Bose, Yaba:\n", "Your next pickup")
    amina.says("BALANCE").hears("Mama Bose, your credit")


@pytest.mark.parametrize("said", ["4", "Mama", "yaba", "12", "Ngozi"])
def test_what_could_mean_two_homes_or_none_is_asked_again(amina: Phone, said: str) -> None:
    amina.says("NEXT").says(said).hears("Which home")


def test_another_home_is_meant_once_the_person_says_so(amina: Phone) -> None:
    amina.says("BALANCE").says("2").hears("Mama Bose")
    amina.says("HOME").hears("Which home").says("amina").hears("now we talk about Amina")
    amina.says("BALANCE").hears("Amina, your credit")
    amina.says("OTHER chi").hears("now we talk about Mama Chi")
    amina.says("BALANCE").hears("Mama Chi, your credit")


def test_the_choice_lapses_with_the_conversation_and_not_before(town: Town, amina: Phone) -> None:
    amina.says("BALANCE").says("2").hears("Mama Bose")
    town.later(hours=11)
    amina.says("BALANCE").hears("Mama Bose")
    town.later(hours=11)
    amina.says("RATES").hears("Mama Bose, Yaba:\n")
    town.later(hours=13)
    amina.says("BALANCE").hears("Which home")


def test_money_moves_in_the_chosen_home_alone(town: Town, amina: Phone) -> None:
    homes = {home.name: home.id for home in amina.households}
    town.credit(70_000, homes["Mama Chi"])
    amina.says("BALANCE").says("chi").hears("N700")
    amina.says("REDEEM 500").hears("Send Airtime of N500", "Mama Chi").says("1").hears("Credit left: N200")
    assert town.balance_minor(homes["Mama Chi"]) == 20_000


def test_two_homes_of_one_name_are_told_apart_by_where_they_are(town: Town, amina: Phone) -> None:
    for text in ("JOIN NEW", "Mama Chi", "Yaba", "by the mosque"):
        amina.says(text)
    amina.says("HOME").hears("3 Mama Chi, 12 Ojo St", "4 Mama Chi, by the mosque")
    amina.says("mosque").hears("Mama Chi")


def test_one_home_is_never_asked_about(town: Town) -> None:
    town.amina.says("HOME").hears("speaks for one home: Amina, Ojuelegba")
    town.phone(2001).says("HOME").hears("has not joined")
