"""What every `RouteOptimiser` promises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.routing.checking import faults
from app.routing.ports import RouteOptimiser
from app.routing.problem import (
    Rest,
    RoutingPlan,
    RoutingProblem,
    RoutingStop,
    Vehicle,
    WhyUnserved,
    Window,
)
from app.routing.ways import TableWays

OPTIMISERS: list[RouteOptimiser] = [NearestNeighbour(), PyVrp(iterations_per_stop=5)]
pytestmark = pytest.mark.parametrize("optimiser", OPTIMISERS, ids=lambda one: type(one).__name__)

HOUR = 3_600
points = st.tuples(st.integers(0, 5_000), st.integers(0, 5_000))
loads = st.integers(0, 60)


def ways(where: Sequence[tuple[int, int]]) -> TableWays:
    return TableWays([[round(math.dist(a, b)) for b in where] for a in where])


def windows() -> st.SearchStrategy[Window]:
    return st.builds(
        lambda opens, length: Window(opens, opens + length),
        st.integers(0, 9 * HOUR),
        st.integers(0, 4 * HOUR),
    )


@st.composite
def problems(draw: st.DrawFn) -> RoutingProblem:
    """A small day with a bit of everything: hubs, windows, prizes, pins, trips, breaks, riders under way."""
    where = draw(st.lists(points, min_size=2, max_size=14))
    hubs = draw(st.integers(1, 2))
    count = draw(st.integers(0, 3))
    owned = st.none() | st.frozensets(st.integers(0, count - 1), min_size=1) if count else st.none()
    stops = tuple(
        RoutingStop(
            point,
            load_grams=draw(loads),
            volume_millilitres=draw(loads),
            service_seconds=draw(st.integers(0, 900)),
            window=draw(st.none() | windows()),
            prize=draw(st.none() | st.integers(0, 6_000)),
            vehicles=draw(owned),
            elsewhere_cost=draw(st.none() | st.integers(0, 900)),
            released_seconds=draw(st.sampled_from([0, 0, 0, 2 * HOUR])),
        )
        for point in range(hubs, len(where))
    )
    numbers = draw(st.permutations(range(len(stops))))
    return RoutingProblem(
        ways(where),
        tuple(draw(vehicles(hubs, len(where), numbers[at::9][:2])) for at in range(count)),
        stops,
        evenly=draw(st.booleans()),
    )


@st.composite
def vehicles(draw: st.DrawFn, hubs: int, size: int, may_lock: Sequence[int]) -> Vehicle:
    opens = draw(st.integers(0, 4 * HOUR))
    laden = draw(st.booleans())
    return Vehicle(
        hub=draw(st.integers(0, hubs - 1)),
        start=draw(st.none() | st.integers(0, size - 1)),
        shift=Window(opens, opens + draw(st.integers(0, 9 * HOUR))),
        capacity_grams=draw(st.none() | st.integers(0, 200)),
        capacity_millilitres=draw(st.none() | st.integers(0, 200)),
        aboard_grams=draw(loads) if laden else 0,
        aboard_millilitres=draw(loads) if laden else 0,
        rest=draw(st.none() | st.builds(Rest, windows(), st.integers(0, HOUR))),
        fixed_cost=draw(st.sampled_from([0, 0, 500])),
        most_trips=draw(st.integers(1, 3)),
        reload_seconds=draw(st.integers(0, 600)),
        locked=tuple(draw(st.lists(st.sampled_from(may_lock), unique=True)) if may_lock else ()),
    )


@settings(max_examples=60)
@given(problem=problems())
def test_a_plan_keeps_every_promise_and_names_whoever_is_left_out(
    optimiser: RouteOptimiser, problem: RoutingProblem
) -> None:
    plan = optimiser.optimise(problem)
    assert faults(problem, plan) == []
    assert optimiser.optimise(problem) == plan


@settings(max_examples=15)
@given(where=st.lists(points, min_size=2, max_size=20), vehicles=st.integers(1, 4))
def test_where_nothing_is_in_the_way_everybody_is_served(
    optimiser: RouteOptimiser, where: list[tuple[int, int]], vehicles: int
) -> None:
    for evenly in (True, False):
        problem = day(where, [Vehicle()] * vehicles, evenly=evenly)
        assert optimiser.optimise(problem).unserved == ()


@settings(max_examples=15)
@given(where=st.lists(points, min_size=5, max_size=20, unique=True))
def test_work_is_shared_when_asked_for(optimiser: RouteOptimiser, where: list[tuple[int, int]]) -> None:
    plan = optimiser.optimise(day(where, [Vehicle(), Vehicle(), Vehicle()], evenly=True))
    fair = (len(where) - 1) / 3
    assert max(len(done.stops) for done in plan.rounds) <= 1.25 * fair + 1


@settings(max_examples=15)
@given(where=st.lists(points, min_size=2, max_size=20))
def test_no_way_is_longer_than_always_going_to_the_nearest(
    optimiser: RouteOptimiser, where: list[tuple[int, int]]
) -> None:
    problem = day(where, [Vehicle()])
    (done,) = optimiser.optimise(problem).rounds
    assert done.travel_seconds <= length(where, greedy(where))


def test_stops_on_a_street_are_visited_on_one_way_up_and_down(optimiser: RouteOptimiser) -> None:
    street = [(0, 0), (400, 0), (100, 0), (300, 0), (200, 0)]
    assert optimiser.optimise(day(street, [Vehicle()])).cost == 800


def test_neighbours_go_to_one_collector(optimiser: RouteOptimiser) -> None:
    here, there = [(x, 4_000) for x in range(0, 400, 100)], [(x, -4_000) for x in range(0, 400, 100)]
    plan = optimiser.optimise(day([(0, 0), *here, *there], [Vehicle(), Vehicle()], evenly=True))
    assert sorted(sorted(done.stops) for done in plan.rounds) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_full_bike_goes_back_to_the_hub_and_out_again(optimiser: RouteOptimiser) -> None:
    bike = Vehicle(capacity_grams=20, most_trips=2, reload_seconds=300)
    problem = loaded(day([(0, 0), (100, 0), (200, 0), (300, 0), (400, 0)], [bike]), load_grams=10)
    plan = served(optimiser, problem)
    first, second = plan.rounds[0].trips
    assert (len(first.visits), len(second.visits)) == (2, 2)
    assert second.leaves_seconds >= first.returns_seconds + 300


def test_whoever_must_be_served_goes_before_whoever_may(optimiser: RouteOptimiser) -> None:
    problem = loaded(day([(0, 0), (100, 0), (900, 0)], [Vehicle(capacity_grams=10)]), load_grams=10)
    near, far = problem.stops
    plan = optimiser.optimise(replace(problem, stops=(replace(near, prize=5_000), far)))
    assert plan.rounds[0].stops == (1,)
    assert reasons(plan) == {0: WhyUnserved.NO_ROOM_LEFT}


def test_a_detour_is_made_for_who_is_worth_it(optimiser: RouteOptimiser) -> None:
    problem = day([(0, 0), (100, 0), (900, 0)], [Vehicle()])
    near, far = problem.stops
    worth, unworthy = (replace(problem, stops=(near, replace(far, prize=prize))) for prize in (1_601, 1_599))
    assert optimiser.optimise(worth).cost == 1_800
    assert optimiser.optimise(unworthy).cost == 200 + 1_599
    assert reasons(optimiser.optimise(unworthy)) == {1: WhyUnserved.NOT_WORTH_IT}


def test_a_zone_is_served_by_those_who_know_it(optimiser: RouteOptimiser) -> None:
    problem = day([(0, 0), (100, 0), (110, 0), (120, 0)], [Vehicle(), Vehicle()])
    known = tuple(replace(stop, vehicles=frozenset({1})) for stop in problem.stops)
    assert sorted(served(optimiser, replace(problem, stops=known)).rounds[1].stops) == [0, 1, 2]
    dear = tuple(replace(stop, elsewhere_cost=1_000) for stop in known)
    assert sorted(served(optimiser, replace(problem, stops=dear)).rounds[1].stops) == [0, 1, 2]


def test_a_rider_under_way_goes_on_from_where_he_is_with_what_he_has(optimiser: RouteOptimiser) -> None:
    where = [(0, 0), (1_000, 0), (900, 0), (200, 0), (1_000, 0)]
    rider = Vehicle(
        start=4, shift=Window(36_000, 45_000), capacity_grams=30, aboard_grams=10, locked=(2,), most_trips=2
    )
    plan = served(optimiser, loaded(day(where, [rider]), load_grams=10))
    first, second = plan.rounds[0].trips
    assert first.visits[0].stop == 2
    assert len(first.visits) <= 2
    assert second.visits
    assert first.leaves_seconds >= 36_000


def test_a_break_is_taken_in_its_time_and_never_while_serving(optimiser: RouteOptimiser) -> None:
    rider = Vehicle(shift=Window(0, 20_000), rest=Rest(Window(2_000, 3_000), 1_800))
    problem = day([(0, 0), (100, 0), (200, 0), (300, 0)], [rider])
    slow = tuple(replace(stop, service_seconds=1_500) for stop in problem.stops)
    plan = served(optimiser, replace(problem, stops=slow))
    assert plan.rounds[0].rests is not None
    assert 2_000 <= plan.rounds[0].rests.opens_seconds <= 3_000


NOBODY, ZERO = (), (Vehicle(capacity_grams=0),)
BIKE = (Vehicle(shift=Window(8 * HOUR, 10 * HOUR), capacity_grams=50, capacity_millilitres=50),)
PLAIN = RoutingStop(1, load_grams=10, volume_millilitres=10)


@pytest.mark.parametrize(
    ("vehicles", "stop", "why"),
    [
        (NOBODY, PLAIN, WhyUnserved.NO_VEHICLE),
        (BIKE, replace(PLAIN, vehicles=frozenset()), WhyUnserved.NO_VEHICLE),
        (ZERO, PLAIN, WhyUnserved.TOO_HEAVY),
        (BIKE, replace(PLAIN, load_grams=51), WhyUnserved.TOO_HEAVY),
        (BIKE, replace(PLAIN, volume_millilitres=51), WhyUnserved.TOO_BULKY),
        (BIKE, replace(PLAIN, point=2), WhyUnserved.TOO_FAR),
        (BIKE, replace(PLAIN, service_seconds=3 * HOUR), WhyUnserved.TOO_FAR),
        (BIKE, replace(PLAIN, window=Window(6 * HOUR, 7 * HOUR)), WhyUnserved.OUT_OF_HOURS),
        (BIKE, replace(PLAIN, window=Window(9 * HOUR, 8 * HOUR)), WhyUnserved.OUT_OF_HOURS),
        (BIKE, replace(PLAIN, prize=1), WhyUnserved.NOT_WORTH_IT),
    ],
)
def test_whoever_cannot_be_served_is_told_why(
    optimiser: RouteOptimiser, vehicles: tuple[Vehicle, ...], stop: RoutingStop, why: WhyUnserved
) -> None:
    """The third point lies out in the sea."""
    problem = RoutingProblem(ways([(0, 0), (1_000, 0), (90_000, 0)]), vehicles, (stop,))
    plan = optimiser.optimise(problem)
    assert faults(problem, plan) == []
    assert reasons(plan) == {0: why}


def test_a_full_day_leaves_out_only_what_is_too_much(optimiser: RouteOptimiser) -> None:
    problem = loaded(day([(0, 0), *[(700, 700)] * 60], [Vehicle(capacity_grams=50)]), load_grams=1)
    plan = optimiser.optimise(problem)
    assert faults(problem, plan) == []
    assert set(reasons(plan).values()) == {WhyUnserved.NO_ROOM_LEFT}
    assert len(plan.unserved) == 10


def test_no_stops_need_no_vehicle(optimiser: RouteOptimiser) -> None:
    for vehicles in ((), (Vehicle(),)):
        plan = optimiser.optimise(RoutingProblem(ways([(0, 0)]), vehicles, ()))
        assert (plan.cost, plan.unserved, len(plan.rounds)) == (0, (), len(vehicles))


def day(
    where: Sequence[tuple[int, int]], vehicles: Sequence[Vehicle], *, evenly: bool = False
) -> RoutingProblem:
    """The first is the hub; all others are to be served."""
    stops = tuple(RoutingStop(point) for point in range(1, len(where)))
    return RoutingProblem(ways(where), tuple(vehicles), stops, evenly=evenly)


def loaded(problem: RoutingProblem, *, load_grams: int) -> RoutingProblem:
    return replace(problem, stops=tuple(replace(stop, load_grams=load_grams) for stop in problem.stops))


def served(optimiser: RouteOptimiser, problem: RoutingProblem) -> RoutingPlan:
    plan = optimiser.optimise(problem)
    assert faults(problem, plan) == []
    assert plan.unserved == ()
    return plan


def reasons(plan: RoutingPlan) -> dict[int, WhyUnserved]:
    return {one.stop: one.why for one in plan.unserved}


def length(where: Sequence[tuple[int, int]], route: Sequence[int]) -> int:
    return sum(round(math.dist(where[a], where[b])) for a, b in pairwise([0, *route, 0]))


def greedy(where: Sequence[tuple[int, int]]) -> list[int]:
    left, route, here = set(range(1, len(where))), [], 0
    while left:
        here = min(left, key=lambda stop: (round(math.dist(where[here], where[stop])), stop))
        left.remove(here)
        route.append(here)
    return route
