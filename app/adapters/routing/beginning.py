"""Where a search begins: from the routes that there are, from savings, or by the nearest neighbour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.adapters.routing.insertion import Day, insert
from app.adapters.routing.nearest_neighbour import build
from app.adapters.routing.savings import join
from app.routing.problem import RoutingProblem
from app.routing.timeline import Legs, fits_aboard, locked_trips, tidy, timetable
from app.routing.ways import IntArray

_PLENTY = 2**40


def begin(problem: RoutingProblem, leg: Legs, stops: Sequence[int], near: IntArray) -> list[Day]:
    """Days through as many of `stops` as fit. `near` is what `nearest` says of their points."""
    if any(vehicle.present for vehicle in problem.vehicles):
        return _as_today(problem, leg, stops)
    if not problem.evenly and problem.vehicles and _is_plain(problem, stops):
        days = _by_savings(problem, leg, stops, near)
        if days is not None:
            return days
    hopeless = set(range(len(problem.stops))).difference(stops)
    days, _ = build(problem, leg, hopeless)
    return days


def _as_today(problem: RoutingProblem, leg: Legs, stops: Sequence[int]) -> list[Day]:
    """In the present order as far as it can be kept, all others where they cost least."""
    left = set(stops)
    days = []
    for number, vehicle in enumerate(problem.vehicles):
        day = locked_trips(problem, number)
        for stop in vehicle.present:
            if stop not in left or not problem.stops[stop].may_be_served_by(number):
                continue
            for longer in ([*day[:-1], [*day[-1], stop]], [*day, [stop]]):
                if len(longer) > max(vehicle.most_trips, len(day)) or not fits_aboard(
                    problem, number, longer
                ):
                    continue
                if timetable(problem, number, longer, leg) is not None:
                    day = longer
                    left.discard(stop)
                    break
        days.append(tidy(problem, number, day))
    others = sorted(left, key=lambda stop: (problem.stops[stop].prize is not None, stop))
    insert(problem, days, others, leg)
    return days


def _is_plain(problem: RoutingProblem, stops: Sequence[int]) -> bool:
    """Whether loads alone decide what goes together: one fleet at one hub, no windows, nobody's own stops."""
    kinds = {
        (
            one.hub,
            one.start,
            one.shift,
            one.capacity_grams,
            one.capacity_millilitres,
            one.rest,
            one.most_trips,
        )
        for one in problem.vehicles
    }
    free = all(
        not one.locked and not one.aboard_grams and not one.aboard_millilitres for one in problem.vehicles
    )
    return (
        len(kinds) == 1
        and free
        and problem.vehicles[0].sets_out_from == problem.vehicles[0].hub
        and all(
            stop.window is None and stop.prize is None and stop.vehicles is None and not stop.released_seconds
            for stop in (problem.stops[number] for number in stops)
        )
    )


def _by_savings(problem: RoutingProblem, leg: Legs, stops: Sequence[int], near: IntArray) -> list[Day] | None:
    """Trips by savings, the longest first to whoever has most time left; None where they need more vehicles."""
    one = problem.vehicles[0]
    loads = np.array(
        [(problem.stops[stop].load_grams, problem.stops[stop].volume_millilitres) for stop in stops]
    )
    room = [_PLENTY if most is None else most for most in (one.capacity_grams, one.capacity_millilitres)]
    points = [problem.stops[stop].point for stop in stops]
    routes = join(problem.ways, one.hub, points, loads=loads.reshape(-1, 2), room=room, near=near)
    trips = [[stops[at] for at in route] for route in routes]
    lengths = {}
    for at, trip in enumerate(trips):
        alone = timetable(problem, 0, [trip], leg)
        if alone is None:
            return None
        lengths[at] = alone.travel_seconds + sum(problem.stops[stop].service_seconds for stop in trip)
    days: list[Day] = [[] for _ in problem.vehicles]
    busy = [0] * len(days)
    for at in sorted(lengths, key=lambda at: (-lengths[at], at)):
        able = [number for number in range(len(days)) if len(days[number]) < one.most_trips]
        for number in sorted(able, key=lambda number: (busy[number], number)):
            if timetable(problem, number, [*days[number], trips[at]], leg) is not None:
                days[number].append(trips[at])
                busy[number] += lengths[at] + one.reload_seconds
                break
        else:
            return None
    return days
