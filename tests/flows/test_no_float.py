"""What is said where our own money with those who pay is too little: politely that it cannot be had, and what can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db import Database
from app.kernel.ids import new_id
from app.payouts.floats.models import FloatStanding
from app.payouts.floats.watching import tried
from app.payouts.telling import Told
from app.rewards.models import Reward, RewardKind
from tests.flows.phones import Town, a_town


@pytest.fixture
def town(sqlite_url: str) -> Iterator[Town]:
    database = Database(sqlite_url)
    made = a_town(database)
    made.credit(125_000)
    yield made
    database.close()


def holds(town: Town, float_minor: int) -> None:
    """What the company that pays airtime says that it holds for us."""
    with town.database.unit_of_work() as session:
        tried(session, "pretend", Told(float_minor), town.now)


def test_airtime_that_nobody_has_the_money_for_is_not_offered(town: Town) -> None:
    holds(town, 4_900)
    town.amina.says("REDEEM").hears("Airtime cannot be had just now", "your credit is safe")
    town.amina.says("500").hears_nothing_of("on its way")
    assert town.redemptions() == []


def test_what_can_be_had_is_offered_in_its_place(town: Town) -> None:
    holds(town, 0)
    with town.database.unit_of_work() as session:
        session.add(
            Reward(
                id=new_id(),
                code="WELL",
                kind=RewardKind.POT,
                name="The well",
                minimum_minor=5_000,
                maximum_minor=100_000,
                step_minor=5_000,
                created_at=town.now,
                updated_at=town.now,
            )
        )
    town.amina.says("REDEEM").hears("from N50 to N1,000").hears_nothing_of("Airtime")
    town.amina.says("REDEEM airtime").hears("Airtime cannot be had just now")


def test_no_more_is_offered_than_somebody_can_pay(town: Town) -> None:
    holds(town, 62_300)
    town.amina.says("REDEEM").hears("from N50 to N600")


def test_what_ran_out_while_it_was_asked_is_said_before_anything_is_taken(town: Town) -> None:
    town.amina.says("REDEEM 500").hears("Send Airtime of N500")
    holds(town, 0)
    town.amina.says("1").hears("safe").hears_nothing_of("on its way")
    assert (town.redemptions(), town.balance_minor()) == ([], 125_000)
    with town.database.unit_of_work() as session:
        assert session.get(FloatStanding, "pretend") is not None
