"""The day moves: what is promised stays, what has changed is mended, and people hear what matters to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.collectors import absences
from app.collectors.models import AbsenceReason
from app.db import Database
from app.households.models import HouseholdPhone
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, PickupStatus
from app.routing import following, troubles
from app.routing.models import DayTrouble, Route, TroubleKind
from app.routing.rules import RouteRules
from tests.factories.riding import FRIDAY, TUESDAY, Riding, StopNow, a_hub_that_rides, at, minutes
from tests.integration.test_planning import _clear, with_bottles


def on_the_way(database: Database, **given: object) -> Riding:
    hub = a_hub_that_rides(database, **given)  # type: ignore[arg-type]  # what the row of a table gives
    hub.plan()
    return hub


def order(hub: Riding) -> dict[object, list[object]]:
    """Who is to go where, in order, without what is over."""
    found: dict[object, list[object]] = {}
    for stop in hub.stops():
        if stop.status in OPEN:
            found.setdefault(stop.collector_id, []).append(stop.pickup_id)
    return found


def begin(hub: Riding, rider: int = 0, *, late: timedelta = timedelta(0)) -> StopNow:
    """The rider records his first stop; the next one."""
    first, second = hub.route(hub.riders[rider])[:2]
    assert first.arrives_at is not None
    hub.visit(first, first.arrives_at + minutes(5) + late)
    return second


def test_a_late_skip_leaves_everybody_else_where_they_are_and_brings_the_others_forward(
    database: Database,
) -> None:
    hub = on_the_way(database)
    begin(hub)
    gone = hub.route(hub.riders[0])[2]
    before = order(hub)
    hub.decline(gone, at(8, 10))
    hub.follow(at(8, 11))
    assert order(hub) == {
        rider: [stop for stop in stops if stop != gone.pickup_id] for rider, stops in before.items()
    }
    last = hub.route(hub.riders[0])[-1]
    assert (last.pickup_id, last.status) == (gone.pickup_id, PickupStatus.DECLINED)
    assert hub.texts("pickup.newtime") == []


def test_a_skip_while_the_rider_is_late_shuffles_nobody_either(database: Database) -> None:
    hub = on_the_way(database)
    begin(hub, late=minutes(50))  # nobody's time can be kept, but all promised hours can
    before = order(hub)
    gone = hub.route(hub.riders[0])[3]
    hub.decline(gone, at(9))
    search = replace(hub.engine, optimiser=PyVrp(iterations_per_stop=20))
    replace(hub, engine=search).follow(at(9, 1))
    assert order(hub) == {
        rider: [stop for stop in stops if stop != gone.pickup_id] for rider, stops in before.items()
    }


def test_a_pickup_asked_for_this_morning_goes_to_whoever_is_near_and_nobody_is_shuffled(
    database: Database,
) -> None:
    hub = on_the_way(database)
    locked = begin(hub)
    before = order(hub)
    new = hub.newcomer(Location(6.510, 3.3705))
    hub.follow(at(8, 20))
    after = order(hub)
    assert {rider: [stop for stop in stops if stop != new] for rider, stops in after.items()} == before
    assert sum(new in stops for stops in after.values()) == 1
    assert after[hub.riders[0]][0] == locked.pickup_id
    coming = next(stop for stop in hub.stops() if stop.pickup_id == new)
    assert coming.arrives_at is not None
    assert coming.arrives_at >= at(8, 20)


def test_the_stops_of_a_broken_bike_go_to_others_and_those_that_find_no_room_get_another_day(
    database: Database,
) -> None:
    with_bottles(database)
    hub = on_the_way(database, homes=12, riders=2, litres=200)
    broken, other = hub.riders
    begin(hub)
    kept = order(hub)[other]
    with database.unit_of_work() as session:
        for _ in range(2):
            troubles.report(session, broken, TUESDAY, TroubleKind.BIKE_BROKEN, by="collector", now=at(8, 30))
    plan = hub.follow(at(8, 31))
    after = order(hub)
    assert broken not in after
    assert set(after[other]) >= set(kept), "nobody loses a place for it"
    assert plan.unplanned
    assert {one.next_date for one in plan.unplanned} == {FRIDAY}
    assert len(hub.texts("pickup.postponed")) == len(plan.unplanned)
    assert len(after[other]) + len(plan.unplanned) == 11
    with database.unit_of_work() as session:
        assert len(session.scalars(select(DayTrouble)).all()) == 1


def test_nobody_loses_a_place_to_the_stops_of_a_broken_bike_though_they_lie_nearer(
    database: Database,
) -> None:
    with_bottles(database)
    near = [Location(6.511 + number / 5000, 3.370) for number in range(6)]
    far = [Location(6.535 + number / 5000, 3.370) for number in range(6)]
    hub = on_the_way(database, homes=12, riders=2, litres=200, places=[*near, *far])
    hub.engine = replace(hub.engine, optimiser=PyVrp(iterations_per_stop=20))
    pickups: list[object] = [one.id for one in hub.pickups_on(TUESDAY)]  # the near homes' come first
    broken, other = sorted(hub.riders, key=lambda one: sum(pickups.index(stop) for stop in order(hub)[one]))
    kept = order(hub)[other]
    with database.unit_of_work() as session:
        troubles.report(session, broken, TUESDAY, TroubleKind.BIKE_BROKEN, by="collector", now=at(7, 30))
    plan = hub.follow(at(7, 31))
    assert plan.unplanned
    assert set(order(hub)[other]) >= set(kept)


def test_the_only_bike_breaks_and_everybody_is_told_the_same_minute(database: Database) -> None:
    hub = on_the_way(database, homes=3, riders=1)
    with database.unit_of_work() as session:
        troubles.report(session, hub.riders[0], TUESDAY, TroubleKind.BIKE_BROKEN, by="office", now=at(9))
    hub.follow(at(9, 1))
    assert order(hub) == {}
    assert len(hub.texts("pickup.postponed")) == 3
    assert [one.must_serve for one in hub.pickups_on(FRIDAY)] == [True] * 3


def test_a_full_box_is_emptied_before_the_next_stop_and_is_empty_on_the_next_trip(database: Database) -> None:
    with_bottles(database)
    hub = on_the_way(database, homes=4, riders=1)
    rider = hub.riders[0]
    second = begin(hub)
    before = order(hub)
    with database.unit_of_work() as session:
        troubles.report(session, rider, TUESDAY, TroubleKind.BOX_FULL, by="collector", now=at(8, 10))
    hub.follow(at(8, 11))
    hub.follow(at(8, 12))
    assert order(hub) == before
    assert [stop.trip for stop in hub.route(rider)] == [1, 2, 2, 2]
    hub.visit(replace(second, trip=2), at(8, 50))
    hub.follow(at(8, 51))
    assert [stop.trip for stop in hub.route(rider)] == [1, 2, 2, 2]
    with database.unit_of_work() as session:
        assert session.scalars(select(DayTrouble.resolved_at)).one() is not None


def test_a_little_late_is_only_a_later_time_and_very_late_is_shared_out(database: Database) -> None:
    hub = on_the_way(database, homes=10, riders=2, rules=RouteRules(news_seconds=60))
    slow, quick = hub.riders
    begin(hub, late=minutes(10))
    before = order(hub)
    hub.follow(at(8, 30))
    assert order(hub) == before
    for stop in hub.route(quick):
        assert stop.arrives_at is not None
        hub.visit(stop, stop.arrives_at)
    hub.visit(next(stop for stop in hub.route(slow) if stop.status in OPEN), at(11, 51))
    locked, *rest = [stop for stop in hub.route(slow) if stop.status in OPEN]
    hub.follow(at(11, 52))
    after = order(hub)
    assert after[slow][0] == locked.pickup_id
    assert {stop.pickup_id for stop in rest} & set(after[quick]), "who is free helps"
    assert all(
        stop.arrives_at and stop.arrives_at >= at(11, 50) for stop in hub.stops() if stop.status in OPEN
    )


def test_a_new_time_is_told_only_when_it_matters_and_not_again_and_again(database: Database) -> None:
    hub = on_the_way(database, homes=3, riders=1)
    second = begin(hub)
    hub.follow(at(8, 15))
    assert hub.texts("pickup.newtime") == [], "within the promised hours no time is news"
    hub.visit(second, at(12, 31))
    hub.follow(at(12, 32))
    assert len(hub.texts("pickup.newtime")) == 1
    hub.follow(at(12, 34))
    assert len(hub.texts("pickup.newtime")) == 1


def test_who_wants_it_hears_once_that_the_collector_is_near(database: Database) -> None:
    hub = on_the_way(database, homes=8, riders=1)
    quiet = hub.route(hub.riders[0])[2].pickup_id
    with database.unit_of_work() as session:
        session.execute(update(HouseholdPhone).values(gets_approach=True))
        silent = select(Pickup.household_id).where(Pickup.id == quiet)
        session.execute(
            update(HouseholdPhone).where(HouseholdPhone.household_id.in_(silent)).values(gets_approach=False)
        )
    hub.follow(at(7, 30))
    assert hub.texts("pickup.near") == [], "nobody has set out"
    second = begin(hub)
    for _ in range(2):
        hub.follow(at(8, 10))
    assert len(hub.texts("pickup.near")) == 2, "the next three, but one does not want it"
    hub.visit(second, at(8, 20))
    hub.follow(at(8, 21))
    assert len(hub.texts("pickup.near")) == 3


def test_a_day_on_which_nothing_happens_is_not_looked_at_again(database: Database) -> None:
    hub = on_the_way(database, homes=2, riders=1)
    with database.unit_of_work() as session:
        assert following.riding(session, at(8)) == [(hub.hub_id, TUESDAY)]
    hub.follow(at(8))
    with database.unit_of_work() as session:
        assert following.riding(session, at(9)) == []
    hub.decline(hub.stops()[0], at(9))
    with database.unit_of_work() as session:
        assert following.riding(session, at(9)) == [(hub.hub_id, TUESDAY)]


EVENTS = st.lists(
    st.tuples(st.sampled_from(["visit", "skip", "new", "broken", "full", "mended"]), st.integers(0, 5)),
    min_size=1,
    max_size=6,
)


@given(events=EVENTS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_no_locked_stop_moves_and_nobody_is_lost(
    database: Database, events: list[tuple[str, int]]
) -> None:
    _clear(database)
    with_bottles(database)
    hub = on_the_way(database, homes=8, riders=2, litres=300)
    broken: set[object] = set()
    now = at(8)
    for what, number in events:
        now += minutes(12)
        rider = hub.riders[number % 2]
        mine = [stop for stop in hub.route(rider) if stop.status in OPEN]
        with database.unit_of_work() as session:
            if what in ("broken", "full"):
                kind = TroubleKind.BIKE_BROKEN if what == "broken" else TroubleKind.BOX_FULL
                troubles.report(session, rider, TUESDAY, kind, by="collector", now=now)
            elif what == "mended":
                troubles.resolve(session, rider, TUESDAY, TroubleKind.BIKE_BROKEN, now)
        broken = (
            (broken | {rider} if what == "broken" else broken - {rider})
            if what in ("broken", "mended")
            else broken
        )
        if what == "visit" and mine:
            hub.visit(mine[0], now)
        elif what == "skip" and mine:
            hub.decline(mine[number % len(mine)], now)
        elif what == "new":
            hub.newcomer(Location(6.51 + number / 1000, 3.372))
        done = [
            (one.pickup_id, one.collector_id) for one in hub.stops() if one.status is PickupStatus.COLLECTED
        ]
        next_up = {
            one: [stop.pickup_id for stop in hub.route(one) if stop.status in OPEN][:1] for one in hub.riders
        }
        hub.follow(now)
        after = hub.stops()
        assert [
            (one.pickup_id, one.collector_id) for one in after if one.status is PickupStatus.COLLECTED
        ] == done
        for one in hub.riders:
            if one not in broken:
                present = [stop.pickup_id for stop in hub.route(one) if stop.status in OPEN]
                assert present[:1] == next_up[one] or not next_up[one]
        on_routes = {stop.pickup_id for stop in after}
        waiting = [one.id for one in hub.pickups_on(TUESDAY) if one.status in OPEN]
        assert set(waiting) <= on_routes


def test_the_stops_of_who_cannot_ride_wait_for_colleagues_and_then_go_to_others(database: Database) -> None:
    hub = on_the_way(database)
    gone, other = hub.riders
    before = order(hub)
    with database.unit_of_work() as session:
        absences.add(session, gone, first_day=TUESDAY, last_day=TUESDAY, reason=AbsenceReason.SICK, now=at(7))
        session.execute(update(Route).where(Route.collector_id == gone).values(waits_until=at(7, 10)))
    hub.follow(at(7, 2))
    assert order(hub) == before
    with database.unit_of_work() as session:
        assert following.riding(session, at(7, 5)) == [], "nothing to do meanwhile"
        assert following.riding(session, at(7, 10)) == [(hub.hub_id, TUESDAY)]
    hub.follow(at(7, 10))
    assert set(order(hub)) == {other}
    assert sorted(map(str, order(hub)[other])) == sorted(
        str(one) for stops in before.values() for one in stops
    )


def test_a_full_box_is_reported_when_it_is_full_so_the_way_to_the_hub_begins_no_earlier(
    database: Database,
) -> None:
    with_bottles(database)
    hub = on_the_way(database, homes=4, riders=1)
    second = begin(hub)
    with database.unit_of_work() as session:
        troubles.report(session, hub.riders[0], TUESDAY, TroubleKind.BOX_FULL, by="collector", now=at(9, 30))
    hub.follow(at(9, 31))
    following_stop = next(stop for stop in hub.stops() if stop.pickup_id == second.pickup_id)
    assert following_stop.arrives_at is not None
    assert following_stop.arrives_at > at(9, 45), "a quarter of an hour at the hub, and the ways"
