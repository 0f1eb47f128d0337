"""When each collector rides, with what bike, and which zones he knows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.collectors import absences, service
from app.collectors.models import Collector, CollectorRole, CollectorShift, CollectorZone
from app.errors import InvalidInput

WEEKDAYS: Final = 7
_MINUTES_PER_HOUR: Final = 60


@dataclass(frozen=True)
class Break:
    """`minutes` of rest that begin between `begins_from` and `begins_until`, both included."""

    begins_from: time
    begins_until: time
    minutes: int


@dataclass(frozen=True)
class Shift:
    """From leaving the hub to being back, in the hub's local time."""

    starts_at: time
    ends_at: time
    rest: Break | None = None


@dataclass(frozen=True)
class Working:
    """A collector who rides on a day."""

    collector_id: UUID
    shift: Shift
    capacity_grams: int
    capacity_litres: int
    zones: frozenset[UUID]
    """Those he knows. A preference, not a permission: a plan would rather send a stranger than nobody."""


def working(session: Session, hub_id: UUID, day: dt.date, usual: Shift) -> list[Working]:
    """The hub's collectors who ride on `day`, by id, in four queries.

    `usual` is the shift of those for whom no week was ever written down.
    """
    away = absences.away(session, hub_id, day)
    ride = Collector.active & (Collector.role == CollectorRole.RIDER)
    riding = select(Collector).where(Collector.hub_id == hub_id, ride).order_by(Collector.id)
    riders = [rider for rider in session.scalars(riding) if rider.id not in away]
    ids = [rider.id for rider in riders]
    written, known = weeks(session, ids), zones_of(session, ids)
    found = []
    for rider in riders:
        shift = written[rider.id].get(day.weekday()) if rider.id in written else usual
        if shift is not None:
            zones = frozenset(known[rider.id])
            found.append(Working(rider.id, shift, rider.capacity_grams, rider.capacity_litres, zones))
    return found


def weeks(session: Session, collector_ids: Collection[UUID]) -> defaultdict[UUID, dict[int, Shift]]:
    """Each one's shifts by weekday (Monday is 0); who is not in it has no week written down."""
    found: defaultdict[UUID, dict[int, Shift]] = defaultdict(dict)
    for row in session.scalars(select(CollectorShift).where(CollectorShift.collector_id.in_(collector_ids))):
        found[row.collector_id][row.weekday] = _shift(row)
    return found


def zones_of(session: Session, collector_ids: Collection[UUID]) -> defaultdict[UUID, set[UUID]]:
    """The zones that each of them knows."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in session.scalars(select(CollectorZone).where(CollectorZone.collector_id.in_(collector_ids))):
        found[row.collector_id].add(row.zone_id)
    return found


def week(session: Session, collector_id: UUID) -> list[tuple[int, Shift]]:
    """The weekdays (Monday is 0) on which the collector rides; none where no week was written down.

    Raises `NotFound`.
    """
    service.get(session, collector_id)
    rows = session.scalars(
        select(CollectorShift)
        .where(CollectorShift.collector_id == collector_id)
        .order_by(CollectorShift.weekday)
    )
    return [(row.weekday, _shift(row)) for row in rows]


def set_week(session: Session, collector_id: UUID, shifts: Sequence[tuple[int, Shift]]) -> None:
    """Write the collector's whole week down; an empty one means every day again, in the usual hours.

    Raises `NotFound`, and `InvalidInput` naming `shifts` for a weekday twice, hours in the wrong order or a break
    outside them.
    """
    service.get(session, collector_id)
    if len({weekday for weekday, _ in shifts}) < len(shifts):
        raise InvalidInput("shifts", "A weekday has one shift.")
    for weekday, shift in shifts:
        _check(weekday, shift)
    session.execute(delete(CollectorShift).where(CollectorShift.collector_id == collector_id))
    for weekday, shift in shifts:
        rest = shift.rest
        session.add(
            CollectorShift(
                collector_id=collector_id,
                weekday=weekday,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                break_from=rest.begins_from if rest else None,
                break_until=rest.begins_until if rest else None,
                break_minutes=rest.minutes if rest else None,
            )
        )
    session.flush()


def zones_known(session: Session, collector_id: UUID) -> list[UUID]:
    """Raises `NotFound`."""
    service.get(session, collector_id)
    return list(
        session.scalars(
            select(CollectorZone.zone_id)
            .where(CollectorZone.collector_id == collector_id)
            .order_by(CollectorZone.zone_id)
        )
    )


def set_zones(session: Session, collector_id: UUID, zone_ids: Collection[UUID]) -> None:
    """Say which zones the collector knows, all of them. Raises `NotFound` for the collector."""
    service.get(session, collector_id)
    session.execute(delete(CollectorZone).where(CollectorZone.collector_id == collector_id))
    session.add_all(CollectorZone(collector_id=collector_id, zone_id=one) for one in sorted(set(zone_ids)))
    session.flush()


def _shift(row: CollectorShift) -> Shift:
    rest = None
    if row.break_from is not None and row.break_until is not None and row.break_minutes is not None:
        rest = Break(row.break_from, row.break_until, row.break_minutes)
    return Shift(row.starts_at, row.ends_at, rest)


def _check(weekday: int, shift: Shift) -> None:
    if not 0 <= weekday < WEEKDAYS:
        raise InvalidInput("shifts", "The weekday is a number from 0 (Monday) to 6 (Sunday).")
    if shift.starts_at >= shift.ends_at:
        raise InvalidInput("shifts", "A shift ends after it starts.")
    rest = shift.rest
    if rest is None:
        return
    if rest.minutes < 1:
        raise InvalidInput("shifts", "A break is at least a minute long.")
    if not shift.starts_at <= rest.begins_from <= rest.begins_until:
        raise InvalidInput("shifts", "A break begins within the shift, `break_from` before `break_until`.")
    if _minutes(rest.begins_until) + rest.minutes > _minutes(shift.ends_at):
        raise InvalidInput("shifts", "A break ends within the shift, however late it begins.")


def _minutes(at: time) -> int:
    return at.hour * _MINUTES_PER_HOUR + at.minute
