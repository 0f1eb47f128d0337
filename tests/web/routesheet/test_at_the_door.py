"""What a collector makes certain of at a door."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.container import Container
from app.households import invitations, phones, pins
from app.households import service as households
from app.messaging import contacts
from app.messaging.models import OutboxMessage
from app.pickups.models import Pickup
from app.weighing.guard import guarded
from tests.factories.day import Day
from tests.web.routesheet.conftest import MovableClock

NEW = "+2348000005555"


@pytest.fixture
def home(container: Container, day: Day) -> tuple[str, str]:
    """The first stop's page, and its household's phone."""
    with container.database.unit_of_work() as session:
        pickup = session.get_one(Pickup, day.pickups[0])
        return f"/route/stops/{pickup.id}", households.primary_phone(session, pickup.household_id)


def of(container: Container, day: Day) -> tuple[bool, list[str]]:
    """Whether the first household's first phone is guarded, and all its phones."""
    with container.database.unit_of_work() as session:
        household_id = session.get_one(Pickup, day.pickups[0]).household_id
        known = households.phones(session, household_id)
        now = container.clock.now()
        return known[0].id in guarded(session, known[:1], now, timedelta(days=150)), [
            one.phone for one in known
        ]


def offered(page: str, what: str) -> str:
    found = re.search(rf'value="({what}:[\w-]+)"', page)
    assert found, f"{what} is not offered"
    return found[1]


def test_a_phone_that_was_silent_for_long_is_confirmed_at_the_door(
    tunde: TestClient, container: Container, day: Day, clock: MovableClock, home: tuple[str, str]
) -> None:
    path, phone = home
    with container.database.unit_of_work() as session:
        household_id = session.get_one(Pickup, day.pickups[0]).household_id
        for line in households.phones(session, household_id):
            line.created_at = clock.now().replace(year=2025)
    assert of(container, day)[0]
    page = tunde.get(path).text
    assert f"The number ending in {phone[-3:]} was quiet" in page
    answer = tunde.post(path + "/phones", data={"do": offered(page, "theirs")})
    assert answer.status_code == 303
    assert not of(container, day)[0]
    assert "quiet" not in tunde.get(path).text
    with container.database.unit_of_work() as session:
        assert session.scalar(select(OutboxMessage.template).where(OutboxMessage.phone == phone)) == (
            "guard.confirmed"
        )
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.action == "at_the_door_theirs"))
        assert event.actor == f"collector:{day.collector}"


def _claim(container: Container, phone: str) -> None:
    with container.database.unit_of_work() as session:
        invitations.claim(session, phone=NEW, old=phone, language="en", now=container.clock.now())


def test_a_new_number_is_confirmed_at_the_door_and_shown_by_its_last_digits_alone(
    tunde: TestClient, container: Container, day: Day, home: tuple[str, str]
) -> None:
    path, phone = home
    _claim(container, phone)
    page = tunde.get(path).text
    assert "new number ending in 555" in page
    assert "5555" not in page
    assert tunde.post(path + "/phones", data={"do": offered(page, "new")}).status_code == 303
    assert of(container, day)[1] == [phone, NEW]
    with container.database.unit_of_work() as session:
        household_id = session.get_one(Pickup, day.pickups[0]).household_id
        made = phones.of(session, household_id, NEW)
        assert phones.cooling_until(made, container.clock.now()) is not None


def test_a_number_that_is_not_theirs_is_refused_at_the_door(
    tunde: TestClient, container: Container, day: Day, home: tuple[str, str]
) -> None:
    path, phone = home
    _claim(container, phone)
    tunde.post(path + "/phones", data={"do": offered(tunde.get(path).text, "not-theirs")})
    assert of(container, day)[1] == [phone]
    assert "new number" not in tunde.get(path).text


def test_a_forgotten_pin_is_cleared_at_the_door(
    tunde: TestClient, container: Container, day: Day, home: tuple[str, str]
) -> None:
    path, _ = home
    with container.database.unit_of_work() as session:
        household_id = session.get_one(Pickup, day.pickups[0]).household_id
        pins.set_pin(session, household_id, "4821", container.clock.now())
    assert "Clear the PIN" in tunde.get(path).text
    tunde.post(path + "/phones", data={"do": "clear-pin"})
    with container.database.unit_of_work() as session:
        assert not pins.has_pin(session, household_id)
        assert session.scalar(select(OutboxMessage.template)) == "pin.cleared"


def test_only_todays_stops_and_their_own_questions_are_answered(
    tunde: TestClient, container: Container, day: Day, home: tuple[str, str]
) -> None:
    path, phone = home
    _claim(container, phone)
    question = offered(tunde.get(path).text, "new")
    other = f"/route/stops/{day.pickups[1]}/phones"
    assert tunde.post(other, data={"do": question}).status_code == 404
    assert tunde.post(f"/route/stops/{day.foreign}/phones", data={"do": "clear-pin"}).status_code == 404
    assert tunde.post(path + "/phones", data={"do": "nonsense"}).status_code == 422
    assert of(container, day)[1] == [phone]
    with container.database.unit_of_work() as session:
        assert contacts.heard(session, [NEW]) == {}
