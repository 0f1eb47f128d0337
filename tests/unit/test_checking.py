"""The checker that plans are held to finds each kind of fault: one that finds nothing would prove nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.routing.checking import faults
from app.routing.problem import (
    Rest,
    RoutingPlan,
    RoutingProblem,
    RoutingStop,
    Unserved,
    Vehicle,
    WhyUnserved,
    Window,
)
from app.routing.ways import TableWays

SEATS = [0, 300, 600, 900]
PROBLEM = RoutingProblem(
    TableWays([[abs(a - b) for b in SEATS] for a in SEATS]),
    (Vehicle(shift=Window(0, 7_200), capacity_grams=9_000, rest=Rest(Window(0, 3_600), 600)),),
    tuple(RoutingStop(point, 3_000, service_seconds=300, window=Window(0, 5_000)) for point in (1, 2, 3)),
)
PLAN = NearestNeighbour().optimise(PROBLEM)


def test_a_good_plan_has_no_fault() -> None:
    assert faults(PROBLEM, PLAN) == []


@pytest.mark.parametrize(
    "promise",
    [
        {"capacity_grams": 8_000},
        {"shift": Window(0, 1_800)},
        {"shift": Window(3_000, 9_000)},
        {"rest": Rest(Window(0, 60), 600)},
        {"locked": (2,)},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_broken_promise_of_a_bike_is_a_fault(promise: dict[str, object]) -> None:
    [bike] = PROBLEM.vehicles
    assert faults(replace(PROBLEM, vehicles=(replace(bike, **promise),)), PLAN)  # type: ignore[arg-type]  # a row of a table


@pytest.mark.parametrize("late", [Window(0, 10), Window(7_000, 7_100)])
def test_a_stop_outside_its_window_is_a_fault(late: Window) -> None:
    first, *others = PROBLEM.stops
    assert faults(replace(PROBLEM, stops=(replace(first, window=late), *others)), PLAN)


def test_a_stop_that_is_lost_or_there_twice_is_a_fault() -> None:
    named = (Unserved(0, WhyUnserved.NO_ROOM_LEFT),)
    assert faults(PROBLEM, replace(PLAN, unserved=named))
    assert faults(PROBLEM, RoutingPlan((replace(PLAN.rounds[0], trips=()),), named, 0))
