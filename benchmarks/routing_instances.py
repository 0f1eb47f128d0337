"""Public routing instances in the VRPLIB format, as routing problems, by the conventions of their families.

Capacity alone (CVRP: Uchoa et al. 2017; Arnold, Gendreau and Sörensen 2019): distances rounded to whole numbers.
Time windows (Gehring and Homberger 1999), prizes, and several trips with release times (Yang 2024): everything
times ten, distances cut off. With prizes, a plan costs its distance and the prizes that it leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import vrplib

from app.routing.answering import FOREVER, answer
from app.routing.checking import faults
from app.routing.problem import RoutingProblem, RoutingStop, Unserved, Vehicle, WhyUnserved, Window
from app.routing.timeline import Legs, tidy
from app.routing.ways import IntArray, Points

TENFOLD: Final = 10
_VEHICLES_OVER_BOUND: Final = 1.3
"""Where an instance names no number of vehicles: so many times those that the loads need, and three."""

Routes = list[list[list[int]]]
"""Vehicle by vehicle, trip by trip, the numbers of stops (0 is the first client)."""


class PlaneWays:
    """Straight lines in the plane, rounded as the family asks; seconds and metres are one."""

    def __init__(self, where: npt.ArrayLike, factor: int) -> None:
        self._where = np.asarray(where, dtype=np.float64)
        self._factor = factor

    @property
    def size(self) -> int:
        return len(self._where)

    def seconds(self, starts: Points, ends: Points) -> IntArray:
        here, there = self._where[np.asarray(starts, int)], self._where[np.asarray(ends, int)]
        far = np.square(here[:, None, 0] - there[None, :, 0])
        far += np.square(here[:, None, 1] - there[None, :, 1])
        np.sqrt(far, out=far)
        found: IntArray = (np.rint(far) if self._factor == 1 else far * self._factor).astype(np.int64)
        return found

    metres = seconds


@dataclass(frozen=True)
class Instance:
    name: str
    kind: str
    problem: RoutingProblem
    best_known: Routes | None

    @property
    def stops(self) -> int:
        return len(self.problem.stops)


@dataclass(frozen=True)
class Judged:
    """What an independent checker says of routes."""

    cost: int
    feasible: bool
    faults: list[str]


def read(path: Path) -> Instance:
    """The instance in `path`, with the routes of the `.sol` file beside it, where there is one."""
    raw: dict[str, Any] = vrplib.read_instance(str(path), compute_edge_weights=False)
    kind = str(raw["type"]).strip().strip('"')
    factor = 1 if kind == "CVRP" else TENFOLD
    ways = PlaneWays(raw["node_coord"], factor)
    stops = tuple(_stop(raw, point, factor) for point in range(1, ways.size))
    problem = RoutingProblem(ways, _vehicles(raw, kind, stops, factor), stops)
    solution = path.with_suffix(".sol")
    best = _routes(vrplib.read_solution(str(solution))["routes"]) if solution.exists() else None
    return Instance(path.stem, kind, problem, best)


def judge(instance: Instance, routes: Routes) -> Judged:
    """Cost and faults of `routes`, by their stops alone: times, loads and costs are worked out anew."""
    problem = instance.problem
    if len(routes) > len(problem.vehicles):
        return Judged(0, feasible=False, faults=[f"{len(routes)} vehicles of {len(problem.vehicles)}"])
    days = [tidy(problem, number, day) for number, day in enumerate(routes)]
    days += [[] for _ in range(len(problem.vehicles) - len(days))]
    served = {stop for day in days for trip in day for stop in trip}
    out = {number: WhyUnserved.NO_ROOM_LEFT for number in range(len(problem.stops)) if number not in served}
    try:
        plan = answer(problem, days, out, Legs(problem.ways))
    except ValueError as error:
        return Judged(0, feasible=False, faults=[str(error)])
    wrong = faults(problem, plan) + [
        _missing(one) for one in plan.unserved if problem.stops[one.stop].prize is None
    ]
    return Judged(plan.cost, feasible=not wrong, faults=wrong)


def _missing(one: Unserved) -> str:
    return f"stop {one.stop} is not served"


def _stop(raw: dict[str, Any], point: int, factor: int) -> RoutingStop:
    window = None
    if "time_window" in raw:
        opens, closes = raw["time_window"][point]
        window = Window(int(opens) * factor, int(closes) * factor)
    prizes, releases = raw.get("prize"), raw.get("release_time")
    service = raw.get("service_time", 0)
    return RoutingStop(
        point,
        load_grams=int(raw["demand"][point]),
        service_seconds=int(service if np.ndim(service) == 0 else service[point]) * factor,
        window=window,
        prize=None if prizes is None else int(prizes[point]) * factor,
        released_seconds=0 if releases is None else int(releases[point]) * factor,
    )


def _vehicles(
    raw: dict[str, Any], kind: str, stops: Sequence[RoutingStop], factor: int
) -> tuple[Vehicle, ...]:
    capacity = int(raw["capacity"])
    needed = math.ceil(sum(stop.load_grams for stop in stops) / capacity)
    count = int(raw.get("vehicles", _VEHICLES_OVER_BOUND * needed + 3))
    shift = Window(0, FOREVER)
    if "time_window" in raw:
        opens, closes = raw["time_window"][0]
        shift = Window(int(opens) * factor, int(closes) * factor)
    most_trips = len(stops) if kind.startswith("MT") else 1
    return (Vehicle(shift=shift, capacity_grams=capacity, most_trips=most_trips),) * count


def _routes(routes: Sequence[Sequence[int]]) -> Routes:
    """A depot (0) inside a route is a return to it."""
    found: Routes = []
    for route in routes:
        trips: list[list[int]] = [[]]
        for client in route:
            if client:
                trips[-1].append(client - 1)
            else:
                trips.append([])
        found.append(trips)
    return found
