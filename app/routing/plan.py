"""Planning a day: every pickup that is due is on a route, or named with the reason and given another day.

The optimiser may take its time, and a travel-time server too, so neither runs inside a transaction: the day is read
in one, planned in none, and written in another that looks whether anything changed meanwhile. Where it did, what was
planned stands and the difference is planned anew. Planning again keeps what is done, and every stop with its
collector; with nothing new it changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import InvalidInput, NotFound
from app.kernel.clock import at_local, local_date
from app.messaging.post import Post
from app.pickups.models import Pickup
from app.places import service as places
from app.routing import layout, reading, writing
from app.routing.layout import Engine, Layout, Order
from app.routing.models import Route
from app.routing.rules import RouteRules
from app.routing.snapshot import Snapshot
from app.routing.writing import TO_BE_ROUTED, Unplanned, Writer

TRIES: Final = 3
"""How often the difference is planned anew; after that, what is new waits for the next plan."""

log = structlog.get_logger()


@dataclass
class DayPlan:
    """Every open pickup of the day is on one of `routes` or named in `unplanned`."""

    date: dt.date
    routes: list[Route] = field(default_factory=list)
    unplanned: list[Unplanned] = field(default_factory=list)
    added: int = 0
    """Pickups that were on no route before."""
    doubtful: list[UUID] = field(default_factory=list)
    """Households whose coordinates lie far from their zone: they are planned as if they had none."""


AlsoWrite = Callable[[Session, DayPlan], None]
"""Runs in the transaction that writes, for each hub: for the audit trail."""


@dataclass(frozen=True)
class Planner:
    database: Database
    engine: Engine
    post: Post
    rules: RouteRules

    def plan(
        self,
        date: dt.date,
        now: datetime,
        *,
        zone_code: str | None = None,
        order: Order = Order.SEARCH,
        also: AlsoWrite | None = None,
    ) -> DayPlan:
        """Plan `date` for every hub, or (with `zone_code`) add that zone's pickups to its hub's routes.

        Each hub in transactions of its own. Raises `InvalidInput` for a day that is over, `NotFound` for the zone,
        and `RoutingFailed`.
        """
        with self.database.unit_of_work() as session:
            which = _which(session, zone_code)
        plan = DayPlan(date)
        for hub_id, zone_id in which:
            self.plan_hub(hub_id, date, now, zone_id=zone_id, order=order, also=also, into=plan)
        return plan

    def plan_hub(
        self,
        hub_id: UUID,
        date: dt.date,
        now: datetime,
        *,
        zone_id: UUID | None = None,
        order: Order = Order.SEARCH,
        also: AlsoWrite | None = None,
        into: DayPlan | None = None,
    ) -> DayPlan:
        """One hub's day. Raises as `plan` does."""
        plan = into or DayPlan(date)
        with self.database.unit_of_work() as session:
            seen = reading.read(session, hub_id, date, self.rules, zone_id=zone_id)
        if date < local_date(now, seen.timezone):
            raise InvalidInput("date", f"{date} is over; only today and days to come are planned.")
        asked, holds = seen, None
        for tries_left in reversed(range(TRIES)):
            made = _lay_out(asked, self.rules, self.engine, now, order) or holds
            with self.database.unit_of_work() as session:
                writing.lock_hub(session, hub_id)
                fresh = reading.read(session, hub_id, date, self.rules, zone_id=zone_id, hold=True)
                unchanged = fresh.same_as(seen)
                holds = layout.carried_over(made, seen, fresh) if made and not unchanged else made
                if unchanged or not tries_left:
                    one = _write(Writer(session, self.rules, self.post, now), fresh, holds)
                    if also is not None:
                        also(session, one)
                    _add(plan, one)
                    break
            log.info("route_plan_difference", hub_id=str(hub_id), date=str(date))
            asked, seen = layout.put_in_place(fresh, holds) if holds else fresh, fresh
        return plan


def plan_within(
    session: Session,
    date: dt.date,
    now: datetime,
    *,
    engine: Engine,
    post: Post,
    rules: RouteRules,
    zone_code: str | None = None,
) -> DayPlan:
    """As `Planner.plan`, in a transaction that is the caller's and that nobody waits for: the demo's past."""
    plan = DayPlan(date)
    for hub_id, zone_id in _which(session, zone_code):
        writing.lock_hub(session, hub_id)
        seen = reading.read(session, hub_id, date, rules, zone_id=zone_id, hold=True)
        made = _lay_out(seen, rules, engine, now, Order.SEARCH)
        _add(plan, _write(Writer(session, rules, post, now), seen, made))
    return plan


def hubs_due(
    session: Session, now: datetime, plan_at: dt.time, rules: RouteRules
) -> list[tuple[UUID, dt.date]]:
    """The hubs and dates that wait for a plan: `plan_at` has struck, and a pickup of today is on no route."""
    due = set()
    for zone in places.zones(session):
        today = local_date(now, zone.timezone)
        struck = at_local(today, plan_at, zone.timezone) <= now
        if not struck or now >= at_local(today, rules.timetable.closes_at, zone.timezone):
            continue
        waiting = select(Pickup.id).where(
            Pickup.zone_id == zone.id, Pickup.date == today, Pickup.status.in_(TO_BE_ROUTED)
        )
        if (zone.hub_id, today) not in due and session.scalar(waiting.limit(1)) is not None:
            due.add((zone.hub_id, today))
    return sorted(due)


def _which(session: Session, zone_code: str | None) -> list[tuple[UUID, UUID | None]]:
    """Hubs to plan, each with the one zone it is about, if it is about one. Raises `NotFound`."""
    if zone_code is None:
        return [(hub_id, None) for hub_id in sorted({zone.hub_id for zone in places.zones(session)})]
    zone = places.zone_by_code(session, zone_code)
    if zone is None:
        raise NotFound("There is no such zone.")
    return [(zone.hub_id, zone.id)]


def _lay_out(seen: Snapshot, rules: RouteRules, engine: Engine, now: datetime, order: Order) -> Layout | None:
    """None where all is as it should be."""
    if order is Order.SEARCH:
        if layout.is_settled(seen, now):
            return None
        if layout.all_have_a_place(seen, now):
            order = Order.KEEP  # only called off: nobody else is shuffled for it
    return layout.lay_out(seen, rules, engine, now, order)


def _write(writer: Writer, seen: Snapshot, made: Layout | None) -> DayPlan:
    """Write what was made; without anything, tell what stands."""
    if made is None:
        standing = select(Route).where(Route.hub_id == seen.hub_id, Route.date == seen.date)
        routes = writer.session.scalars(standing.order_by(Route.collector_id)).all()
        return DayPlan(seen.date, list(routes), doubtful=list(seen.doubtful))
    written, unplanned = writer.write(seen, made)
    known = {stop.pickup_id for stop in seen.stops if stop.place is not None}
    added = sum(one.stop.pickup_id not in known for day in made.days for one in day.ahead)
    return DayPlan(seen.date, written, unplanned, added, list(seen.doubtful))


def _add(plan: DayPlan, one: DayPlan) -> None:
    plan.routes += one.routes
    plan.unplanned += one.unplanned
    plan.added += one.added
    plan.doubtful += one.doubtful
