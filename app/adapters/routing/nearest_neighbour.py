"""Routes by rule of thumb: the nearest stop next, crossings undone, what is left put in where it costs least.

Work that is to be shared evenly is one tour through all of it, cut into even pieces ("route first, cluster
second"; Beasley, 1983), so that neighbours mostly stay with one collector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from app.adapters.routing.insertion import Day, insert, take_out_unworthy
from app.adapters.routing.riding import ride
from app.adapters.routing.two_opt import uncross
from app.routing.answering import answer, out_of_reach
from app.routing.ports import Effort, Watch
from app.routing.problem import RoutingPlan, RoutingProblem, WhyUnserved
from app.routing.timeline import Legs, timetable
from app.routing.ways import Ways


class NearestNeighbour:
    """Deterministic, without randomness or search: some 100 stops in well under a second.

    `Effort` and `Watch` are not asked: it is done when it is done.
    """

    def optimise(
        self, problem: RoutingProblem, effort: Effort | None = None, watch: Watch | None = None
    ) -> RoutingPlan:
        del effort, watch
        leg = Legs(problem.ways)
        hopeless = out_of_reach(problem, leg)
        days, left_out = build(problem, leg, hopeless)
        return answer(problem, days, hopeless | left_out, leg)


def build(
    problem: RoutingProblem, leg: Legs, hopeless: Iterable[int]
) -> tuple[list[Day], dict[int, WhyUnserved]]:
    """Each vehicle's day, and what did not fit or was not worth it; `hopeless` stops are not tried."""
    out = {*hopeless, *problem.locked_to()}
    hopeful = [number for number in range(len(problem.stops)) if number not in out]
    days, left = _ride_all(problem, leg, hopeful)
    required = [number for number in hopeful if problem.stops[number].prize is None]
    left_out = insert(problem, days, _must_first(problem, left), leg)
    if len(required) < len(hopeful) and not left_out.keys().isdisjoint(required):
        # What may be left out took the room of what must be served: the latter alone first.
        days, left = _ride_all(problem, leg, required)
        optional = [number for number in hopeful if problem.stops[number].prize is not None]
        left_out = insert(problem, days, [*left, *optional], leg)
    return days, left_out | take_out_unworthy(problem, days, leg)


def _must_first(problem: RoutingProblem, stops: Iterable[int]) -> list[int]:
    return sorted(stops, key=lambda number: (problem.stops[number].prize is not None, number))


def _ride_all(problem: RoutingProblem, leg: Legs, stops: Sequence[int]) -> tuple[list[Day], list[int]]:
    """Each vehicle's day through `stops`, and those that fit nowhere."""
    mine = _shared_out(problem, stops)
    left = set(stops)
    days = []
    for number in range(len(problem.vehicles)):
        day = ride(problem, number, sorted(mine[number] & left), leg)
        left -= {stop for trip in day for stop in trip}
        days.append(_smoothed(problem, number, day, leg))
    return days, sorted(left)


def _shared_out(problem: RoutingProblem, stops: Sequence[int]) -> list[set[int]]:
    """Which stops each vehicle is to look at: its share where the work is to be even, else all it may serve.

    Stops with a choice of vehicles go to those of the nearest hub.
    """
    everybody = frozenset(range(len(problem.vehicles)))
    mine: list[set[int]] = [set() for _ in everybody]
    groups: dict[tuple[int, ...], list[int]] = {}
    nearest_hub = _nearest_hubs(problem, stops)
    for number in stops:
        able = problem.stops[number].vehicles or everybody
        at_hub = [one for one in able if problem.vehicles[one].hub == nearest_hub.get(number)]
        groups.setdefault(tuple(sorted(at_hub or able)), []).append(number)
    for riders, members in sorted(groups.items(), key=lambda group: (len(group[0]), group[0])):
        if problem.evenly and len(riders) > 1:
            order = _tour(problem, problem.vehicles[riders[0]].hub, members)
            busy = [len(mine[one]) + len(problem.vehicles[one].locked) for one in riders]
            for one, piece in zip(riders, _cut(order, busy), strict=True):
                mine[one].update(piece)
        else:
            for one in riders:
                mine[one].update(members)
    return mine


def _nearest_hubs(problem: RoutingProblem, stops: Sequence[int]) -> dict[int, int]:
    hubs = sorted({vehicle.hub for vehicle in problem.vehicles})
    if len(hubs) < 2 or not stops:  # noqa: PLR2004 - one is no choice
        return dict.fromkeys(stops, hubs[0]) if hubs else {}
    points = [problem.stops[number].point for number in stops]
    far = problem.ways.seconds(hubs, points) + problem.ways.seconds(points, hubs).T
    return {number: hubs[at] for number, at in zip(stops, np.argmin(far, axis=0), strict=True)}


def _tour(problem: RoutingProblem, hub: int, stops: Sequence[int]) -> list[int]:
    """All of `stops` in a good order, from `hub` and back, whatever their loads and windows."""
    points = [problem.stops[number].point for number in stops]
    order = [stops[at] for at in nearest_next(problem.ways, hub, points)]
    path = [hub, *(problem.stops[number].point for number in order), hub]
    return [order[at - 1] for at in uncross(problem.ways, path)[1:-1]]


def nearest_next(ways: Ways, start: int, points: Sequence[int]) -> list[int]:
    """Places within `points`, from `start` always to the nearest that is left."""
    left, all_points = np.arange(len(points)), np.asarray(points, dtype=np.int64)
    order, here = [], start
    while len(left):
        at = int(np.argmin(ways.seconds([here], all_points[left])[0]))
        order.append(int(left[at]))
        here = points[order[-1]]
        left = np.delete(left, at)
    return order


def _cut(tour: list[int], loads: list[int]) -> list[list[int]]:
    """Pieces of `tour`, in order, such that loads with them are as even as can be."""
    room = [0] * len(loads)
    for _ in tour:
        least = min(range(len(loads)), key=lambda vehicle: (loads[vehicle] + room[vehicle], vehicle))
        room[least] += 1
    pieces, start = [], 0
    for length in room:
        pieces.append(tour[start : start + length])
        start += length
    return pieces


def _smoothed(problem: RoutingProblem, number: int, day: Day, leg: Legs) -> Day:
    """The same trips with their crossings undone, as far as windows and the shift allow."""
    vehicle = problem.vehicles[number]
    locked, best = len(vehicle.locked), day
    done = timetable(problem, number, day, leg)
    for at, trip in enumerate(day):
        fixed = min(locked, len(trip))
        locked -= fixed
        points = [vehicle.hub if at else vehicle.sets_out_from]
        points += [*(problem.stops[stop].point for stop in trip), vehicle.hub]
        order = uncross(problem.ways, points[fixed:])[1:-1]
        turned = [list(one) for one in best]
        turned[at] = [*trip[:fixed], *(trip[fixed + place - 1] for place in order)]
        tried = timetable(problem, number, turned, leg)
        if tried is not None and (done is None or tried.travel_seconds < done.travel_seconds):
            best, done = turned, tried
    return best
