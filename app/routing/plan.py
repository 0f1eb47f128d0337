"""Planning a day: every pickup that is open goes to a collector of its hub, in a good order.

Planning again keeps what is done, and keeps every stop with its collector; it adds what is new and orders
what lies ahead. With nothing new it changes nothing.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.errors import NotFound
from app.households import service as households
from app.households.models import Household
from app.kernel.clock import at_local, local_date
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.pickups.service import Timetable
from app.pickups.statuses import OPEN, PickupStatus
from app.places import service as places
from app.places.models import Hub, Zone
from app.routing import layout
from app.routing.layout import Stop
from app.routing.models import Route, RouteStop
from app.routing.ports import RouteOptimiser, TravelTimes

ZONE_UNCERTAINTY_METRES = 1_500
"""A household of which only the zone is known is somewhere around its centre."""
_TO_BE_ROUTED = OPEN - {PickupStatus.ROUTED}


class WhyUnplanned(enum.StrEnum):
    NO_COLLECTOR = "no_collector"
    """The zone's hub has no active collector."""


@dataclass(frozen=True)
class Unplanned:
    pickup_id: UUID
    why: WhyUnplanned


@dataclass
class DayPlan:
    """Every open pickup of the day is on one of `routes` or named in `unplanned`."""

    date: dt.date
    routes: list[Route] = field(default_factory=list)
    unplanned: list[Unplanned] = field(default_factory=list)
    added: int = 0
    """Pickups that were on no route before."""


def plan_day(
    session: Session,
    date: dt.date,
    optimiser: RouteOptimiser,
    travel_times: TravelTimes,
    now: datetime,
    *,
    zone_code: str | None = None,
) -> DayPlan:
    """Plan `date` for every hub, or (with `zone_code`) add that zone's pickups to its hub's routes.

    Raises `NotFound` for the zone, and `RoutingFailed`.
    """
    zones = places.zones(session)
    if zone_code is not None:
        zone = places.zone_by_code(session, zone_code)
        if zone is None:
            raise NotFound("There is no such zone.")
        zones = [zone]
    plan = DayPlan(date)
    for hub_id in sorted({zone.hub_id for zone in zones}):
        mine = [zone for zone in zones if zone.hub_id == hub_id]
        hub = places.hub(session, hub_id)
        _plan_hub(session, plan, hub, mine, optimiser=optimiser, travel_times=travel_times, now=now)
    return plan


def zones_due(
    session: Session, now: datetime, plan_at: dt.time, timetable: Timetable
) -> list[tuple[str, dt.date]]:
    """The zones (by code) and dates that wait for a plan: `plan_at` has struck, and a pickup is on no route."""
    due = []
    for zone in places.zones(session):
        today = local_date(now, zone.timezone)
        struck = at_local(today, plan_at, zone.timezone) <= now
        if not struck or now >= at_local(today, timetable.closes_at, zone.timezone):
            continue
        waiting = select(Pickup.id).where(
            Pickup.zone_id == zone.id, Pickup.date == today, Pickup.status.in_(_TO_BE_ROUTED)
        )
        if session.scalar(waiting.limit(1)) is not None:
            due.append((zone.code, today))
    return due


def _plan_hub(
    session: Session,
    plan: DayPlan,
    hub: Hub,
    zones: Sequence[Zone],
    *,
    optimiser: RouteOptimiser,
    travel_times: TravelTimes,
    now: datetime,
) -> None:
    """Two at once for one hub take turns."""
    session.flush()
    session.execute(select(Hub.id).where(Hub.id == hub.id).with_for_update(key_share=True))
    there = _stops_there(session, hub.id, plan.date)
    new = _new_stops(session, zones, plan.date, {stop.pickup_id for stop in there})
    collectors = session.scalars(
        select(Collector.id).where(Collector.hub_id == hub.id, Collector.active).order_by(Collector.id)
    ).all()
    if new and not collectors:
        plan.unplanned += (Unplanned(stop.pickup_id, WhyUnplanned.NO_COLLECTOR) for stop in new)
        new = []
    days = layout.lay_out(
        Location(hub.latitude, hub.longitude, "hub"),
        collectors,
        there,
        new,
        optimiser=optimiser,
        travel_times=travel_times,
    )
    routes = _routes(session, hub.id, plan.date, [day.collector_id for day in days], now)
    _write(session, days, routes, there, now)
    plan.routes += routes.values()
    plan.added += len(new)


