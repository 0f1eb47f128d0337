"""What goes wrong on the way: a broken bike, a full box. Said by the collector or the office; the plan follows."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.collectors import service as collectors
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.routing.models import DayTrouble, Route, RouteStop, TroubleKind

THE_COLLECTOR = "collector"
_DONE = (PickupStatus.COLLECTED, PickupStatus.MISSED)


def report(
    session: Session, collector_id: UUID, date: dt.date, kind: TroubleKind, *, by: str, now: datetime
) -> DayTrouble:
    """Write a trouble down; said again while it lasts, it is the same one. Nudge `FOLLOW_DAY` afterwards.

    Raises `NotFound` for the collector.
    """
    collectors.get(session, collector_id)
    trip = _present_trip(session, collector_id, date)
    there = _open(session, collector_id, date, kind)
    if there is not None and (kind is TroubleKind.BIKE_BROKEN or there.trip == trip):
        return there
    if there is not None:
        there.resolved_at = now
    made = DayTrouble(
        date=date, collector_id=collector_id, kind=kind, trip=trip, reported_by=by, reported_at=now
    )
    session.add(made)
    session.flush()
    return made


def resolve(
    session: Session, collector_id: UUID, date: dt.date, kind: TroubleKind, now: datetime
) -> DayTrouble | None:
    """The trouble is over; None where there was none."""
    there = _open(session, collector_id, date, kind)
    if there is not None:
        there.resolved_at = now
        session.flush()
    return there


def open_ones(session: Session, collector_id: UUID, date: dt.date) -> list[DayTrouble]:
    """A collector's troubles of `date` that are not over, the oldest first."""
    return list(
        session.scalars(
            select(DayTrouble)
            .where(
                DayTrouble.collector_id == collector_id,
                DayTrouble.date == date,
                DayTrouble.resolved_at.is_(None),
            )
            .order_by(DayTrouble.reported_at, DayTrouble.id)
        )
    )


def _open(session: Session, collector_id: UUID, date: dt.date, kind: TroubleKind) -> DayTrouble | None:
    return next((one for one in open_ones(session, collector_id, date) if one.kind is kind), None)


def _present_trip(session: Session, collector_id: UUID, date: dt.date) -> int:
    last = session.scalar(
        select(func.max(RouteStop.trip))
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .where(Route.collector_id == collector_id, Route.date == date, Pickup.status.in_(_DONE))
    )
    return last or 1
