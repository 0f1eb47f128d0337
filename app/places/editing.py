"""Setting up hubs, zones, service days, and the exceptions to them.

What changes the calendar leaves pickups alone; `app.pickups.service.settle` carries them along.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.places import service
from app.places.models import ExceptionKind, Hub, ServiceDay, ServiceException, Zone

MOVE_MAX_DAYS = 31
"""A collection moved further than that would meet the one after next: take it for a slip of the year."""
WEEKS_MAX = 52
_CODE = re.compile(r"[A-Z0-9]{2,12}")


def create_hub(
    session: Session, *, code: str, name: str, latitude: float, longitude: float, now: datetime
) -> Hub:
    """Raises `InvalidInput`, and `Conflict` for a code that is taken."""
    _check_point(latitude, longitude)
    made = Hub(
        code=_code(code),
        name=_name(name),
        latitude=latitude,
        longitude=longitude,
        active=True,
        created_at=now,
    )
    if session.scalar(select(Hub.id).where(Hub.code == made.code)) is not None:
        raise Conflict(f"There is a hub {made.code} already.")
    session.add(made)
    session.flush()
    return made


def create_zone(
    session: Session,
    *,
    code: str,
    name: str,
    hub_id: UUID,
    timezone: str,
    latitude: float,
    longitude: float,
    now: datetime,
) -> Zone:
    """Raises `InvalidInput`, `NotFound` for the hub, and `Conflict` for a code that is taken."""
    _check_point(latitude, longitude)
    check_timezone(timezone)
    service.hub(session, hub_id)
    made = Zone(
        code=_code(code),
        name=_name(name),
        hub_id=hub_id,
        timezone=timezone,
        latitude=latitude,
        longitude=longitude,
        active=True,
        created_at=now,
    )
    if session.scalar(select(Zone.id).where(Zone.code == made.code)) is not None:
        raise Conflict(f"There is a zone {made.code} already.")
    session.add(made)
    session.flush()
    return made


def add_service_day(
    session: Session,
    *,
    zone_id: UUID,
    weekday: int,
    window_start: time,
    window_end: time,
    starts_on: date,
    now: datetime,
    every_weeks: int = 1,
    ends_on: date | None = None,
) -> ServiceDay:
    """Raises `InvalidInput`, and `NotFound` for the zone."""
    service.zone(session, zone_id)
    if not 0 <= weekday <= 6:  # noqa: PLR2004 - the days of the week
        raise InvalidInput("weekday", "The weekday is a number from 0 (Monday) to 6 (Sunday).")
    if not 1 <= every_weeks <= WEEKS_MAX:
        raise InvalidInput("every_weeks", f"Every how many weeks: a number from 1 to {WEEKS_MAX}.")
    if window_start >= window_end:
        raise InvalidInput("window_end", "The window must end after it starts.")
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput("ends_on", "The last day cannot lie before the first.")
    made = ServiceDay(
        zone_id=zone_id,
        weekday=weekday,
        window_start=window_start,
        window_end=window_end,
        every_weeks=every_weeks,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def add_exception(
    session: Session,
    *,
    day: date,
    kind: ExceptionKind,
    reason: str,
    now: datetime,
    zone_id: UUID | None = None,
    moved_to: date | None = None,
    window: tuple[time, time] | None = None,
) -> ServiceException:
    """Close, move or add a day, in one zone or (without `zone_id`) in all.

    Raises `InvalidInput`, `NotFound` for the zone, and `Conflict` where that day has an exception already.
    """
    _check_exception(session, day=day, kind=kind, zone_id=zone_id, moved_to=moved_to, window=window)
    same_place = (
        ServiceException.zone_id.is_(None) if zone_id is None else ServiceException.zone_id == zone_id
    )
    if (
        session.scalar(select(ServiceException.id).where(ServiceException.date == day, same_place))
        is not None
    ):
        raise Conflict(f"{day.isoformat()} has an exception there already; take that one away first.")
    made = ServiceException(
        zone_id=zone_id,
        date=day,
        kind=kind,
        moved_to=moved_to,
        window_start=window[0] if window else None,
        window_end=window[1] if window else None,
        reason=reason.strip(),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def remove_exception(session: Session, exception_id: UUID) -> ServiceException:
    """Take an exception away, and return what it said. Raises `NotFound`."""
    found = session.get(ServiceException, exception_id)
    if found is None:
        raise NotFound("There is no such exception.")
    session.delete(found)
    session.flush()
    return found


def check_timezone(name: str) -> None:
    """Raises `InvalidInput` for what is no IANA time zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("timezone", "That is no IANA time zone, such as Africa/Lagos.") from error


def _check_exception(
    session: Session,
    *,
    day: date,
    kind: ExceptionKind,
    zone_id: UUID | None,
    moved_to: date | None,
    window: tuple[time, time] | None,
) -> None:
    if zone_id is not None:
        service.zone(session, zone_id)
    if window is not None and window[0] >= window[1]:
        raise InvalidInput("window_end", "The window must end after it starts.")
    if kind is ExceptionKind.EXTRA:
        if zone_id is None:
            raise InvalidInput("zone_id", "An extra collection names its zone.")
        if moved_to is not None:
            raise InvalidInput("moved_to", "Only a closed day can be moved.")
        usual = select(ServiceDay.id).where(ServiceDay.zone_id == zone_id).limit(1)
        if window is None and session.scalar(usual) is None:
            raise InvalidInput("window_start", "The zone has no usual hours yet: say the window.")
    elif moved_to is not None and not 0 < abs((moved_to - day).days) <= MOVE_MAX_DAYS:
        raise InvalidInput("moved_to", f"Move it to another day within {MOVE_MAX_DAYS} days.")


def _check_point(latitude: float, longitude: float) -> None:
    if not -90 <= latitude <= 90:  # noqa: PLR2004 - the poles
        raise InvalidInput("latitude", "The latitude is a number of degrees from -90 to 90.")
    if not -180 <= longitude <= 180:  # noqa: PLR2004 - the antimeridian
        raise InvalidInput("longitude", "The longitude is a number of degrees from -180 to 180.")


def _code(code: str) -> str:
    cleaned = code.strip().upper()
    if not _CODE.fullmatch(cleaned):
        raise InvalidInput("code", "A code is 2 to 12 letters and digits, such as YAB.")
    return cleaned


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidInput("name", "The name is empty.")
    return cleaned
