"""From the trips that a search found to the plan that people get: times, costs, and why a stop is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.routing.checking import cost_of
from app.routing.problem import (
    RoutingPlan,
    RoutingProblem,
    RoutingStop,
    Unserved,
    Vehicle,
    WhyUnserved,
    Window,
)
from app.routing.timeline import Legs, Trips, exceeds, timetable, with_metres

FOREVER = 2**40
_ALWAYS = Window(0, FOREVER)


def answer(
    problem: RoutingProblem, days: Sequence[Trips], left_out: Mapping[int, WhyUnserved], leg: Legs
) -> RoutingPlan:
    """The plan of these trips, vehicle by vehicle; each round must be one that `timetable` can keep.

    Raises `ValueError` where one cannot be kept.
    """
    rounds = []
    for number, (vehicle, trips) in enumerate(zip(problem.vehicles, days, strict=True)):
        done = timetable(problem, number, trips, leg)
        if done is None:
            raise ValueError(f"the round of vehicle {number} cannot be ridden in its time")
        rounds.append(with_metres(problem.ways, vehicle, problem, done))
    unserved = tuple(Unserved(stop, left_out[stop]) for stop in sorted(left_out))
    plan = RoutingPlan(tuple(rounds), unserved, 0)
    return replace(plan, cost=cost_of(problem, plan))


def out_of_reach(problem: RoutingProblem, leg: Legs) -> dict[int, WhyUnserved]:
    """The stops that no vehicle could serve on an empty day, each with the reason."""
    locked = problem.locked_to()
    kinds: dict[Vehicle, list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        kinds.setdefault(_empty(vehicle), []).append(number)
    everybody = list(kinds)
    found = {}
    for number, stop in enumerate(problem.stops):
        if number in locked:
            continue
        able = everybody
        if stop.vehicles is not None and stop.elsewhere_cost is None:
            able = [kind for kind, members in kinds.items() if not stop.vehicles.isdisjoint(members)]
        why = _why_not(problem, stop, able, leg)
        if why is not None:
            found[number] = why
    return found


def _empty(vehicle: Vehicle) -> Vehicle:
    """The same vehicle with nothing to do yet."""
    clear = replace(vehicle, aboard_grams=0, aboard_millilitres=0, locked=(), present=(), fixed_cost=0)
    return replace(clear, most_trips=1)


def _why_not(
    problem: RoutingProblem, stop: RoutingStop, able: Iterable[Vehicle], leg: Legs
) -> WhyUnserved | None:
    able = list(able)
    if not able:
        return WhyUnserved.NO_VEHICLE
    able = [one for one in able if not exceeds(stop.load_grams, one.capacity_grams)]
    if not able:
        return WhyUnserved.TOO_HEAVY
    able = [one for one in able if not exceeds(stop.volume_millilitres, one.capacity_millilitres)]
    if not able:
        return WhyUnserved.TOO_BULKY
    if any(_alone(problem, stop, one, leg) for one in able):
        return None
    whenever = replace(stop, window=None, released_seconds=0)
    if any(_alone(problem, whenever, one, leg) for one in able):
        return WhyUnserved.OUT_OF_HOURS
    return WhyUnserved.TOO_FAR


def _alone(problem: RoutingProblem, stop: RoutingStop, vehicle: Vehicle, leg: Legs) -> bool:
    """Whether an empty day of `vehicle` has room for `stop`."""
    lone = RoutingProblem(problem.ways, (vehicle,), (replace(stop, vehicles=None),))
    return timetable(lone, 0, [[0]], leg) is not None
