"""Days of service from demand: as seldom as bags allow, spread over the week, and what that saves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors import service as collectors
from app.db import Database
from app.errors import InvalidInput
from app.insights.service_days import Asked, service_days
from app.kernel.ids import new_id
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import MissedReason, PickupStatus
from app.weighing.models import Material, Visit, VisitOutcome, Weighing, WeighingLine
from tests.factories import neighbourhood

TODAY = date(2026, 3, 30)
NOW = datetime(2026, 3, 30, 8, tzinfo=UTC)
MONDAY = TODAY - timedelta(weeks=4)


def given(session: Session, home: UUID, zone: UUID, *, rider: UUID, day: date, grams: int) -> None:
    status = PickupStatus.COLLECTED if grams else PickupStatus.MISSED
    pickup = Pickup(
        household_id=home,
        zone_id=zone,
        date=day,
        window_start=time(8),
        window_end=time(12),
        kind=PickupKind.RECURRING,
        status=status,
        missed_reason=None if grams else MissedReason.NOTHING_TO_GIVE,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(pickup)
    session.flush()
    if not grams:
        return
    material = session.scalars(select(Material)).one()
    visit = Visit(
        id=new_id(),
        pickup_id=pickup.id,
        collector_id=rider,
        outcome=VisitOutcome.COLLECTED,
        content_digest="",
        visited_at=NOW,
        received_at=NOW,
    )
    session.add(visit)
    session.flush()
    session.add(
        Weighing(
            id=visit.id,
            pickup_id=pickup.id,
            household_id=home,
            collector_id=rider,
            weighed_at=NOW,
            credit_minor=0,
            created_at=NOW,
        )
    )
    session.flush()
    line = {"grams": grams, "rate_minor_per_kilogram": 0, "amount_minor": 0}
    session.add(WeighingLine(weighing_id=visit.id, material_id=material.id, **line))


def test_a_zone_of_light_bags_is_visited_less_and_one_of_heavy_bags_more(database: Database) -> None:
    """Both are served on Mondays and Thursdays. Light: each home gives 1 kg every time. Heavy: 10 kg."""
    with database.unit_of_work() as session:
        hub = neighbourhood.hub(session, NOW)
        session.add(Material(code="PET", name="PET", created_at=NOW))
        phone = Phone("+2348000009001")
        rider = collectors.create(
            session, name="T", phone=phone, language="en", hub_id=hub.id, capacity_grams=1, now=NOW
        ).id
        zones = {
            code: neighbourhood.zone(session, NOW, hub_id=hub.id, code=code, weekdays=(0, 3))
            for code in ("LIGHT", "HEAVY", "NEW")
        }
        for code, grams in (("LIGHT", 1_000), ("HEAVY", 10_000)):
            for number in range(4):
                place = Location(6.515 + 0.001 * number, 3.375 + 0.001 * (number % 2))
                home = neighbourhood.household(session, NOW, zones[code].id, location=place)
                for week in range(4):
                    for offset in (0, 3):
                        day = MONDAY + timedelta(weeks=week, days=offset)
                        given(session, home.id, zones[code].id, rider=rider, day=day, grams=grams)
        session.flush()
        heavy, light, new = service_days(session, hub.id, TODAY, Asked(weeks=4))
    assert (heavy.code, light.code, new.code) == ("HEAVY", "LIGHT", "NEW")
    assert new.proposed is None
    assert new.saved_kilometres_per_week == 0
    assert heavy.now is not None
    assert heavy.proposed is not None
    assert light.now is not None
    assert light.proposed is not None
    assert (heavy.now.interval_weeks, heavy.now.kilograms_per_stop) == (0.5, 10)
    assert (heavy.proposed.interval_weeks, heavy.proposed.weekdays) == (0.5, (0, 3))
    # 2 kg a week each: after four weeks a bag of 8 kg, which they can keep.
    assert (light.proposed.interval_weeks, light.proposed.kilograms_per_stop) == (4, 8)
    assert light.proposed.kilometres_per_week == pytest.approx(light.now.kilometres_per_week / 8)
    assert light.saved_kilometres_per_week == pytest.approx(light.now.kilometres_per_week * 7 / 8)
    assert len(light.proposed.weekdays) == 1


def test_homes_that_often_have_nothing_are_found_with_a_bag_more_often_when_visited_less(
    database: Database,
) -> None:
    with database.unit_of_work() as session:
        hub = neighbourhood.hub(session, NOW)
        session.add(Material(code="PET", name="PET", created_at=NOW))
        phone = Phone("+2348000009001")
        rider = collectors.create(
            session, name="T", phone=phone, language="en", hub_id=hub.id, capacity_grams=1, now=NOW
        ).id
        zone = neighbourhood.zone(session, NOW, hub_id=hub.id, weekdays=(0,))
        for number in range(4):
            home = neighbourhood.household(session, NOW, zone.id)
            for week in range(4):
                given(
                    session,
                    home.id,
                    zone.id,
                    rider=rider,
                    day=MONDAY + timedelta(weeks=week),
                    grams=3_000 * ((week + number) % 2),
                )
        session.flush()
        [found] = service_days(session, hub.id, TODAY, Asked(weeks=4, bag_kilograms=3.5))
    assert found.now is not None
    assert found.proposed is not None
    assert found.now.kilograms_per_stop == 1.5
    # Two weeks: 12 kg from three of four doors (1 - 0.5^2), 4 kg each: too heavy. One week it stays.
    assert found.proposed.interval_weeks == 1


def test_what_is_asked_must_make_sense() -> None:
    for wrong in ({"weeks": 0}, {"weeks": 60}, {"bag_kilograms": 0}):
        with pytest.raises(InvalidInput):
            Asked(**wrong)
