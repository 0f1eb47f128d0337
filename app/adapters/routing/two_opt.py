"""Crossings undone: stretches of a path turned round as long as that makes it shorter (2-opt; Croes, 1958)."""

from __future__ import annotations

from collections.abc import Sequence

from app.routing.ways import Ways, nearest

_NEIGHBOURS = 12
"""How many of a stop's nearest are tried as its next; more gains next to nothing and costs time."""
_LONGEST = 1_500
"""Points; a longer path is left as it is, since turning round its stretches takes too long."""

Costs = Sequence[Sequence[int]]


def uncross(ways: Ways, points: Sequence[int]) -> list[int]:
    """Places within `points` in a better order; the first and the last stay.

    There and back is what counts: turning a stretch round turns its ways round, and one-way streets rarely
    change who is next.
    """
    order = list(range(len(points)))
    if len(points) < 4 or len(points) > _LONGEST:  # noqa: PLR2004 - two ends and two between
        return order
    there = ways.seconds(points, points)
    near = nearest(ways, points, _NEIGHBOURS).tolist()
    return _turn_round((there + there.T).tolist(), order, near)


def _turn_round(costs: Costs, path: list[int], near: Sequence[Sequence[int]]) -> list[int]:
    last = len(path) - 1
    place = {point: index for index, point in enumerate(path) if 0 < index < last}
    restless = list(place)
    waiting = set(restless)
    while restless:
        point = restless.pop()
        waiting.discard(point)
        turned = _best_turn(costs, path, place, point, near[point])
        if turned is None:
            continue
        low, high = turned
        path[low : high + 1] = reversed(path[low : high + 1])
        for index in range(low, high + 1):
            place[path[index]] = index
        for one in (path[low - 1], path[low], path[high], path[high + 1]):
            if one in place and one not in waiting:
                restless.append(one)
                waiting.add(one)
    return path


def _best_turn(
    costs: Costs, path: list[int], place: dict[int, int], point: int, near: Sequence[int]
) -> tuple[int, int] | None:
    """The stretch whose turning gains most by making `point` and one of its nearest neighbours, or an end of
    the path, follow each other.
    """
    here = place[point]
    best, gain_best = None, 0
    # Each stretch puts `point` beside a neighbour, or beside the first or last point of the path.
    candidates = [(1, here), (here, len(path) - 2)]
    for other in near:
        there = place.get(other)
        if there is not None:
            low, high = min(here, there), max(here, there)
            candidates += [(low + 1, high), (low, high - 1)]
    for low, high in candidates:
        if low >= high:
            continue
        before, after = path[low - 1], path[high + 1]
        gain = (
            costs[before][path[low]]
            + costs[path[high]][after]
            - costs[before][path[high]]
            - costs[path[low]][after]
        )
        if gain > gain_best:
            best, gain_best = (low, high), gain
    return best
