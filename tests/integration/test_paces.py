"""Learning how fast a zone is from what collectors recorded, night by night."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.routing.straight_line import StraightLine
from app.collectors import service as collectors
from app.db import Database
from app.kernel.ids import new_id
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import PickupStatus
from app.places.models import Zone
from app.routing import pace
from app.routing.models import ZonePace
from app.weighing.models import Visit, VisitOutcome
from tests.conftest import NOON
from tests.factories import neighbourhood

TIMES = StraightLine(kilometres_per_hour=12, detour_factor=1.3)
STEP = 0.002


def ride(
    session: Session, zone: Zone, rider: UUID, day: datetime, *, seconds_between: int, vague: bool = False
) -> None:
    """Twenty doors in a line, some 220 metres apart: 96 seconds of way as expected."""
    for number in range(20):
        place = Location(6.515 + number * STEP, 3.375, "pin", 900 if vague else 10)
        home = neighbourhood.household(session, NOON, zone.id, location=place)
        pickup = Pickup(
            household_id=home.id,
            zone_id=zone.id,
            date=day.date(),
            window_start=day.time(),
            window_end=(day + timedelta(hours=6)).time(),
            kind=PickupKind.RECURRING,
            status=PickupStatus.COLLECTED,
            created_at=NOON,
            updated_at=NOON,
        )
        session.add(pickup)
        session.flush()
        # Between the tenth and the next there is a rest of two hours.
        at = day + timedelta(seconds=number * seconds_between, hours=2 if number > 10 else 0)
        visit = Visit(
            id=new_id(),
            pickup_id=pickup.id,
            collector_id=rider,
            outcome=VisitOutcome.COLLECTED,
            content_digest="",
            visited_at=at,
            received_at=at,
        )
        session.add(visit)
    session.flush()


def test_a_slow_zone_is_found_slow_and_rests_and_vague_places_teach_nothing(database: Database) -> None:
    with database.unit_of_work() as session:
        hub = neighbourhood.hub(session, NOON)
        slow = neighbourhood.zone(session, NOON, hub_id=hub.id, code="SLOW")
        vague = neighbourhood.zone(session, NOON, hub_id=hub.id, code="VAGUE")
        rider = collectors.create(
            session,
            name="Tunde",
            phone=Phone("+2348000009001"),
            language="en",
            hub_id=hub.id,
            capacity_grams=1,
            now=NOON,
        ).id
        ride(session, slow, rider, NOON - timedelta(days=2), seconds_between=900)
        ride(session, vague, rider, NOON - timedelta(days=1), seconds_between=900, vague=True)
        ride(session, vague, rider, NOON - timedelta(days=90), seconds_between=900)
        assert pace.learn(session, TIMES, NOON.date(), 300, NOON) == 1
        found = session.scalars(select(ZonePace)).one()
        assert (found.zone_id, found.pairs) == (slow.id, 18)
        assert pace.learnt_on(session, "Africa/Lagos") == NOON.date()
        paces = pace.Paces.load(session)
        way = TIMES.between([Location(6.515, 3.375), Location(6.515 + STEP, 3.375)])
        expected = int(paces.on(way, [slow.id, slow.id]).seconds([0], [1])[0, 0])
        assert expected + paces.stop_seconds(slow.id, 300) == pytest.approx(900, abs=60)
        assert expected > int(way.seconds([0], [1])[0, 0])
        # Learning again replaces; it does not add up.
        assert pace.learn(session, TIMES, NOON.date(), 300, NOON) == 1
        assert session.scalars(select(ZonePace)).one().factor == pytest.approx(found.factor)
