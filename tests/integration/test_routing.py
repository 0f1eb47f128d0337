"""Planning a day: nobody forgotten, nothing done lost, planned twice is planned once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.straight_line import StraightLine
from app.collectors import service as collectors
from app.collectors.models import Collector
from app.db import Database
from app.errors import NotFound
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, MissedReason, PickupStatus
from app.places import editing
from app.places.models import ExceptionKind
from app.routing import plan as routing
from app.routing.layout import Engine
from app.routing.models import Route, RouteStop, WhyUnplanned
from app.routing.plan import DayPlan
from app.routing.rules import RouteRules
from app.routing.sheet import sheet_for
from app.routing.ways import Ways
from app.routing.whereabouts import ZONE_UNCERTAINTY_METRES
from tests.factories import neighbourhood
from tests.factories.letterbox import Letterbox

POST = Letterbox()
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 5, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
TRAVEL = StraightLine(kilometres_per_hour=12, detour_factor=1.3)
ENGINE = Engine(NearestNeighbour(), TRAVEL)


@dataclass(frozen=True)
class Town:
    hub_id: UUID
    zone_id: UUID
    riders: Sequence[UUID]


def build(session: Session, *, homes: int = 12, riders: int = 2) -> Town:
    hub = neighbourhood.hub(session, MONDAY_NOON)
    zone = neighbourhood.zone(session, MONDAY_NOON, hub_id=hub.id)
    for number in range(homes):
        # Every fifth lives we do not know where.
        place = Location(6.51 + number * 0.001, 3.37 + number % 3 * 0.002) if number % 5 else None
        neighbourhood.household(session, MONDAY_NOON, zone.id, location=place)
    pickups.extend(session, MONDAY_NOON, POST)
    return Town(hub.id, zone.id, [rider(session, hub.id, number) for number in range(riders)])


def rider(session: Session, hub_id: UUID, number: int) -> UUID:
    return collectors.create(
        session,
        name=f"Rider {number}",
        phone=Phone(f"+23480000081{number:02d}"),
        language="en",
        hub_id=hub_id,
        capacity_grams=150_000,
        now=MONDAY_NOON,
    ).id


@pytest.fixture
def town(database: Database) -> Town:
    with database.unit_of_work() as session:
        return build(session)


def plan(
    session: Session, day: date = TUESDAY, zone_code: str | None = None, now: datetime = MORNING
) -> DayPlan:
    return routing.plan_within(
        session, day, now, engine=ENGINE, post=POST, rules=RouteRules(), zone_code=zone_code
    )


def layout(session: Session) -> list[tuple[UUID, int, UUID, datetime]]:
    rows = session.execute(
        select(Route.collector_id, RouteStop.position, RouteStop.pickup_id, Route.updated_at)
        .join(Route, Route.id == RouteStop.route_id)
        .order_by(Route.collector_id, RouteStop.position)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_every_open_pickup_is_on_a_route_and_the_collectors_share_evenly(
    database: Database, town: Town
) -> None:
    with database.unit_of_work() as session:
        made = plan(session)
        assert (made.added, made.unplanned) == (12, [])
        sheets = [sheet_for(session, one, TUESDAY) for one in town.riders]
        assert [len(sheet.stops) for sheet in sheets] == [6, 6]
        assert all([stop.position for stop in sheet.stops] == [1, 2, 3, 4, 5, 6] for sheet in sheets)
        statuses = session.scalars(select(Pickup.status).where(Pickup.date == TUESDAY))
        assert set(statuses) == {PickupStatus.ROUTED}
        assert all(route.distance_metres > 0 for route in made.routes)


def test_planning_again_changes_nothing(database: Database, town: Town) -> None:
    with database.unit_of_work() as session:
        plan(session)
        before = layout(session)
    with database.unit_of_work() as session:
        again = plan(session, now=MORNING + timedelta(hours=1))
        assert again.added == 0
        assert layout(session) == before


def test_what_is_done_stays_in_place_and_what_is_new_is_added_behind_it(
    database: Database, town: Town
) -> None:
    with database.unit_of_work() as session:
        plan(session)
        first, second, third = sheet_for(session, town.riders[0], TUESDAY).stops[:3]
        pickups.move_to(session, pickups.get(session, first.pickup_id), PickupStatus.COLLECTED, MORNING)
        missed = pickups.get(session, second.pickup_id)
        pickups.move_to(session, missed, PickupStatus.MISSED, MORNING, MissedReason.NOBODY_HOME)
        pickups.move_to(session, pickups.get(session, third.pickup_id), PickupStatus.DECLINED, MORNING)
        newcomers = [neighbourhood.household(session, MONDAY_NOON, town.zone_id) for _ in range(3)]
        pickups.extend(session, MONDAY_NOON, POST)
        before = {row[2] for row in layout(session)}
        assert plan(session).added == 3
    with database.unit_of_work() as session:
        after = layout(session)
        assert before < {row[2] for row in after}
        stops = sheet_for(session, town.riders[0], TUESDAY).stops
        assert [stop.pickup_id for stop in stops[:2]] == [first.pickup_id, second.pickup_id]
        assert stops[-1].pickup_id == third.pickup_id
        on_sheets = {
            stop.household_id for one in town.riders for stop in sheet_for(session, one, TUESDAY).stops
        }
        assert {home.id for home in newcomers} <= on_sheets


def test_a_day_without_collectors_names_every_pickup_and_why(database: Database) -> None:
    with database.unit_of_work() as session:
        build(session, homes=3, riders=0)
        made = plan(session)
        assert (made.routes, made.added) == ([], 0)
        assert [one.why for one in made.unplanned] == [WhyUnplanned.NO_COLLECTOR] * 3
        open_ones = session.scalars(select(Pickup.id).where(Pickup.date == TUESDAY, Pickup.status.in_(OPEN)))
        assert {one.pickup_id for one in made.unplanned} == set(open_ones)


def test_the_stops_of_a_collector_who_stays_away_are_shared_among_the_others(
    database: Database, town: Town
) -> None:
    with database.unit_of_work() as session:
        plan(session)
        away, other = town.riders
        session.execute(update(Collector).where(Collector.id == away).values(active=False))
        plan(session)
        assert len(sheet_for(session, other, TUESDAY).stops) == 12
        assert not sheet_for(session, away, TUESDAY).stops


def test_a_pickup_moved_to_another_day_leaves_its_route_and_joins_the_new_days(
    database: Database, town: Town
) -> None:
    with database.unit_of_work() as session:
        plan(session)
        flood = editing.add_exception(
            session,
            day=TUESDAY,
            kind=ExceptionKind.CLOSED,
            reason="Flood",
            moved_to=WEDNESDAY,
            now=MORNING,
        )
        pickups.apply_exception(session, flood.id, MORNING, POST)
        assert not any(sheet_for(session, one, TUESDAY).stops for one in town.riders)
        assert plan(session).added == 0
        moved = session.scalars(select(Pickup.status).where(Pickup.date == WEDNESDAY)).all()
        assert set(moved) == {PickupStatus.SCHEDULED}
        assert plan(session, WEDNESDAY).added == 12
        assert sum(len(sheet_for(session, one, WEDNESDAY).stops) for one in town.riders) == 12
        plan(session)
        assert sum(len(sheet_for(session, one, WEDNESDAY).stops) for one in town.riders) == 12


def test_one_zone_can_be_planned_by_itself_and_joins_the_hubs_routes(database: Database, town: Town) -> None:
    with database.unit_of_work() as session:
        other = neighbourhood.zone(session, MONDAY_NOON, hub_id=town.hub_id, code="SUR")
        neighbourhood.household(session, MONDAY_NOON, other.id)
        pickups.extend(session, MONDAY_NOON, POST)
        assert plan(session, zone_code="yab").added == 12
        assert plan(session, zone_code="SUR").added == 1
        assert sum(len(sheet_for(session, one, TUESDAY).stops) for one in town.riders) == 13
        with pytest.raises(NotFound):
            plan(session, zone_code="NOWHERE")


def test_a_plan_waits_for_its_hour_and_only_while_a_pickup_is_on_no_route(
    database: Database, town: Town
) -> None:
    at_dawn = datetime(2026, 3, 3, 4, 29, tzinfo=UTC)
    with database.unit_of_work() as session:

        def due(now: datetime) -> list[tuple[UUID, date]]:
            return routing.hubs_due(session, now, time(5, 30), RouteRules())

        assert due(at_dawn) == []
        assert due(at_dawn + timedelta(minutes=1)) == [(town.hub_id, TUESDAY)]
        plan(session)
        assert due(at_dawn + timedelta(minutes=1)) == []


def test_a_plan_takes_as_many_queries_for_forty_stops_as_for_four(database: Database) -> None:
    statements = 0

    def count(*_args: object) -> None:
        nonlocal statements
        statements += 1

    def cost() -> int:
        before = statements
        with database.unit_of_work() as session:
            plan(session)
        return statements - before

    with database.unit_of_work() as session:
        town = build(session, homes=4)
    event.listen(database.engine, "before_cursor_execute", count)
    for_four = cost()
    with database.unit_of_work() as session:
        for _ in range(36):
            neighbourhood.household(session, MONDAY_NOON, town.zone_id)
        pickups.extend(session, MONDAY_NOON, POST)
    assert cost() <= for_four + 3


def test_ways_are_measured_from_a_zones_centre_where_the_household_is_not_known(
    database: Database, town: Town
) -> None:
    asked: list[Location] = []

    class Watching(StraightLine):
        def between(self, points: Sequence[Location]) -> Ways:
            asked.extend(points)
            return super().between(points)

    with database.unit_of_work() as session:
        watching = Watching(kilometres_per_hour=12, detour_factor=1.3)
        engine = Engine(NearestNeighbour(), watching)
        routing.plan_within(session, TUESDAY, MORNING, engine=engine, post=POST, rules=RouteRules())
    unknown = [point for point in asked if point.source == "zone"]
    assert len(unknown) == 3
    assert set(unknown) == {
        replace(unknown[0], latitude=6.515, longitude=3.375, uncertainty_metres=ZONE_UNCERTAINTY_METRES)
    }
