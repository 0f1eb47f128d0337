"""What every `RouteOptimiser` promises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.straight_line import StraightLine
from app.kernel.place import Location
from app.routing.ports import RouteOptimiser, RoutingFailed, RoutingProblem, Vehicle, Ways

OPTIMISERS: list[RouteOptimiser] = [NearestNeighbour()]
pytestmark = pytest.mark.parametrize("optimiser", OPTIMISERS, ids=lambda one: type(one).__name__)

points = st.tuples(st.integers(0, 5_000), st.integers(0, 5_000))


def ways(where: Sequence[tuple[int, int]]) -> Ways:
    table = [[round(math.dist(a, b)) for b in where] for a in where]
    return Ways(table, table)


@st.composite
def problems(draw: st.DrawFn) -> RoutingProblem:
    """Some stops, some vehicles, some stops that have their vehicle already."""
    where = draw(st.lists(points, min_size=1, max_size=25))
    vehicles = draw(st.integers(1, 4))
    owners = [draw(st.none() | st.integers(0, vehicles - 1)) for _ in where[1:]]
    starts = [draw(st.integers(0, len(where) - 1)) for _ in range(vehicles)]
    return RoutingProblem(
        ways(where),
        tuple(
            Vehicle(starts[number], tuple(stop for stop, owner in enumerate(owners, 1) if owner == number))
            for number in range(vehicles)
        ),
        tuple(range(1, len(where))),
    )


@given(problem=problems())
def test_every_stop_is_visited_once_by_its_own_vehicle(
    optimiser: RouteOptimiser, problem: RoutingProblem
) -> None:
    routes = optimiser.optimise(problem)
    assert len(routes) == len(problem.vehicles)
    assert sorted(stop for route in routes for stop in route) == list(problem.stops)
    for vehicle, route in zip(problem.vehicles, routes, strict=True):
        assert set(vehicle.fixed) <= set(route)


@given(problem=problems())
def test_the_stops_are_spread_as_evenly_as_the_settled_ones_allow(
    optimiser: RouteOptimiser, problem: RoutingProblem
) -> None:
    routes = optimiser.optimise(problem)
    given_some = [
        len(route)
        for vehicle, route in zip(problem.vehicles, routes, strict=True)
        if len(route) > len(vehicle.fixed)
    ]
    if given_some:
        assert max(given_some) <= min(len(route) for route in routes) + 1


@given(problem=problems())
def test_the_same_question_gets_the_same_answer_and_the_answer_stands_when_settled(
    optimiser: RouteOptimiser, problem: RoutingProblem
) -> None:
    routes = optimiser.optimise(problem)
    assert optimiser.optimise(problem) == routes
    settled = tuple(
        Vehicle(vehicle.start, route) for vehicle, route in zip(problem.vehicles, routes, strict=True)
    )
    assert optimiser.optimise(RoutingProblem(problem.ways, settled, problem.stops)) == routes


@given(where=st.lists(points, min_size=2, max_size=25))
def test_no_way_is_longer_than_always_going_to_the_nearest_and_none_crosses_itself(
    optimiser: RouteOptimiser, where: list[tuple[int, int]]
) -> None:
    table = ways(where)
    (route,) = optimiser.optimise(RoutingProblem(table, (Vehicle(),), tuple(range(1, len(where)))))
    assert length(table, route) <= length(table, greedy(table))


def test_stops_on_a_street_are_visited_on_one_way_up_and_down(optimiser: RouteOptimiser) -> None:
    street = [(0, 0), (400, 0), (100, 0), (300, 0), (200, 0)]
    (route,) = optimiser.optimise(RoutingProblem(ways(street), (Vehicle(),), (1, 2, 3, 4)))
    assert length(ways(street), route) == 800


def test_neighbours_go_to_one_collector(optimiser: RouteOptimiser) -> None:
    here, there = [(x, 4_000) for x in range(0, 400, 100)], [(x, -4_000) for x in range(0, 400, 100)]
    where = [(0, 0), *here, *there]
    routes = optimiser.optimise(RoutingProblem(ways(where), (Vehicle(), Vehicle()), tuple(range(1, 9))))
    assert sorted(map(sorted, routes)) == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_no_stops_need_no_vehicle_but_stops_do(optimiser: RouteOptimiser) -> None:
    assert optimiser.optimise(RoutingProblem(ways([(0, 0)]), (), ())) == []
    with pytest.raises(RoutingFailed):
        optimiser.optimise(RoutingProblem(ways([(0, 0), (1, 1)]), (), (1,)))


def test_straight_lines_are_the_same_both_ways_and_nothing_to_oneself(optimiser: RouteOptimiser) -> None:
    yaba, ebute = Location(6.5095, 3.3711), Location(6.4850, 3.3790)
    table = StraightLine(kilometres_per_hour=12, detour_factor=1.3).between([yaba, ebute])
    (to_self, there), (back, _) = table.metres
    assert (to_self, there) == (0, back)
    assert 3_500 < there < 3_900
    assert table.seconds[0][1] == pytest.approx(there / 12_000 * 3_600, abs=1)
    problem = RoutingProblem(table, (Vehicle(),), (1,))
    assert optimiser.optimise(problem) == [(1,)]


def length(table: Ways, route: Sequence[int]) -> int:
    return sum(table.seconds[a][b] for a, b in pairwise([0, *route, 0]))


def greedy(table: Ways) -> list[int]:
    left, route, here = set(range(1, len(table.seconds))), [], 0
    while left:
        here = min(left, key=lambda stop: (table.seconds[here][stop], stop))
        left.remove(here)
        route.append(here)
    return route
