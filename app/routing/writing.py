"""Bringing routes in line with a layout, and giving those whom nobody can come to another day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel.clock import local_date
from app.kernel.ids import new_id
from app.messaging.post import Post
from app.pickups.models import Pickup
from app.pickups.postponing import postpone
from app.pickups.statuses import OPEN, PickupStatus
from app.places.models import Hub
from app.routing.layout import Day, Layout
from app.routing.models import Route, RouteStop, UnservedPickup, WhyUnplanned
from app.routing.rules import RouteRules
from app.routing.snapshot import Snapshot, Stop

TO_BE_ROUTED = OPEN - {PickupStatus.ROUTED}


@dataclass(frozen=True)
class Unplanned:
    """Nobody can come. Where it was given another day, that is where `next_date` points."""

    pickup_id: UUID
    why: WhyUnplanned
    next_pickup_id: UUID | None = None
    next_date: dt.date | None = None
    moved: bool = False
    """False where it still stands: there is time to find somebody, and the plan is made again."""


def lock_hub(session: Session, hub_id: UUID) -> None:
    """Whoever changes the routes of a hub holds this; two at once take turns."""
    session.flush()
    session.execute(select(Hub.id).where(Hub.id == hub_id).with_for_update(key_share=True))


@dataclass(frozen=True)
class Writer:
    """Writes layouts, in the caller's transaction and under the hub's lock."""

    session: Session
    rules: RouteRules
    post: Post
    now: datetime

    def write(self, snapshot: Snapshot, layout: Layout) -> tuple[list[Route], list[Unplanned]]:
        """Write `layout`, made for `snapshot`; rows that are right already are not touched.

        Who is not served is named, told by text and given a new date, all in this transaction.
        """
        unplanned = self._turn_away(snapshot, layout)
        routes = _routes(self.session, snapshot, [day.collector_id for day in layout.days], self.now)
        _write_stops(self.session, snapshot, layout.days, routes, self.now)
        return list(routes.values()), unplanned

    def _turn_away(self, snapshot: Snapshot, layout: Layout) -> list[Unplanned]:
        why_of = {stop.pickup_id: why for stop, why in layout.unserved}
        off = [
            stop.pickup_id for stop, why in layout.unserved if not _may_wait(snapshot, stop, why, self.now)
        ]
        moved = postpone(self.session, off, self.now, self.post, self.rules.timetable)
        self.session.add_all(
            UnservedPickup(
                date=snapshot.date,
                hub_id=snapshot.hub_id,
                pickup_id=pickup_id,
                why=why_of[pickup_id],
                next_pickup_id=instead.id if instead else None,
                created_at=self.now,
            )
            for pickup_id, instead in moved.items()
        )
        self.session.flush()
        found = []
        for pickup_id, why in why_of.items():
            instead = moved.get(pickup_id)
            next_id, next_date = (instead.id, instead.date) if instead else (None, None)
            found.append(Unplanned(pickup_id, why, next_id, next_date, moved=pickup_id in moved))
        return found


def _may_wait(snapshot: Snapshot, stop: Stop, why: WhyUnplanned, now: datetime) -> bool:
    """Whether there is still time, so that nobody need be told yet.

    Days after tomorrow are planned on trial. A hub without collectors has until the promised hours to find one.
    """
    if snapshot.date > local_date(now, snapshot.timezone) + timedelta(days=1):
        return True
    return why is WhyUnplanned.NO_COLLECTOR and now < stop.opens_at


def _routes(
    session: Session, snapshot: Snapshot, collector_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Route]:
    """The routes of these collectors on the day, new ones where there was none."""
    found = {
        route.collector_id: route
        for route in session.scalars(
            select(Route).where(Route.date == snapshot.date, Route.collector_id.in_(collector_ids))
        )
    }
    for collector_id in collector_ids:
        if collector_id not in found:
            found[collector_id] = Route(
                date=snapshot.date,
                collector_id=collector_id,
                hub_id=snapshot.hub_id,
                distance_metres=0,
                created_at=now,
                updated_at=now,
            )
            session.add(found[collector_id])
    session.flush()
    return {collector_id: found[collector_id] for collector_id in collector_ids}


@dataclass(frozen=True)
class _Row:
    route_id: UUID
    position: int
    trip: int
    arrives_at: datetime | None


def _write_stops(
    session: Session, snapshot: Snapshot, days: Sequence[Day], routes: dict[UUID, Route], now: datetime
) -> None:
    known = {stop.pickup_id: stop for stop in snapshot.stops}
    changed: list[dict[str, Any]] = []
    fresh: list[RouteStop] = []
    for day in days:
        route = routes[day.collector_id]
        facts = (day.distance_metres, day.returns_at, day.rests_at)
        dirty = (route.distance_metres, route.returns_at, route.rests_at) != facts
        for pickup_id, row in _rows(day, route):
            stop = known[pickup_id]
            if stop.place is not None and stop.place.row_id is not None and _as_it_is(stop, day, row):
                continue
            dirty = True
            row_id = stop.place.row_id if stop.place else stop.other_row_id
            if row_id is None:
                fresh.append(RouteStop(id=new_id(), pickup_id=pickup_id, **vars(row)))
            else:
                changed.append({"id": row_id, **vars(row)})
        if dirty:
            route.distance_metres, route.returns_at, route.rests_at = facts
            route.updated_at = now
    if changed:
        # Out of each other's way first: a position is unique on its route at every moment.
        ids = [row["id"] for row in changed]
        session.execute(update(RouteStop).where(RouteStop.id.in_(ids)).values(position=-RouteStop.position))
        session.execute(update(RouteStop), changed)
    session.add_all(fresh)
    session.flush()
    ahead = [one.stop.pickup_id for day in days for one in day.ahead]
    session.execute(
        update(Pickup)
        .where(Pickup.id.in_(ahead), Pickup.status.in_(TO_BE_ROUTED))
        .values(status=PickupStatus.ROUTED, updated_at=now)
    )


def _rows(day: Day, route: Route) -> list[tuple[UUID, _Row]]:
    """The day's stops, numbered from 1. What is done or off keeps its trip and time."""
    kept = [(stop, stop.place) for stop in day.behind]
    off = [(stop, stop.place) for stop in day.off]
    planned = [(one.stop.pickup_id, one.trip, one.arrives_at) for one in day.ahead]
    rows = [
        *((stop.pickup_id, place.trip, place.arrives_at) for stop, place in kept if place),
        *planned,
        *((stop.pickup_id, place.trip, place.arrives_at) for stop, place in off if place),
    ]
    return [
        (pickup_id, _Row(route.id, position, trip, arrives_at))
        for position, (pickup_id, trip, arrives_at) in enumerate(rows, 1)
    ]


def _as_it_is(stop: Stop, day: Day, row: _Row) -> bool:
    place = stop.place
    return place is not None and (place.collector_id, place.position, place.trip, place.arrives_at) == (
        day.collector_id,
        row.position,
        row.trip,
        row.arrives_at,
    )
