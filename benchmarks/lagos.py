"""A day in a made-up Lagos: kilometres per household and the share that is served, by how the day is planned.

Settlements of uneven size lie on both banks of a creek that few bridges cross, so that straight lines lie; four hubs,
sixty cargo bikes of three sizes with shifts, a break and several trips; three thousand households, of which most have
said yes and must be served, others may be. The same seed makes the same city. Compared are the rule of thumb, plain
PyVRP zone by zone (bikes dealt to settlements by their households, as dispatchers do), and ours. Example:

    .venv/bin/python -m benchmarks.lagos --budget 60 --json lagos.json

All get `--budget` seconds on all cores; plain PyVRP knows one core, so its zones get the cores' seconds in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyvrp
from rich.console import Console
from rich.table import Table

from app.adapters.routing.crew import cores
from app.adapters.routing.insertion import Day, insert
from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.parts import piece
from app.adapters.routing.pyvrp_model import Model
from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.adapters.routing.pyvrp_search import ridable
from app.routing.answering import answer, out_of_reach
from app.routing.checking import faults
from app.routing.ports import Effort
from app.routing.problem import Rest, RoutingPlan, RoutingProblem, RoutingStop, Vehicle, WhyUnserved, Window
from app.routing.timeline import Legs
from app.routing.ways import IntArray, Points

HOUR: Final = 3_600
WIDTH_METRES, DEPTH_METRES = 18_000, 12_000
DETOUR: Final = 1.3
METRES_PER_SECOND: Final = 12_000 / HOUR
BRIDGES_X: Final = (3_500.0, 9_000.0, 15_500.0)
HUBS: Final = ((3_000.0, 3_000.0), (12_000.0, 3_500.0), (5_000.0, 9_500.0), (14_500.0, 9_000.0))
SETTLEMENTS: Final = 26
MORNING, AFTERNOON, ALL_DAY = (
    Window(8 * HOUR, 12 * HOUR),
    Window(12 * HOUR, 16 * HOUR),
    Window(8 * HOUR, 16 * HOUR),
)


def creek(x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """How far north its middle runs."""
    at = np.asarray(x, dtype=np.float64)
    found: npt.NDArray[np.float64] = 6_000 + 900 * np.sin(at / 2_300) + 500 * np.sin(at / 900)
    return found


class CreekWays:
    """Straight lines with a detour on each bank; from bank to bank over whichever bridge is nearest by."""

    def __init__(self, where: npt.NDArray[np.float64]) -> None:
        self._where = where
        self._north = where[:, 1] > creek(where[:, 0])
        self._bridges = np.stack((np.array(BRIDGES_X), creek(BRIDGES_X)), axis=1)

    @property
    def size(self) -> int:
        return len(self._where)

    def metres(self, starts: Points, ends: Points) -> IntArray:
        a, b = np.asarray(starts, int), np.asarray(ends, int)
        here, there = self._where[a], self._where[b]
        far = _far(here, there)
        over = (_far(here, self._bridges)[:, :, None] + _far(self._bridges, there)[None, :, :]).min(axis=1)
        across = self._north[a][:, None] != self._north[b][None, :]
        found: IntArray = np.rint(DETOUR * np.where(across, over, far)).astype(np.int64)
        return found

    def seconds(self, starts: Points, ends: Points) -> IntArray:
        found: IntArray = np.rint(self.metres(starts, ends) / METRES_PER_SECOND).astype(np.int64)
        return found


def _far(here: npt.NDArray[np.float64], there: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = np.hypot(
        here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]
    )
    return found


@dataclass(frozen=True)
class City:
    problem: RoutingProblem
    zones: tuple[tuple[int, ...], ...]
    """The stops of each settlement."""


def city(seed: int, *, households: int = 3_000, bikes: int = 60) -> City:
    """The day's question; the same for the same arguments."""
    chance = np.random.default_rng(seed)
    centres = np.column_stack(
        (
            chance.uniform(800, WIDTH_METRES - 800, SETTLEMENTS),
            chance.uniform(800, DEPTH_METRES - 800, SETTLEMENTS),
        )
    )
    weights = 1 / np.arange(1, SETTLEMENTS + 1) ** 0.7
    home = np.sort(chance.choice(SETTLEMENTS, households, p=weights / weights.sum()))
    spread = chance.uniform(250, 900, SETTLEMENTS)[home]
    where = centres[home] + chance.normal(size=(households, 2)) * spread[:, None]
    north = centres[home, 1] > creek(centres[home, 0])
    bank = np.where(
        north,
        np.maximum(where[:, 1], creek(where[:, 0]) + 30),
        np.minimum(where[:, 1], creek(where[:, 0]) - 30),
    )
    ways = CreekWays(np.vstack((np.array(HUBS), np.column_stack((where[:, 0], bank)))))
    grams = np.rint(np.exp(chance.normal(np.log(4_500), 0.6, households))).astype(int).clip(500, 40_000)
    litres_per_kilogram = chance.uniform(6, 14, households)
    windows = chance.choice(3, SETTLEMENTS, p=[0.4, 0.25, 0.35])[home]
    asked = chance.random(households)
    stops = tuple(
        RoutingStop(
            len(HUBS) + at,
            load_grams=int(grams[at]),
            volume_millilitres=int(grams[at] * litres_per_kilogram[at]),
            service_seconds=int(chance.integers(240, 480)),
            window=(ALL_DAY, MORNING, AFTERNOON)[windows[at]],
            prize=None if asked[at] < 0.65 else int(chance.integers(180, 900)),
        )
        for at in range(households)
    )
    sizes = ((80_000, 700_000), (120_000, 1_100_000), (150_000, 1_500_000))
    vehicles = tuple(
        Vehicle(
            hub=number % len(HUBS),
            shift=ALL_DAY,
            capacity_grams=sizes[number % 3][0],
            capacity_millilitres=sizes[number % 3][1],
            rest=Rest(Window(11 * HOUR + 1_800, 13 * HOUR), 1_800),
            most_trips=4,
            reload_seconds=900,
        )
        for number in range(bikes)
    )
    zones = tuple(tuple(np.flatnonzero(home == zone).tolist()) for zone in range(SETTLEMENTS))
    return City(RoutingProblem(ways, vehicles, stops), tuple(zone for zone in zones if zone))


