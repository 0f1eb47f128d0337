"""Days that are split among helper processes, and days of ten thousand."""

from __future__ import annotations

import math
import random
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from app.adapters.routing import pyvrp_optimiser
from app.adapters.routing.crew import Crew
from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.parts import Size
from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.adapters.routing.straight_line import StraightLine
from app.kernel.place import Location
from app.routing.checking import faults
from app.routing.ports import Effort, Progress
from app.routing.problem import Rest, RoutingProblem, RoutingStop, Vehicle, WhyUnserved, Window
from app.routing.ways import TableWays

HOUR = 3_600
TRAVEL = StraightLine(kilometres_per_hour=12, detour_factor=1.3)


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyvrp_optimiser, "part_size", lambda *_: Size(24, 3))


def town(*, stops: int = 90, bikes: int = 7) -> RoutingProblem:
    """A morning with everything in it."""
    chance = random.Random(7)
    where = [(2_500, 2_500), *((chance.randrange(5_000), chance.randrange(5_000)) for _ in range(stops))]
    morning, late = Window(8 * HOUR, 12 * HOUR), Window(10 * HOUR, 15 * HOUR)
    return RoutingProblem(
        TableWays([[round(math.dist(a, b) / 3) for b in where] for a in where]),
        tuple(
            Vehicle(
                shift=Window(8 * HOUR, 16 * HOUR),
                capacity_grams=60_000,
                most_trips=3,
                reload_seconds=600,
                rest=Rest(Window(12 * HOUR, 13 * HOUR), 1_800),
                locked=(number,),
            )
            for number in range(bikes)
        ),
        tuple(
            RoutingStop(
                point,
                load_grams=chance.randrange(1_000, 9_000),
                service_seconds=240,
                window=chance.choice([None, morning, late]),
                prize=chance.choice([None, None, 900]),
                vehicles=chance.choice([None, None, frozenset({point % bikes})]),
                elsewhere_cost=300,
            )
            for point in range(1, stops + 1)
        ),
    )


@pytest.mark.usefixtures("in_small_parts")
def test_a_day_in_parts_keeps_its_promises_and_comes_out_the_same_again() -> None:
    problem, effort = town(), Effort(iterations=3_000, seed=3)
    plan = PyVrp(helpers=2).optimise(problem, effort)
    assert faults(problem, plan) == []
    assert all(one.why is WhyUnserved.NOT_WORTH_IT for one in plan.unserved)
    assert plan.cost < NearestNeighbour().optimise(problem).cost
    with_time_to_spare = replace(effort, seconds=600)
    assert PyVrp(helpers=1).optimise(problem, with_time_to_spare) == plan


def test_a_day_of_a_hundred_is_searched_twice_and_the_better_plan_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem, effort = town(stops=120), Effort(iterations=300, seed=1)
    plan = PyVrp().optimise(problem, effort)
    assert faults(problem, plan) == []
    assert PyVrp().optimise(problem, effort) == plan
    monkeypatch.setattr(Crew, "improve", lambda *_: [None])  # no helper ever answers
    assert plan.cost < PyVrp().optimise(problem, effort).cost


@pytest.mark.usefixtures("in_small_parts")
def test_a_search_that_is_stopped_keeps_the_best_so_far_and_leaves_no_helper_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem, heard, helpers = town(), [], []

    class Seen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            helpers.append(self)

    monkeypatch.setattr(subprocess, "Popen", Seen)

    def enough(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) < 3

    plan = PyVrp(helpers=1).optimise(problem, Effort(seconds=60), enough)
    assert faults(problem, plan) == []
    assert heard[0].share_done == 0
    assert heard[-1].seconds < 30
    assert plan.cost <= heard[0].cost
    assert [helper.returncode is not None for helper in helpers] == [True]


def test_ten_thousand_at_one_point_are_planned_for_as_many_as_there_is_room() -> None:
    ways = TRAVEL.between([Location(6.45, 3.33)] * 10_001)
    bike = Vehicle(shift=Window(8 * HOUR, 16 * HOUR), capacity_grams=150_000, most_trips=2)
    stops = tuple(RoutingStop(point, 5_000, service_seconds=60) for point in range(1, 10_001))
    problem = RoutingProblem(ways, (bike,) * 3, stops)
    plan = NearestNeighbour().optimise(problem)
    assert faults(problem, plan) == []
    assert len(plan.unserved) == 10_000 - 3 * 2 * 30
    assert {one.why for one in plan.unserved} == {WhyUnserved.NO_ROOM_LEFT}
