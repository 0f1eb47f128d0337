"""However a weight comes in, credit that is too good to be true waits for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.container import Container
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.pickups.models import Pickup
from app.weighing import service as weighing
from app.weighing.models import HeldCredit
from tests.factories.day import Day
from tests.factories.street import LIMITS, a_pickup
from tests.web.routesheet.conftest import MORNING, form_in
from tests.web.routesheet.phone import Sheet, made

WEEKS = 5
HEAVY_GRAMS = 45_000
"""From homes that have given two or three kilograms."""


@pytest.fixture
def used_to_bags(container: Container, day: Day) -> Day:
    with container.database.unit_of_work() as session:
        for week in range(1, WEEKS + 1):
            at = MORNING - timedelta(weeks=week)
            for number, today in enumerate(day.pickups):
                home = session.get_one(Pickup, today).household_id
                bag = weighing.Submission(
                    new_id(),
                    a_pickup(session, home, day.zone_id, at.date()),
                    day.collector,
                    {"PET": 1_800 + 150 * number + 100 * week},
                    at,
                )
                weighing.record(session, bag, at, container.post, LIMITS)
    return day


def held_minor(container: Container) -> list[int]:
    with container.database.unit_of_work() as session:
        return list(session.scalars(select(HeldCredit.amount_minor)))


def balance_minor(container: Container, pickup_id: object) -> int:
    with container.database.unit_of_work() as session:
        return ledger.balance(session, session.get_one(Pickup, pickup_id).household_id)


def test_what_the_sheet_sends_is_judged(container: Container, used_to_bags: Day, tunde: TestClient) -> None:
    usual, odd = used_to_bags.pickups[:2]
    before = balance_minor(container, odd)
    answers = Sheet(tunde, used_to_bags.collector).sync(
        made("weighing", usual, MORNING, grams={"PET": 2_500}),
        made("weighing", odd, MORNING, grams={"PET": HEAVY_GRAMS}),
        sent_at=MORNING,
    )
    assert answers == ["accepted", "accepted"]
    assert held_minor(container) == [HEAVY_GRAMS * 12_000 // 1_000]
    assert balance_minor(container, odd) == before


def test_what_is_typed_into_the_plain_form_is_judged(
    container: Container, used_to_bags: Day, tunde: TestClient
) -> None:
    odd = used_to_bags.pickups[0]
    before = balance_minor(container, odd)
    address = f"/route/stops/{odd}"
    form = {**form_in(tunde.get(address)), "kg-PET": "45"}
    assert tunde.post(address, data=form).status_code < 400
    assert held_minor(container) == [HEAVY_GRAMS * 12_000 // 1_000]
    assert balance_minor(container, odd) == before
