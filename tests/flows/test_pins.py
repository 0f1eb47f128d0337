"""A household's PIN: set, changed, tried too often; and a phone that was silent for long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.kernel.clock import local_date
from app.kernel.money import Money
from app.messaging.models import InboxMessage, OutboxMessage
from app.weighing.models import Visit, VisitOutcome, Weighing
from app.weighing.receipt import tell_household
from tests.factories.street import a_pickup
from tests.flows.phones import Phone, Town

IDLE_DAYS = 150


def test_a_pin_is_set_and_changed_by_who_knows_the_old_one(town: Town) -> None:
    phone = town.amina
    phone.says("PIN").hears("Choose a PIN of 4 digits")
    phone.says("4821").hears("your home has its PIN")
    phone.says("PIN").hears("send the old one first").says("4821").hears("Choose a PIN")
    phone.says("90 17").hears("your home has its PIN")
    phone.says("PIN 5566").hears("send the old one first").says("4821").hears("not the PIN", "4 more times")
    phone.says("PIN").says("9017").hears("Choose a PIN")


@pytest.mark.parametrize("weak", ["0000", "1234", "4321", "7777", "1212", "12345", "123", "abcd", "12a4"])
def test_a_pin_that_others_would_guess_is_refused(town: Town, weak: str) -> None:
    town.amina.says("PIN").says(weak).hears("no safe PIN").says("4821").hears("its PIN")


def test_a_pin_is_kept_nowhere_in_the_open(town: Town) -> None:
    phone = town.amina
    phone.says("PIN 4821").hears("its PIN")
    phone.says("PIN").says("4821").says("9017").hears("its PIN")
    phone.says("PIN").says("1").says("PIN").says("9017 thanks").hears("Choose a PIN")
    with town.database.unit_of_work() as session:
        kept = [f"{row.body} {row.raw}" for row in session.scalars(select(InboxMessage))]
        kept += [row.body for row in session.scalars(select(OutboxMessage))]
        kept += [str(row) for row in session.execute(text("SELECT * FROM conversations"))]
        kept += [str(row) for row in session.execute(text("SELECT * FROM household_pins"))]
    assert not [one for one in kept if "4821" in one or "9017" in one]


def test_too_many_wrong_pins_lock_it_longer_and_longer(town: Town) -> None:
    phone = town.amina
    phone.says("PIN 4821")
    for minutes in (15, 30):
        for _ in range(4):
            phone.says("PIN").says("1111").hears("not the PIN")
        phone.says("PIN").says("1111").hears("Too many wrong PINs")
        phone.says("PIN").says("4821").hears("Too many wrong PINs")
        town.later(minutes=minutes - 2)
        phone.says("PIN").says("4821").hears("Too many wrong PINs")
        town.later(minutes=2)
    phone.says("PIN").says("4821").hears("Choose a PIN")


def _silent(town: Town, days: int = IDLE_DAYS + 1) -> Phone:
    town.amina.says("HELP")
    town.credit(70_000)
    town.later(days=days)
    return town.amina


PRIVATE = ["BALANCE", "HISTORY", "REDEEM", "REDEEM 500", "LEAVE", "PIN", "PIN 9017", "HOME"]


@pytest.mark.parametrize("said", PRIVATE)
def test_a_phone_silent_for_long_is_told_nothing_until_it_is_checked(town: Town, said: str) -> None:
    phone = _silent(town)
    for _ in range(2):  # a stranger's second text is no better than the first
        phone.says(said).hears("quiet for very long", "our collector").hears_nothing_of("700")
        phone.hears_nothing_of("Amina").says("1").hears_nothing_of("700")
    assert town.redemptions() == []


def test_days_short_of_the_limit_and_asking_for_a_pickup_need_no_check(town: Town) -> None:
    phone = _silent(town, days=IDLE_DAYS - 1)
    phone.says("BALANCE").hears("Amina, your credit is N700")
    town.later(days=IDLE_DAYS + 1)
    phone.says("RATES").hears_nothing_of("quiet")
    phone.says("BALANCE").hears("quiet for very long")


def test_the_pin_opens_a_phone_that_was_silent_for_long(town: Town) -> None:
    town.amina.says("PIN 4821")
    phone = _silent(town)
    phone.says("REDEEM 500").hears("send the PIN of your home")
    phone.says("9999").hears("not the PIN").says("BALANCE").hears("PIN of your home")
    phone.says("4821").hears("it is you").says("BALANCE").hears("N700")
    phone.says("REDEEM 500").says("1").hears("Credit left: N200")
    town.later(days=IDLE_DAYS + 1)
    phone.says("BALANCE").hears("send the PIN of your home")


def test_being_met_at_the_door_is_no_silence(town: Town) -> None:
    phone = town.amina.says("HELP")
    town.later(days=100)
    weigh(town, town.now)
    town.later(days=60)
    phone.says("BALANCE").hears("Amina, your credit")


def test_a_stranger_at_that_number_joins_afresh(town: Town) -> None:
    phone = _silent(town)
    phone.joins(name="Chidi", zone="Yaba")
    phone.says("BALANCE").hears("Which home", "1 A home in Ojuelegba", "2 Chidi, Yaba").says("1")
    phone.hears("quiet for very long").says("HOME chidi").hears("Chidi").says("BALANCE").hears("N0")
    assert len(phone.households) == 2


def test_who_left_long_ago_does_not_hand_over_the_credit_with_the_number(town: Town) -> None:
    town.credit(70_000)
    town.amina.says("LEAVE").says("1").hears("You have left")
    town.later(days=IDLE_DAYS + 1)
    phone = (
        town.amina.says("JOIN").says("1").says("Chidi").says("Yaba").says("red gate").hears("Welcome, Chidi")
    )
    phone.says("BALANCE").says("chidi").hears("Chidi, your credit is N0")


def test_the_receipt_of_a_silent_phone_names_no_money(town: Town) -> None:

    _silent(town)
    with town.database.unit_of_work() as session:
        tell_household(
            session,
            town.post,
            town.street.household_id,
            key="receipt",
            values={"weights": "PET 2kg", "credit": Money(200, "NGN"), "balance": Money(70_000, "NGN")},
            dedupe_key="receipt:1",
            idle=timedelta(days=IDLE_DAYS),
            now=town.now,
        )
    assert [sent.key for sent in town.post.sent] == ["guard.news"]


def weigh(town: Town, at: datetime) -> None:
    """Something was weighed at Amina's door."""
    street = town.street
    with town.database.unit_of_work() as session:
        pickup_id = a_pickup(session, street.household_id, street.zone_id, local_date(at, "Africa/Lagos"))
        visit = Visit(
            id=pickup_id,
            pickup_id=pickup_id,
            collector_id=street.collector_id,
            outcome=VisitOutcome.COLLECTED,
            content_digest="0" * 64,
            visited_at=at,
            received_at=at,
        )
        session.add(visit)
        session.flush()
        session.add(
            Weighing(
                id=visit.id,
                pickup_id=pickup_id,
                household_id=street.household_id,
                collector_id=street.collector_id,
                weighed_at=at,
                credit_minor=0,
                created_at=at,
            )
        )
