"""PICKUP, SKIP, NEXT and READY."""

from __future__ import annotations

import pytest

from app.pickups.statuses import PickupStatus
from tests.flows.phones import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""These are about what is said; their statements run on both databases in other modules."""


def test_two_requests_on_one_day_make_one_pickup(town: Town) -> None:
    town.amina.says("PICKUP").hears("Done! We come on Thu 26 Nov, 8am-12:30pm")
    town.amina.says("pick up pls").hears("already come to you on Thu 26 Nov")
    assert [pickup.date.isoformat() for pickup in town.amina.pickups] == ["2026-11-23", "2026-11-26"]


def test_skip_calls_off_the_next_one_and_pickup_takes_that_back(town: Town) -> None:
    phone = town.phone(2000).joins()
    phone.says("SKIP").hears("we will not come on Thu 26 Nov")
    assert next(pickup.status for pickup in phone.pickups) is PickupStatus.DECLINED
    phone.says("NEXT").hears("Thu 3 Dec")
    phone.says("PICKUP").hears("Thu 26 Nov")
    assert next(pickup.status for pickup in phone.pickups) is PickupStatus.CONFIRMED


def test_skip_and_ready_are_about_the_day_that_the_last_text_named(town: Town) -> None:
    """Not about an earlier one that was called off before, nor about today's."""
    town.amina.says("PICKUP").hears("We come on Thu 26 Nov", "Text SKIP").says("SKIP").hears("on Thu 26 Nov")
    town.amina.says("SKIP").hears("on Mon 23 Nov").says("PICKUP").says("READY").hears("See you on Thu 26 Nov")
    town.amina.says("NEXT").hears("Thu 26 Nov", "Text SKIP").says("SKIP").hears("on Thu 26 Nov")
    assert [pickup.status for pickup in town.amina.pickups] == [PickupStatus.DECLINED] * 2
    town.amina.says("READY").hears("See you on Mon 23 Nov")


@pytest.mark.parametrize("word", ["READY", "1", "I'm ready", "1."])
def test_ready_confirms_the_pickup_that_was_reminded(town: Town, word: str) -> None:
    phone = town.phone(2001).joins()
    phone.says("NEXT").hears("Text READY")
    phone.says(word).hears("See you on Thu 26 Nov")
    assert phone.pickups[0].confirmed
    phone.says("NEXT").hears("You are down as ready")


def test_nothing_planned_says_what_to_do(town: Town) -> None:
    phone = town.phone(2002).joins(zone="Ikeja")
    phone.says("NEXT").hears("no pickup planned")
    phone.says("SKIP").hears("no pickup planned")
    phone.says("READY").hears("no pickup planned")
    phone.says("PICKUP").hears("no collection day is planned in Ikeja")


@pytest.mark.parametrize(
    "command", ["PICKUP", "SKIP", "NEXT", "READY", "BALANCE", "RATES", "REDEEM", "WRONG", "LEAVE"]
)
def test_an_unknown_phone_hears_how_to_join(town: Town, command: str) -> None:
    phone = town.phone(2003)
    phone.says(command).hears("has not joined", "Text JOIN")
    assert phone.consents == []


def test_near_turns_the_word_that_the_collector_is_near_on_and_off_for_this_phone(town: Town) -> None:
    town.amina.says("NEAR").hears("when the collector is a few stops away", "Text NEAR again")
    town.amina.says("near").hears("no more texts when the collector is near")
    town.phone(2004).says("NEAR").hears("has not joined")
