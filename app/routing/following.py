"""Following the day while people ride: what is true is compared with what is planned, and the difference mended.

State-driven, so that a late SKIP, a pickup asked for this morning, a broken bike, a full box and a rider who falls
behind are one and the same case, and doing it again changes nothing. Nobody is shuffled for little: expected times
follow what was recorded; only where a stop has nobody to go to it, or somebody would come more than
`RouteRules.news_seconds` after the promised hours, is the rest of the day planned anew, at the least change.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.collectors.models import Collector, CollectorAbsence
from app.db import conflict
from app.kernel.clock import local_date
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.places import service as places
from app.places.models import Zone
from app.routing import layout, reading
from app.routing.announcing import announce
from app.routing.layout import Order
from app.routing.models import DayTrouble, FollowedDay, Route, RouteStop, TroubleKind
from app.routing.plan import DayPlan, Planner
from app.routing.ports import Effort
from app.routing.snapshot import Snapshot, StopState

FOLLOW_DAY: Final = "follow_day"
"""The job that does it for all hubs that are riding; nudge it when something changed."""
IN_SECONDS: Final = Effort(seconds=3, iterations=2_000)
"""Per question; small days end by their iterations, and are thus the same each time."""
_MARGIN: Final = timedelta(minutes=1)
"""What was written so shortly before the last look may have been committed after it."""


def riding(session: Session, now: datetime) -> list[tuple[UUID, dt.date]]:
    """The hubs that have routes today, where anything changed since they were last looked at."""
    found = []
    for hub_id in sorted({zone.hub_id for zone in places.zones(session)}):
        timezone = places.hub_timezone(session, hub_id)
        today = local_date(now, timezone) if timezone else now.date()
        has_routes = select(Route.id).where(Route.hub_id == hub_id, Route.date == today).limit(1)
        if session.scalar(has_routes) is not None and _changed(session, hub_id, today, now):
            found.append((hub_id, today))
    return found


def follow(planner: Planner, hub_id: UUID, date: dt.date, now: datetime) -> DayPlan:
    """Bring one hub's day in line with what is true, and tell whom it concerns. Raises `RoutingFailed`."""
    planner = replace(planner, engine=replace(planner.engine, effort=IN_SECONDS))
    with planner.database.unit_of_work() as session:
        seen = reading.read(session, hub_id, date, planner.rules)
    plan = DayPlan(date)
    if not layout.is_settled(seen, now):
        plan = planner.plan_hub(hub_id, date, now)
    planner.plan_hub(hub_id, date, now, order=Order.KEEP)
    with planner.database.unit_of_work() as session:
        timed = reading.read(session, hub_id, date, planner.rules)
    if falls_behind(timed, planner.rules.news_seconds):
        again = planner.plan_hub(hub_id, date, now, order=Order.AGAIN)
        plan = DayPlan(date, again.routes, plan.unplanned + again.unplanned, plan.added + again.added)
    with planner.database.unit_of_work() as session:
        _end_full_boxes(session, hub_id, date, now)
        announce(session, hub_id, date, rules=planner.rules, post=planner.post, now=now)
        _looked_at(session, hub_id, date, now)
    return plan


def falls_behind(seen: Snapshot, seconds: int) -> bool:
    """Whether somebody is expected more than `seconds` after the promised hours."""
    late = timedelta(seconds=seconds)
    return any(
        stop.state is StopState.AHEAD
        and stop.place is not None
        and stop.place.arrives_at is not None
        and stop.place.arrives_at > stop.closes_at + late
        for stop in seen.stops
    )


def _changed(session: Session, hub_id: UUID, date: dt.date, now: datetime) -> bool:
    mark = session.get(FollowedDay, (hub_id, date))
    if mark is None:
        return True
    since = mark.at - _MARGIN
    zones = select(Zone.id).where(Zone.hub_id == hub_id)
    riders = select(Collector.id).where(Collector.hub_id == hub_id)
    troubles: ColumnElement[bool] = or_(DayTrouble.reported_at >= since, DayTrouble.resolved_at >= since)
    changes = (
        select(Pickup.id).where(Pickup.date == date, Pickup.zone_id.in_(zones), Pickup.updated_at >= since),
        select(DayTrouble.id).where(DayTrouble.date == date, DayTrouble.collector_id.in_(riders), troubles),
        select(Collector.id).where(Collector.hub_id == hub_id, Collector.updated_at >= since),
        select(Route.id).where(
            Route.hub_id == hub_id, Route.date == date, Route.waits_until >= since, Route.waits_until <= now
        ),
        select(CollectorAbsence.id).where(
            CollectorAbsence.collector_id.in_(riders), CollectorAbsence.created_at >= since
        ),
    )
    return any(session.scalar(query.limit(1)) is not None for query in changes)


def _looked_at(session: Session, hub_id: UUID, date: dt.date, now: datetime) -> None:
    mark = conflict.insert(session, FollowedDay).values(hub_id=hub_id, date=date, at=now)
    session.execute(
        mark.on_conflict_do_update(index_elements=[FollowedDay.hub_id, FollowedDay.date], set_={"at": now})
    )


def _end_full_boxes(session: Session, hub_id: UUID, date: dt.date, now: datetime) -> None:
    """A box is empty again once its collector has been at a stop of a later trip."""
    for trouble in session.scalars(
        select(DayTrouble)
        .join(Collector, Collector.id == DayTrouble.collector_id)
        .where(
            Collector.hub_id == hub_id,
            DayTrouble.date == date,
            DayTrouble.kind == TroubleKind.BOX_FULL,
            DayTrouble.resolved_at.is_(None),
            _later_stop_done(DayTrouble.collector_id, date, DayTrouble.trip),
        )
    ):
        trouble.resolved_at = now


def _later_stop_done(
    collector_id: InstrumentedAttribute[UUID], date: dt.date, trip: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Whether the collector has been at a stop of a later trip than `trip`."""
    return (
        select(RouteStop.id)
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .where(
            Route.collector_id == collector_id,
            Route.date == date,
            RouteStop.trip > trip,
            Pickup.status.in_((PickupStatus.COLLECTED, PickupStatus.MISSED)),
        )
        .exists()
    )
