"""What an office sets up before the first household joins: hubs, zones, days, collectors, rates, rewards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.collectors import service as collectors
from app.collectors.models import CollectorRole
from app.demo.holidays import holidays
from app.demo.lagos import AREAS, CLERKS, HUBS, MATERIALS, RIDERS
from app.demo.offers import put_on_offer
from app.demo.shops import open_shops
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.places import editing, landmarks
from app.places.models import ExceptionKind
from app.settings import Settings
from app.weighing.models import Material, Rate

WINDOWS: Final = ((time(8), time(12)), (time(9), time(13)))
HOLIDAYS_AHEAD: Final = timedelta(days=365)
MOVE_AT_MOST_DAYS: Final = 7


@dataclass(frozen=True)
class Office:
    """Ids of what was set up."""

    zones: dict[str, UUID]
    collectors: list[UUID]
    """Who rides."""


def found(session: Session, settings: Settings, first_day: date, today: date, now: datetime) -> Office:
    """Open the office at `now`, with days of service that are served from `first_day` on and fit `today`."""
    hubs = {
        hub.code: editing.create_hub(
            session, code=hub.code, name=hub.name, latitude=hub.latitude, longitude=hub.longitude, now=now
        ).id
        for hub in HUBS
    }
    zones = _zones(session, settings=settings, hubs=hubs, first_day=first_day, today=today, now=now)
    riders = [
        collectors.create(
            session,
            name=rider.name,
            phone=Phone(rider.phone),
            language=settings.default_language,
            hub_id=hubs[rider.hub],
            capacity_grams=rider.capacity_grams,
            now=now,
        ).id
        for rider in RIDERS
    ]
    for rider, collector_id in zip(RIDERS, riders, strict=True):
        collectors.set_pin(session, collector_id, rider.pin, now)
    for clerk in CLERKS:
        taken_on = collectors.create(
            session,
            name=clerk.name,
            phone=Phone(clerk.phone),
            language=settings.default_language,
            hub_id=hubs[clerk.hub],
            role=CollectorRole.HUB,
            now=now,
        )
        collectors.set_pin(session, taken_on.id, clerk.pin, now)
    _prices(session, first_day, now)
    open_shops(session, settings, zones, now)
    put_on_offer(session, settings, now)
    return Office(zones, riders)


def close_on_holidays(session: Session, today: date, now: datetime) -> list[UUID]:
    """Close every zone on the public holidays ahead, each moved to the next ordinary day; the exceptions' ids."""
    ahead = holidays(today + timedelta(days=1), today + HOLIDAYS_AHEAD)
    days = {day for day, _ in ahead}
    made = []
    for day, name in ahead:
        moved_to = next(
            later for n in range(1, MOVE_AT_MOST_DAYS + 1) if (later := day + timedelta(days=n)) not in days
        )
        made.append(
            editing.add_exception(
                session, day=day, kind=ExceptionKind.CLOSED, reason=name, now=now, moved_to=moved_to
            ).id
        )
    return made


def close_for_roadworks(session: Session, zone_id: UUID, day: date, now: datetime) -> UUID:
    """One closure that is near enough for a visitor to meet it."""
    return editing.add_exception(
        session,
        day=day,
        kind=ExceptionKind.CLOSED,
        reason="Road works",
        now=now,
        zone_id=zone_id,
        moved_to=day + timedelta(days=1),
    ).id


def _zones(
    session: Session,
    *,
    settings: Settings,
    hubs: dict[str, UUID],
    first_day: date,
    today: date,
    now: datetime,
) -> dict[str, UUID]:
    zones = {}
    for area in AREAS:
        latitude, longitude = area.centre
        zone = editing.create_zone(
            session,
            code=area.code,
            name=area.name,
            hub_id=hubs[area.hub],
            timezone=settings.timezone,
            latitude=latitude,
            longitude=longitude,
            now=now,
        )
        zones[area.code] = zone.id
        for spot in area.spots:
            where = Location(spot.latitude, spot.longitude)
            landmarks.create(session, zone_id=zone.id, name=spot.name, location=where, now=now)
        days = zip(area.service_offsets, WINDOWS, (first_day, today), strict=True)
        for offset, (window_start, window_end), starts_on in days:
            editing.add_service_day(
                session,
                zone_id=zone.id,
                weekday=(today + timedelta(days=offset)).weekday(),
                window_start=window_start,
                window_end=window_end,
                starts_on=starts_on,
                now=now,
            )
    return zones


def _prices(session: Session, first_day: date, now: datetime) -> None:
    for material in MATERIALS:
        row = Material(
            code=material.code,
            name=material.name,
            active=True,
            density_kilograms_per_cubic_metre=material.density_kilograms_per_cubic_metre,
            created_at=now,
        )
        session.add(row)
        session.flush()
        session.add(
            Rate(
                material_id=row.id,
                zone_id=None,
                amount_minor_per_kilogram=material.rate_minor_per_kilogram,
                valid_from=first_day,
                created_at=now,
            )
        )
    session.flush()