def _stops_there(session: Session, hub_id: UUID, date: dt.date) -> list[Stop]:
    """What is on the hub's routes of `date`, in order."""
    rows = session.execute(
        select(RouteStop.id, RouteStop.position, Route.collector_id, Pickup, Household, Zone)
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .join(Household, Household.id == Pickup.household_id)
        .join(Zone, Zone.id == Household.zone_id)
        .where(Route.hub_id == hub_id, Route.date == date)
        .order_by(Route.id, RouteStop.position)
        .with_for_update(of=Pickup, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [
        Stop(
            pickup_id=pickup.id,
            location=_location(household, zone),
            state=layout.state_of(pickup.status if pickup.date == date else PickupStatus.CANCELLED),
            row_id=row_id,
            collector_id=collector_id,
            position=position,
        )
        for row_id, position, collector_id, pickup, household, zone in rows
    ]


def _new_stops(session: Session, zones: Sequence[Zone], date: dt.date, known: set[UUID]) -> list[Stop]:
    """The zones' open pickups that are on no route of `date`; some may still be on another day's."""
    rows = session.execute(
        select(Pickup, Household, RouteStop.id)
        .join(Household, Household.id == Pickup.household_id)
        .outerjoin(RouteStop, RouteStop.pickup_id == Pickup.id)
        .where(Pickup.zone_id.in_([zone.id for zone in zones]), Pickup.date == date, Pickup.status.in_(OPEN))
        .order_by(Pickup.id)
        .with_for_update(of=Pickup, key_share=True)
        .execution_options(populate_existing=True)
    )
    by_id = {zone.id: zone for zone in zones}
    return [
        Stop(
            pickup_id=pickup.id,
            location=_location(household, by_id[pickup.zone_id]),
            state=layout.StopState.AHEAD,
            row_id=row_id,
        )
        for pickup, household, row_id in rows
        if pickup.id not in known
    ]


def _location(household: Household, zone: Zone) -> Location:
    return households.location_of(household) or Location(
        zone.latitude, zone.longitude, "zone", ZONE_UNCERTAINTY_METRES
    )


def _routes(
    session: Session, hub_id: UUID, date: dt.date, collector_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Route]:
    """The routes of these collectors on `date`, new ones where there was none."""
    found = {
        route.collector_id: route
        for route in session.scalars(
            select(Route).where(Route.date == date, Route.collector_id.in_(collector_ids))
        )
    }
    for collector_id in collector_ids:
        if collector_id not in found:
            found[collector_id] = Route(
                date=date,
                collector_id=collector_id,
                hub_id=hub_id,
                distance_metres=0,
                created_at=now,
                updated_at=now,
            )
            session.add(found[collector_id])
    session.flush()
    return {collector_id: found[collector_id] for collector_id in collector_ids}


def _write(
    session: Session,
    days: Sequence[layout.Day],
    routes: dict[UUID, Route],
    there: Iterable[Stop],
    now: datetime,
) -> None:
    """Bring the rows in line with `days`; rows that are right already are not touched."""
    before = {stop.row_id: (stop.collector_id, stop.position) for stop in there}
    changed, fresh = [], []
    for day in days:
        route = routes[day.collector_id]
        dirty = route.distance_metres != day.distance_metres
        for position, stop in enumerate(day.stops, 1):
            if before.get(stop.row_id) == (day.collector_id, position) and stop.row_id is not None:
                continue
            dirty = True
            row = {"route_id": route.id, "position": position}
            if stop.row_id is None:
                fresh.append(RouteStop(pickup_id=stop.pickup_id, **row))
            else:
                changed.append({"id": stop.row_id, **row})
        if dirty:
            route.distance_metres = day.distance_metres
            route.updated_at = now
    if changed:
        # Out of each other's way first: a position is unique on its route at every moment.
        ids = [row["id"] for row in changed]
        session.execute(update(RouteStop).where(RouteStop.id.in_(ids)).values(position=-RouteStop.position))
        session.execute(update(RouteStop), changed)
    session.add_all(fresh)
    session.flush()
    ahead = [stop.pickup_id for day in days for stop in day.stops if stop.state is layout.StopState.AHEAD]
    session.execute(
        update(Pickup)
        .where(Pickup.id.in_(ahead), Pickup.status.in_(_TO_BE_ROUTED))
        .values(status=PickupStatus.ROUTED, updated_at=now)
    )
