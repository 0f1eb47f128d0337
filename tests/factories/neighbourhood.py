"""A neighbourhood to try the schedule on: a hub, a zone served every Tuesday and Friday, households."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from app.households import service as households
from app.households.models import Household
from app.kernel.place import Location
from app.places import editing
from app.places.models import Hub, Zone

TUESDAY, FRIDAY = 1, 4
_numbers = count(1)


def hub(session: Session, now: datetime, code: str = "HUB") -> Hub:
    return editing.create_hub(session, code=code, name="Yaba hub", latitude=6.51, longitude=3.37, now=now)


def zone(
    session: Session,
    now: datetime,
    *,
    hub_id: UUID | None = None,
    code: str = "YAB",
    timezone: str = "Africa/Lagos",
    weekdays: tuple[int, ...] = (TUESDAY, FRIDAY),
    starts_on: date = date(2026, 1, 1),
) -> Zone:
    made = editing.create_zone(
        session,
        code=code,
        name="Yaba",
        hub_id=hub_id or hub(session, now, code=f"HUB{code}").id,
        timezone=timezone,
        latitude=6.515,
        longitude=3.375,
        now=now,
    )
    for weekday in weekdays:
        editing.add_service_day(
            session,
            zone_id=made.id,
            weekday=weekday,
            window_start=time(8),
            window_end=time(12),
            starts_on=starts_on,
            now=now,
        )
    return made


def household(
    session: Session,
    now: datetime,
    zone_id: UUID,
    *,
    phone: str | None = None,
    location: Location | None = None,
    language: str = "en",
) -> Household:
    return households.enrol(
        session,
        phone=phone or f"+234800{next(_numbers):07d}",
        name="Amaka",
        language=language,
        zone_id=zone_id,
        landmark="Blue gate by the mosque",
        location=location,
        now=now,
    )
