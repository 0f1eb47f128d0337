"""The engines that are compared: each gets a routing problem and seconds, and gives routes.

Others are used as their makers show it: PyVRP's `solve`, VROOM with as many threads as cores (at its highest
exploration level up to 1,000 stops; at the lowest beyond, where the highest does not answer in minutes), OR-Tools with
guided local search. Reading the file is not counted, all else is.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pyvrp
import vroom
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from app.adapters.routing.crew import cores
from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.pyvrp_model import Model
from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.routing.answering import FOREVER
from app.routing.ports import Effort, RouteOptimiser
from app.routing.problem import RoutingPlan, RoutingProblem
from app.routing.timeline import Legs
from benchmarks.routing_instances import Instance, Routes

_VROOM_LEVEL, _VROOM_LARGE_LEVEL, _VROOM_LARGE_STOPS = 5, 0, 1_000
_TABLE_STOPS: Final = 4_500
"""Up to so many, OR-Tools gets a table; beyond, its lists of lists would take gigabytes, and it asks for each way."""


class CannotDo(Exception):
    """The engine knows nothing of what the instance asks."""


def weighback(instance: Instance, seconds: float, seed: int) -> Routes:
    return _routes(PyVrp().optimise(instance.problem, Effort(seconds=seconds, seed=seed)))


def nearest_neighbour(instance: Instance, seconds: float, seed: int) -> Routes:
    del seconds, seed
    optimiser: RouteOptimiser = NearestNeighbour()
    return _routes(optimiser.optimise(instance.problem))


def plain_pyvrp(instance: Instance, seconds: float, seed: int) -> Routes:
    ends = time.perf_counter() + seconds
    problem = instance.problem
    model = Model(problem, range(len(problem.stops)), Legs(problem.ways), strict=True)
    found = pyvrp.solve(model.data, lambda _: time.perf_counter() >= ends, seed, collect_stats=False)
    return model.days_of(found.best, [[] for _ in problem.vehicles])


def plain_vroom(instance: Instance, seconds: float, seed: int) -> Routes:
    del seed  # it has none
    problem = instance.problem
    if problem.vehicles[0].most_trips > 1:
        raise CannotDo("one trip a vehicle")
    if any(stop.prize is not None for stop in problem.stops):
        raise CannotDo("no prizes")
    everything = range(problem.ways.size)
    asked = vroom.Input()
    asked.set_durations_matrix("car", problem.ways.seconds(everything, everything))
    for number, vehicle in enumerate(problem.vehicles):
        window = None
        if vehicle.shift.closes_seconds < FOREVER:
            window = vroom.TimeWindow(vehicle.shift.opens_seconds, vehicle.shift.closes_seconds)
        capacity = [vehicle.capacity_grams]
        asked.add_vehicle(
            vroom.Vehicle(number, start=vehicle.hub, end=vehicle.hub, capacity=capacity, time_window=window)
        )
    for number, stop in enumerate(problem.stops):
        windows = []
        if stop.window:
            windows = [vroom.TimeWindow(stop.window.opens_seconds, stop.window.closes_seconds)]
        asked.add_job(
            vroom.Job(
                number,
                stop.point,
                default_service=stop.service_seconds,
                pickup=vroom.Amount([stop.load_grams]),
                time_windows=windows,
            )
        )
    level = _VROOM_LEVEL if len(problem.stops) <= _VROOM_LARGE_STOPS else _VROOM_LARGE_LEVEL
    found = asked.solve(level, nb_threads=cores(), timeout=timedelta(seconds=seconds)).to_dict()
    return [[[step["id"] for step in route["steps"] if step["type"] == "job"]] for route in found["routes"]]


def plain_ortools(instance: Instance, seconds: float, seed: int) -> Routes:
    del seed  # it has none
    problem = instance.problem
    if problem.vehicles[0].most_trips > 1:
        raise CannotDo("one trip a vehicle, unless the hub is copied")
    ends = time.perf_counter() + seconds
    manager = pywrapcp.RoutingIndexManager(problem.ways.size, len(problem.vehicles), problem.vehicles[0].hub)
    routing = pywrapcp.RoutingModel(manager)
    way = _register_ways(problem, routing, manager)
    routing.SetArcCostEvaluatorOfAllVehicles(way)
    loads = [0] * problem.ways.size
    for stop in problem.stops:
        loads[stop.point] = stop.load_grams
        if stop.prize is not None:
            routing.AddDisjunction([manager.NodeToIndex(stop.point)], stop.prize)
    capacities = [vehicle.capacity_grams or 0 for vehicle in problem.vehicles]
    routing.AddDimensionWithVehicleCapacity(
        routing.RegisterUnaryTransitVector(loads), 0, capacities, True, "load"
    )
    if problem.vehicles[0].shift.closes_seconds < FOREVER:
        _add_time(problem, routing, manager)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.SAVINGS
    if problem.vehicles[0].shift.closes_seconds < FOREVER:
        how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(max(1, round(1000 * (ends - time.perf_counter()))))
    found = routing.SolveWithParameters(how)
    if found is None:
        raise CannotDo("no plan within the time")
    return _read_ortools(problem, routing, manager, found)


def _register_ways(problem: RoutingProblem, routing: Any, manager: Any) -> int:
    everything = range(problem.ways.size)
    if len(problem.stops) <= _TABLE_STOPS:
        return int(routing.RegisterTransitMatrix(problem.ways.seconds(everything, everything).tolist()))

    nodes = [manager.IndexToNode(index) for index in range(routing.Size() + len(problem.vehicles))]
    table = array("i")
    for point in everything:
        table.frombytes(problem.ways.seconds([point], everything).astype(np.int32).tobytes())

    def way(start: int, end: int) -> int:
        return int(table[nodes[start] * problem.ways.size + nodes[end]])

    return int(routing.RegisterTransitCallback(way))


def _add_time(problem: RoutingProblem, routing: Any, manager: Any) -> None:
    everything = range(problem.ways.size)
    table = problem.ways.seconds(everything, everything)
    for stop in problem.stops:
        table[stop.point, :] += stop.service_seconds
    latest = max(vehicle.shift.closes_seconds for vehicle in problem.vehicles)
    routing.AddDimension(routing.RegisterTransitMatrix(table.tolist()), latest, latest, False, "time")
    times = routing.GetDimensionOrDie("time")
    for stop in problem.stops:
        if stop.window:
            index = manager.NodeToIndex(stop.point)
            times.CumulVar(index).SetRange(stop.window.opens_seconds, stop.window.closes_seconds)


def _read_ortools(problem: RoutingProblem, routing: Any, manager: Any, found: Any) -> Routes:
    stop_at = {stop.point: number for number, stop in enumerate(problem.stops)}
    routes: Routes = []
    for vehicle in range(len(problem.vehicles)):
        index, trip = routing.Start(vehicle), []
        while not routing.IsEnd(index):
            point = manager.IndexToNode(index)
            if point in stop_at:
                trip.append(stop_at[point])
            index = found.Value(routing.NextVar(index))
        routes.append([trip])
    return routes


def _routes(plan: RoutingPlan) -> Routes:
    return [[[visit.stop for visit in trip.visits] for trip in done.trips] for done in plan.rounds]


ENGINES: Final[dict[str, Callable[[Instance, float, int], Routes]]] = {
    "weighback": weighback,
    "pyvrp": plain_pyvrp,
    "vroom": plain_vroom,
    "ortools": plain_ortools,
    "nearest-neighbour": nearest_neighbour,
}
