"""Planning a whole day: trips, promises, whom nobody can come to, and what changes while it is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.db import Database
from app.errors import InvalidInput
from app.kernel.place import Location
from app.pickups import service as pickups
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, CancelReason, PickupStatus
from app.routing.models import UnservedPickup, WhyUnplanned
from app.routing.plan import DayPlan
from app.routing.ports import Effort, Watch
from app.routing.problem import RoutingPlan, RoutingProblem
from app.routing.rules import RouteRules
from app.weighing.models import Material
from tests.factories import neighbourhood
from tests.factories.letterbox import Letterbox
from tests.factories.riding import DAWN, ENGINE, FRIDAY, MONDAY_NOON, TUESDAY, Riding, a_hub_that_rides
from tests.waiting import PATIENCE_SECONDS

IN_THE_SEA = Location(0.0, 0.0)


def with_bottles(database: Database) -> None:
    """A bag is then expected to be 3 kg and some 90 litres."""
    with database.unit_of_work() as session:
        session.add(Material(code="PET", name="Bottles", created_at=MONDAY_NOON))


class Meddling(NearestNeighbour):
    """Something happens while it thinks, once."""

    def __init__(self, happening: object) -> None:
        self.happening = happening
        self.asked: list[RoutingProblem] = []

    def optimise(
        self, problem: RoutingProblem, effort: Effort | None = None, watch: Watch | None = None
    ) -> RoutingPlan:
        self.asked.append(problem)
        if len(self.asked) == 1 and callable(self.happening):
            self.happening()
        return super().optimise(problem, effort, watch)


def meddled(hub: Riding, happening: object) -> tuple[Riding, Meddling]:
    optimiser = Meddling(happening)
    return replace(hub, engine=replace(ENGINE, optimiser=optimiser)), optimiser


def test_small_boxes_are_emptied_at_the_hub_between_trips(database: Database) -> None:
    with_bottles(database)
    hub = a_hub_that_rides(database, homes=6, riders=1, litres=200)
    assert hub.plan().added == 6
    stops = hub.stops()
    assert [stop.trip for stop in stops] == [1, 1, 2, 2, 3, 3]
    times = [stop.arrives_at for stop in stops]
    assert all(times)
    assert times == sorted(times, key=lambda moment: moment or DAWN)


def test_who_finds_no_room_is_told_and_comes_first_on_the_next_day(database: Database) -> None:
    with_bottles(database)
    hub = a_hub_that_rides(database, homes=10, riders=1, litres=200)
    plan = hub.plan()
    assert (plan.added, len(plan.unplanned)) == (8, 2)
    assert {(one.why, one.next_date, one.moved) for one in plan.unplanned} == {
        (WhyUnplanned.NO_ROOM_LEFT, FRIDAY, True)
    }
    gone = {one.pickup_id for one in plan.unplanned}
    assert {one.pickup_id for one in hub.stops()}.isdisjoint(gone)
    by_id = {one.id: one for one in hub.pickups_on(TUESDAY)}
    assert {by_id[one].cancel_reason for one in gone} == {CancelReason.UNSERVED}
    promised = [one for one in hub.pickups_on(FRIDAY) if one.must_serve]
    assert {one.household_id for one in promised} == {by_id[one].household_id for one in gone}
    assert len(hub.texts("pickup.postponed")) == 2
    with database.unit_of_work() as session:
        kept = session.scalars(select(UnservedPickup)).all()
        assert {(one.pickup_id, one.why) for one in kept} == {
            (one, WhyUnplanned.NO_ROOM_LEFT) for one in gone
        }
    assert hub.plan().unplanned == []
    assert len(hub.texts("pickup.postponed")) == 2, "planned again, nobody is told twice"


def test_who_was_promised_is_served_before_who_was_not(database: Database) -> None:
    with_bottles(database)
    hub = a_hub_that_rides(database, homes=10, riders=1, litres=200)
    with database.unit_of_work() as session:
        session.execute(update(Pickup).values(confirmed=False))
        ids = list(session.scalars(select(Pickup.id).where(Pickup.date == TUESDAY).order_by(Pickup.id)))
        session.execute(update(Pickup).where(Pickup.id.in_(ids[-2:])).values(must_serve=True))
    plan = hub.plan()
    assert len(plan.unplanned) >= 2
    assert {one.pickup_id for one in hub.stops()} >= set(ids[-2:])


def test_a_visit_nobody_asked_for_is_made_only_where_it_is_worth_the_way(database: Database) -> None:
    near, far = Location(6.511, 3.371), Location(6.70, 3.45)
    hub = a_hub_that_rides(database, homes=2, riders=1, places=[near, far])
    with database.unit_of_work() as session:
        session.execute(update(Pickup).values(confirmed=False))
    plan = hub.plan()
    assert [one.why for one in plan.unplanned] == [WhyUnplanned.NOT_WORTH_IT]
    assert len(hub.stops()) == 1
    far_away = replace(hub.rules, bag_worth_seconds=10 * 3600)
    with database.unit_of_work() as session:
        home = neighbourhood.household(session, MONDAY_NOON, hub.zone_id, location=far)
        pickups.extend(session, MONDAY_NOON, Letterbox())
        session.execute(update(Pickup).where(Pickup.household_id == home.id).values(confirmed=False))
    assert replace(hub, rules=far_away).plan().added == 1, "a bag that is worth ten hours is"


def test_what_happens_while_the_plan_is_made_is_not_undone(database: Database) -> None:
    hub = a_hub_that_rides(database, homes=6)
    first = hub.pickups_on(TUESDAY)[0]
    newcomers: list[UUID] = []

    def meanwhile() -> None:
        with database.unit_of_work() as session:
            pickups.move_to(session, pickups.get(session, first.id), PickupStatus.DECLINED, DAWN)
        newcomers.append(hub.newcomer(Location(6.508, 3.372)))

    busy, optimiser = meddled(hub, meanwhile)
    plan = busy.plan()
    on_routes = {stop.pickup_id: stop.status for stop in hub.stops()}
    assert first.id not in on_routes
    assert on_routes[newcomers[0]] is PickupStatus.ROUTED
    assert (len(on_routes), plan.added) == (6, 6)
    assert len(optimiser.asked) >= 2, "the difference was planned anew"


def test_the_optimiser_never_runs_inside_a_transaction(database: Database) -> None:
    hub = a_hub_that_rides(database, homes=3)

    def another_writer() -> None:
        with database.unit_of_work() as session:
            session.execute(update(Material).values(name="Other"))

    def meanwhile() -> None:
        writer = Thread(target=another_writer)
        writer.start()
        writer.join(PATIENCE_SECONDS)
        assert not writer.is_alive(), "a writer had to wait for the optimiser"

    busy, _ = meddled(hub, meanwhile)
    assert busy.plan().added == 3


def test_two_planners_at_once_make_one_plan(database: Database) -> None:
    hub = a_hub_that_rides(database, homes=8)
    others: list[DayPlan] = []
    busy, _ = meddled(hub, lambda: others.append(hub.plan()))
    mine = busy.plan()
    assert others[0].added == 8
    assert mine.added == 0
    stops = hub.stops()
    assert len({stop.pickup_id for stop in stops}) == len(stops) == 8


def test_the_same_day_gets_the_same_plan_and_a_day_that_is_over_none(database: Database) -> None:
    hub = a_hub_that_rides(database, homes=9)
    hub.plan()
    before = hub.stops()
    assert hub.plan().added == 0
    assert hub.stops() == before
    with pytest.raises(InvalidInput):
        hub.plan(datetime(2026, 3, 4, 6, tzinfo=UTC))


def test_homes_in_the_sea_twice_at_one_door_and_without_a_place_are_visited_all_the_same(
    database: Database,
) -> None:
    places = [Location(6.511, 3.371), IN_THE_SEA, Location(6.511, 3.371), None]
    hub = a_hub_that_rides(database, homes=4, riders=1, places=places)
    plan = hub.plan()
    assert (plan.added, len(plan.doubtful)) == (4, 1), "only the sea cannot be right"
    assert len(hub.stops()) == 4
    assert all(stop.arrives_at for stop in hub.stops())


def test_bikes_that_carry_next_to_nothing_are_a_reason_not_an_error(database: Database) -> None:
    with_bottles(database)
    hub = a_hub_that_rides(database, homes=2, riders=1, litres=1)
    assert {one.why for one in hub.plan().unplanned} == {WhyUnplanned.TOO_BULKY}
    assert [one.must_serve for one in hub.pickups_on(FRIDAY)] == [True, True]


def test_a_hub_without_riders_has_until_the_promised_hours_to_find_one(database: Database) -> None:
    hub = a_hub_that_rides(database, homes=2, riders=0)
    assert [(one.why, one.moved) for one in hub.plan().unplanned] == [(WhyUnplanned.NO_COLLECTOR, False)] * 2
    assert hub.texts("pickup.postponed") == []
    at_eight = datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert [one.moved for one in hub.plan(at_eight).unplanned] == [True, True]
    assert len(hub.texts("pickup.postponed")) == 2


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Location], int, int, list[bool]]:
    """Doors here and there, riders, the litres of their boxes, and who has confirmed."""
    spot = st.tuples(st.integers(-60, 60), st.integers(-60, 60))
    doors = draw(st.lists(spot, min_size=1, max_size=9))
    places = [Location(6.51 + north / 1000, 3.37 + east / 1000) for north, east in doors]
    confirmed = draw(st.lists(st.booleans(), min_size=len(doors), max_size=len(doors)))
    return places, draw(st.integers(0, 3)), draw(st.sampled_from([50, 200, 900])), confirmed


@given(day=days())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everybody_who_is_due_is_on_one_route_or_named_with_a_reason_and_a_new_day(
    database: Database, day: tuple[list[Location], int, int, list[bool]]
) -> None:
    places, riders, litres, confirmed = day
    _clear(database)
    with_bottles(database)
    hub = a_hub_that_rides(database, homes=len(places), riders=riders, litres=litres, places=places)
    due = hub.pickups_on(TUESDAY)
    with database.unit_of_work() as session:
        for pickup, ready in zip(due, confirmed, strict=True):
            session.execute(update(Pickup).where(Pickup.id == pickup.id).values(confirmed=ready))
    plan = hub.plan(datetime(2026, 3, 3, 7, tzinfo=UTC))  # no time left to find riders
    on_routes = [stop.pickup_id for stop in hub.stops() if stop.status in OPEN]
    named = [one.pickup_id for one in plan.unplanned]
    assert sorted([*on_routes, *named], key=str) == sorted((one.id for one in due), key=str)
    assert all(one.next_date == FRIDAY for one in plan.unplanned)
    assert len(hub.texts("pickup.postponed")) == len(named)


def _clear(database: Database) -> None:
    """Each example begins with nothing."""
    from app.schema import metadata  # noqa: PLC0415

    tables: Sequence[str] = (
        "visits", "day_troubles", "unserved_pickups", "followed_days", "route_stops", "routes", "outbox_messages", "pickups",
        "household_phones", "households", "collectors", "service_days", "zones", "hubs", "materials",
    )  # fmt: skip
    with database.engine.begin() as connection:
        for name in tables:
            connection.execute(metadata.tables[name].delete())


def test_the_rules_are_those_of_the_settings() -> None:
    from app.settings import load_settings  # noqa: PLC0415

    assert RouteRules.of(load_settings(environment="test")) == RouteRules()
