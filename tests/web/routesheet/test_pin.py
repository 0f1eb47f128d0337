"""Saying where a door is: how well it is known, and how the first visit mends it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.models import AuditEvent
from app.container import Container
from app.households.models import Household
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.places import landmarks, pluscodes
from tests.conftest import NOON
from tests.factories.day import Day


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_sheet_says_how_well_a_door_is_known_and_the_first_visit_mends_it(
    tunde: TestClient, container: Container, day: Day
) -> None:
    stop = f"/route/stops/{day.pickups[1]}"  # "Two-storey house after the mechanic village, ring twice"
    assert "do not know the place" in tunde.get(stop).text
    with container.database.unit_of_work() as session:
        landmarks.create(
            session, zone_id=day.zone_id, name="Mechanic village", location=Location(6.5, 3.36), now=NOON
        )
    assert "landmark alone; it may be 150 m from there" in tunde.get(stop).text
    assert tunde.get(stop + "/pin").status_code == 200
    for wrong in (
        {"place": "by the tree"},
        {"place": "9.06, 7.49"},
        {"pin_latitude": "x", "pin_longitude": "1"},
    ):
        answer = tunde.post(stop + "/pin", data=wrong)
        assert answer.status_code == 422
        assert wrong.get("place", "") in answer.text
    assert tunde.post(f"/route/stops/{day.foreign}/pin", data={"place": "6.5, 3.36"}).status_code == 404
    sent: list[tuple[dict[str, Any], float, int | None]] = [
        ({"place": pluscodes.of(Location(6.5012, 3.3581))[4:]}, 6.5012, 10),
        ({"pin_latitude": "6.5013", "pin_longitude": "3.3581", "pin_accuracy_metres": "7.2"}, 6.5013, 8),
        ({"place": " 6.5044, 3.3581 "}, 6.5044, None),
    ]
    for fields, latitude, uncertainty in sent:
        assert tunde.post(stop + "/pin", data=fields).status_code == 303
        with container.database.unit_of_work() as session:
            home = _household(session, day)
            assert home.latitude == pytest.approx(latitude, abs=1e-4)
            assert (home.location_source, home.location_uncertainty_metres) == ("pin", uncertainty)
    assert "/pin" not in tunde.get(stop).text
    with container.database.unit_of_work() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "pinned")).all()
        assert [event.actor for event in events] == [f"collector:{day.collector}"] * 3


def _household(session: Session, day: Day) -> Household:
    pickup = session.get_one(Pickup, day.pickups[1])
    return session.get_one(Household, pickup.household_id)