def rule_of_thumb(asked: City, seconds: float, seed: int) -> RoutingPlan:
    del seconds, seed
    return NearestNeighbour().optimise(asked.problem)


def ours(asked: City, seconds: float, seed: int) -> RoutingPlan:
    return PyVrp().optimise(asked.problem, Effort(seconds=seconds, seed=seed))


def zone_by_zone(asked: City, seconds: float, seed: int) -> RoutingPlan:
    """Bikes go to zones by how many stops each bike has there so far; then each zone is PyVRP's alone."""
    problem, zones = asked.problem, asked.zones
    leg = Legs(problem.ways)
    hopeless = out_of_reach(problem, leg)
    bikes = _dealt(problem, zones)
    days: list[Day] = [[] for _ in problem.vehicles]
    for zone, mine in zip(zones, bikes, strict=True):
        part = piece(problem, days, mine, [stop for stop in zone if stop not in hopeless])
        small = Legs(part.problem.ways)
        model = Model(part.problem, range(len(part.stops)), small)
        if not model.worth_asking:
            continue  # more zones than bikes
        ends = time.perf_counter() + seconds * cores() * len(zone) / len(problem.stops)
        found = pyvrp.solve(
            model.data, lambda _, ends=ends: time.perf_counter() >= ends, seed, collect_stats=False
        )
        inside = ridable(part.problem, model.days_of(found.best, part.days), small)
        for number, day in part.days_outside(inside).items():
            days[number] = day
    served = {stop for day in days for trip in day for stop in trip}
    left_out = dict(hopeless)
    for zone, mine in zip(zones, bikes, strict=True):
        missing = [stop for stop in zone if stop not in served and stop not in hopeless]
        part = piece(problem, days, mine, missing)
        put = [[list(trip) for trip in day] for day in part.days]
        first = len(part.stops) - len(missing)
        reasons = insert(part.problem, put, range(first, len(part.stops)), Legs(part.problem.ways))
        for number, day in part.days_outside(put).items():
            days[number] = day
        left_out |= {part.stops[stop]: why for stop, why in reasons.items()}
    return answer(problem, days, left_out, leg)


def _dealt(problem: RoutingProblem, zones: Sequence[Sequence[int]]) -> list[list[int]]:
    """Each bike to a zone: the one with most stops per bike chooses next, a bike of the hub that is nearest."""
    bikes: list[list[int]] = [[] for _ in zones]
    free = list(range(len(problem.vehicles)))
    while free:
        zone = max(range(len(zones)), key=lambda one: (len(zones[one]) / (len(bikes[one]) + 0.5), -one))
        middle = problem.stops[zones[zone][len(zones[zone]) // 2]].point
        hubs = [problem.vehicles[number].hub for number in free]
        nearest = int(np.argmin(problem.ways.seconds(hubs, [middle])[:, 0]))
        bikes[zone].append(free.pop(nearest))
    return bikes


PLANNERS: Final[dict[str, Callable[[City, float, int], RoutingPlan]]] = {
    "nearest-neighbour": rule_of_thumb,
    "pyvrp per zone": zone_by_zone,
    "weighback": ours,
}


@dataclass(frozen=True)
class Outcome:
    kilometres_per_household: float
    served_share: float
    must_be_served_but_is_not: int
    no_room_left: int
    cost_hours: float
    faults: int
    seconds: float
    load: float


def measure(asked: City, planner: str, seconds: float, seed: int) -> Outcome:
    load, began = os.getloadavg()[0], time.perf_counter()
    plan = PLANNERS[planner](asked, seconds, seed)
    took = time.perf_counter() - began
    problem = asked.problem
    served = len(problem.stops) - len(plan.unserved)
    metres = sum(done.travel_metres for done in plan.rounds)
    return Outcome(
        kilometres_per_household=round(metres / 1_000 / max(served, 1), 4),
        served_share=round(served / len(problem.stops), 4),
        must_be_served_but_is_not=sum(problem.stops[one.stop].prize is None for one in plan.unserved),
        no_room_left=sum(one.why is WhyUnserved.NO_ROOM_LEFT for one in plan.unserved),
        cost_hours=round(plan.cost / HOUR, 2),
        faults=len(faults(problem, plan)),
        seconds=round(took, 1),
        load=round(load, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks.lagos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--budget", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1, help="of the city and of the search")
    parser.add_argument("--households", type=int, default=3_000)
    parser.add_argument("--bikes", type=int, default=60)
    parser.add_argument("--planners", default=",".join(PLANNERS))
    parser.add_argument("--json", type=Path, help="where to write the figures")
    asked = parser.parse_args()
    here = city(asked.seed, households=asked.households, bikes=asked.bikes)
    table = Table(
        "planner", "km a home", "served", "must, not", "no room", "cost h", "faults", "seconds", "load"
    )
    figures = {}
    for planner in asked.planners.split(","):
        outcome = measure(here, planner, asked.budget, asked.seed)
        figures[planner] = vars(outcome)
        table.add_row(planner, *map(str, vars(outcome).values()))
    Console(stderr=True).print(table)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
