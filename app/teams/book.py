"""Who did what on a day: who had each stop first, through whose hands it went, who has it, who was there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.routing.models import Route, RouteStop
from app.teams.models import RouteEvent, RouteEventKind
from app.weighing.models import Visit, VisitOutcome


@dataclass(frozen=True)
class Move:
    at: datetime
    from_id: UUID
    to_id: UUID


@dataclass(frozen=True)
class StopRecord:
    pickup_id: UUID
    planned_for_id: UUID
    """Whose it was before collectors arranged anything."""
    moves: tuple[Move, ...]
    """Among collectors, in order."""
    with_id: UUID
    """On whose route it is."""
    visited_by_id: UUID | None
    outcome: VisitOutcome | None


def book_of(session: Session, hub_id: UUID, date: dt.date) -> list[StopRecord]:
    """Of every stop on the hub's routes that day, by route and position; in three queries."""
    rows = session.execute(
        select(RouteStop.pickup_id, Route.collector_id)
        .join(Route, Route.id == RouteStop.route_id)
        .where(Route.hub_id == hub_id, Route.date == date)
        .order_by(Route.id, RouteStop.position)
    ).all()
    moves: defaultdict[UUID, list[Move]] = defaultdict(list)
    for event in session.scalars(
        select(RouteEvent)
        .where(
            RouteEvent.hub_id == hub_id,
            RouteEvent.date == date,
            RouteEvent.kind == RouteEventKind.MOVED,
        )
        .order_by(RouteEvent.id)
    ):
        assert event.to_id is not None
        moves[event.pickup_id].append(Move(event.at, event.from_id, event.to_id))
    visits = {
        visit.pickup_id: visit
        for visit in session.scalars(
            select(Visit)
            .where(Visit.pickup_id.in_([pickup_id for pickup_id, _ in rows]))
            .order_by(Visit.visited_at, Visit.id)
        )
    }
    found = []
    for pickup_id, collector_id in rows:
        handed, visit = moves[pickup_id], visits.get(pickup_id)
        found.append(
            StopRecord(
                pickup_id,
                handed[0].from_id if handed else collector_id,
                tuple(handed),
                collector_id,
                visit.collector_id if visit else None,
                visit.outcome if visit else None,
            )
        )
    return found
