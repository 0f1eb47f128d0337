"""A hub that rides: households on two streets, collectors, today's routes, and what happens on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.straight_line import StraightLine
from app.collectors import service as collectors
from app.db import Database
from app.kernel.ids import new_id
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.messaging.models import OutboxMessage
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.routing import following
from app.routing.layout import Engine
from app.routing.models import Route, RouteStop
from app.routing.plan import DayPlan, Planner
from app.routing.rules import RouteRules
from app.weighing.models import Visit, VisitOutcome
from tests.factories import neighbourhood
from tests.factories.letterbox import Letterbox

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TUESDAY, FRIDAY = date(2026, 3, 3), date(2026, 3, 6)
DAWN = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
"""05:30 in Lagos; households are promised 8 to 12."""
ENGINE = Engine(NearestNeighbour(), StraightLine(kilometres_per_hour=12, detour_factor=1.3))


@dataclass(frozen=True)
class StopNow:
    pickup_id: UUID
    collector_id: UUID
    position: int
    trip: int
    arrives_at: datetime | None
    status: PickupStatus


@dataclass
class Riding:
    database: Database
    hub_id: UUID
    zone_id: UUID
    riders: list[UUID]
    rules: RouteRules = field(default_factory=RouteRules)
    engine: Engine = ENGINE

    @property
    def planner(self) -> Planner:
        return Planner(self.database, self.engine, Letterbox(), self.rules)

    def plan(self, now: datetime = DAWN) -> DayPlan:
        return self.planner.plan_hub(self.hub_id, TUESDAY, now)

    def follow(self, now: datetime) -> DayPlan:
        return following.follow(self.planner, self.hub_id, TUESDAY, now)

    def route(self, rider: UUID) -> list[StopNow]:
        return [stop for stop in self.stops() if stop.collector_id == rider]

    def stops(self) -> list[StopNow]:
        """All stops of today's routes, in order."""
        with self.database.unit_of_work() as session:
            rows = session.execute(
                select(RouteStop, Route.collector_id, Pickup.status)
                .join(Route, Route.id == RouteStop.route_id)
                .join(Pickup, Pickup.id == RouteStop.pickup_id)
                .where(Route.date == TUESDAY)
                .order_by(Route.collector_id, RouteStop.position)
            ).all()
            return [
                StopNow(row.pickup_id, rider, row.position, row.trip, row.arrives_at, status)
                for row, rider, status in rows
            ]

    def visit(self, stop: StopNow, at: datetime) -> None:
        """Somebody was there, and there was nothing to give: its place in the day is all that matters here."""
        with self.database.unit_of_work() as session:
            session.add(
                Visit(
                    id=new_id(),
                    pickup_id=stop.pickup_id,
                    collector_id=stop.collector_id,
                    outcome=VisitOutcome.COLLECTED,
                    content_digest="0",
                    visited_at=at,
                    received_at=at,
                )
            )
            pickup = pickups.get(session, stop.pickup_id)
            pickups.move_to(session, pickup, PickupStatus.COLLECTED, at)

    def decline(self, stop: StopNow, at: datetime) -> None:
        with self.database.unit_of_work() as session:
            pickups.move_to(session, pickups.get(session, stop.pickup_id), PickupStatus.DECLINED, at)

    def newcomer(self, at: Location) -> UUID:
        """One more pickup for today, promised; its id."""
        with self.database.unit_of_work() as session:
            home = neighbourhood.household(session, MONDAY_NOON, self.zone_id, location=at)
            pickups.extend(session, MONDAY_NOON, Letterbox())
            pickup = session.scalars(
                select(Pickup).where(Pickup.household_id == home.id, Pickup.date == TUESDAY)
            ).one()
            pickup.confirmed = True
            return pickup.id

    def texts(self, key: str) -> list[OutboxMessage]:
        with self.database.unit_of_work() as session:
            return list(
                session.scalars(
                    select(OutboxMessage).where(OutboxMessage.template == key).order_by(OutboxMessage.phone)
                )
            )

    def pickups_on(self, day: date) -> list[Pickup]:
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(Pickup).where(Pickup.date == day).order_by(Pickup.id)))


def a_hub_that_rides(
    database: Database,
    *,
    homes: int = 12,
    riders: int = 2,
    litres: int = 1_500,
    places: Sequence[Location | None] | None = None,
    rules: RouteRules | None = None,
) -> Riding:
    """Households along a street of some 100 metres between doors, each confirmed, so that all are to be served."""
    with database.unit_of_work() as session:
        hub = neighbourhood.hub(session, MONDAY_NOON)
        zone = neighbourhood.zone(session, MONDAY_NOON, hub_id=hub.id)
        for number in range(homes):
            place = places[number] if places else Location(6.505 + number * 0.001, 3.37 + number % 2 * 0.001)
            neighbourhood.household(session, MONDAY_NOON, zone.id, location=place)
        pickups.extend(session, MONDAY_NOON, Letterbox())
        session.execute(update(Pickup).where(Pickup.date == TUESDAY).values(confirmed=True))
        ids = [
            collectors.create(
                session,
                name=f"Rider {number}",
                phone=Phone(f"+23480000081{number:02d}"),
                language="en",
                hub_id=hub.id,
                capacity_grams=150_000,
                capacity_litres=litres,
                now=MONDAY_NOON,
            ).id
            for number in range(riders)
        ]
        return Riding(database, hub.id, zone.id, ids, rules or RouteRules())


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at(hour: int, minute: int = 0) -> datetime:
    """Local time in Lagos on the day."""
    return datetime.combine(TUESDAY, time(hour - 1, minute), UTC)
