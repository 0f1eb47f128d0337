"""Reading hubs, zones and their service days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.places.calendar import Calendar, Closure, Extra, Rule, ServiceDate
from app.places.models import ExceptionKind, Hub, ServiceDay, ServiceException, Zone


def zones(session: Session) -> list[Zone]:
    """The zones that are served, by code."""
    return list(session.scalars(select(Zone).where(Zone.active).order_by(Zone.code)))


def hubs(session: Session) -> list[Hub]:
    """All of them, by code."""
    return list(session.scalars(select(Hub).order_by(Hub.code)))


def zone_by_code(session: Session, code: str) -> Zone | None:
    """The active zone that `code` names, however it was typed (` yab ` is `YAB`)."""
    return session.scalar(select(Zone).where(Zone.code == code.strip().upper(), Zone.active))


def zone(session: Session, zone_id: UUID) -> Zone:
    """Raises `NotFound`."""
    found = session.get(Zone, zone_id)
    if found is None:
        raise NotFound("There is no such zone.")
    return found


def hub(session: Session, hub_id: UUID) -> Hub:
    """Raises `NotFound`."""
    found = session.get(Hub, hub_id)
    if found is None:
        raise NotFound("There is no such hub.")
    return found


def hub_by_code(session: Session, code: str) -> Hub | None:
    """The hub that `code` names, however it was typed."""
    return session.scalar(select(Hub).where(Hub.code == code.strip().upper()))


def hub_timezone(session: Session, hub_id: UUID) -> str | None:
    """The time zone that a hub's people live by: that of its first zone; None where it has none yet."""
    return session.scalar(
        select(Zone.timezone).where(Zone.hub_id == hub_id, Zone.active).order_by(Zone.code).limit(1)
    )


def calendar(session: Session, zone_id: UUID) -> Calendar:
    """One zone's calendar."""
    return calendars(session, [zone_id])[zone_id]


def calendars(session: Session, zone_ids: Sequence[UUID]) -> dict[UUID, Calendar]:
    """The calendar of each zone, in two queries."""
    rules: defaultdict[UUID, list[Rule]] = defaultdict(list)
    for day in session.scalars(
        select(ServiceDay).where(ServiceDay.zone_id.in_(zone_ids)).order_by(ServiceDay.id)
    ):
        rules[day.zone_id].append(
            Rule(day.weekday, day.window_start, day.window_end, day.starts_on, day.every_weeks, day.ends_on)
        )
    own: defaultdict[UUID | None, list[Closure | Extra]] = defaultdict(list)
    for row in session.scalars(
        select(ServiceException).where(
            or_(ServiceException.zone_id.in_(zone_ids), ServiceException.zone_id.is_(None))
        )
    ):
        own[row.zone_id].append(_exception(row))
    return {zone_id: Calendar(rules[zone_id], own[None] + own[zone_id]) for zone_id in zone_ids}


def service_dates(session: Session, zone_id: UUID, first: date, last: date) -> list[ServiceDate]:
    """The zone's days of collection from `first` to `last`, both included."""
    return calendar(session, zone_id).expand(first, last)


def _exception(row: ServiceException) -> Closure | Extra:
    window = (row.window_start, row.window_end) if row.window_start and row.window_end else None
    if row.kind is ExceptionKind.EXTRA:
        return Extra(row.date, window, everywhere=row.zone_id is None)
    return Closure(row.date, row.moved_to, window, everywhere=row.zone_id is None)
