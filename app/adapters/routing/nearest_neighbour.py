"""Routes by rule of thumb: the nearest stop next, then crossings undone (2-opt; Croes, 1958).

Several vehicles share one tour through all free stops, cut into even pieces ("route first, cluster second";
Beasley, 1983), so that neighbours mostly stay with one collector.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.routing.ports import RoutingFailed, RoutingProblem

_NEIGHBOURS = 12
"""How many of a stop's nearest are tried as its next; more gains next to nothing and costs time."""

Costs = Sequence[Sequence[int]]


class NearestNeighbour:
    """Deterministic, without randomness or time limits: some 100 stops in well under a second."""

    def optimise(self, problem: RoutingProblem) -> list[tuple[int, ...]]:
        if problem.stops and not problem.vehicles:
            raise RoutingFailed("there are stops and no vehicle")
        costs = _both_ways(problem.ways.seconds)
        spoken_for = {stop for vehicle in problem.vehicles for stop in vehicle.fixed}
        free = [stop for stop in problem.stops if stop not in spoken_for]
        pieces = _cut(_tour(costs, 0, free), [len(vehicle.fixed) for vehicle in problem.vehicles])
        return [
            tuple(_tour(costs, vehicle.start, sorted((*vehicle.fixed, *piece))))
            for vehicle, piece in zip(problem.vehicles, pieces, strict=True)
        ]


def _both_ways(seconds: Costs) -> Costs:
    """The sum of there and back: 2-opt turns stretches round, and one-way streets rarely change who is next."""
    size = range(len(seconds))
    return [[seconds[row][column] + seconds[column][row] for column in size] for row in size]


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


def _tour(costs: Costs, start: int, stops: Sequence[int]) -> list[int]:
    """`stops` in a good order, from `start` and back to the hub (point 0)."""
    if not stops:
        return []
    return _uncross(costs, [start, *_nearest_next(costs, start, stops), 0])[1:-1]


def _nearest_next(costs: Costs, start: int, stops: Sequence[int]) -> list[int]:
    left = dict.fromkeys(stops)
    order, here = [], start
    while left:
        here = min(left, key=lambda stop: (costs[here][stop], stop))
        del left[here]
        order.append(here)
    return order


def _uncross(costs: Costs, path: list[int]) -> list[int]:
    """`path` with stretches turned round as long as that makes it shorter; its two ends stay."""
    inner = path[1:-1]
    near = {
        stop: sorted((other for other in inner if other != stop), key=lambda other: costs[stop][other])[
            :_NEIGHBOURS
        ]
        for stop in inner
    }
    place = {stop: index for index, stop in enumerate(path) if 0 < index < len(path) - 1}
    restless = list(inner)
    while restless:
        stop = restless.pop()
        turned = _best_turn(costs, path, place, stop, near[stop])
        if turned is None:
            continue
        first, last = turned
        path[first : last + 1] = reversed(path[first : last + 1])
        for index in range(first, last + 1):
            place[path[index]] = index
        touched = (path[first - 1], path[first], path[last], path[last + 1])
        restless.extend(one for one in touched if one in place and one not in restless)
    return path


def _best_turn(
    costs: Costs, path: list[int], place: dict[int, int], stop: int, near: Sequence[int]
) -> tuple[int, int] | None:
    """The stretch whose turning gains most by making `stop` and one of its nearest neighbours, or an end of
    the path, follow each other.
    """
    here = place[stop]
    best, gain_best = None, 0
    last_inner = len(path) - 2
    # Each stretch puts `stop` beside a neighbour, or beside the start or the hub at the path's ends.
    candidates = [(1, here), (here, last_inner)]
    for other in near:
        there = place[other]
        low, high = min(here, there), max(here, there)
        candidates += [(low + 1, high), (low, high - 1)]
    for first, last in candidates:
        if first >= last:
            continue
        before, after = path[first - 1], path[last + 1]
        gain = (
            costs[before][path[first]]
            + costs[path[last]][after]
            - costs[before][path[last]]
            - costs[path[first]][after]
        )
        if gain > gain_best:
            best, gain_best = (first, last), gain
    return best
