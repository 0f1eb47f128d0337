"""Routes by savings: every stop a route of its own, then joined end to end where that saves most.

Clarke and Wright (1964), with the savings of near neighbours alone: ten thousand stops in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.routing.ways import IntArray, Ways


def join(
    ways: Ways,
    hub: int,
    points: Sequence[int],
    *,
    loads: IntArray,
    room: Sequence[int],
    near: IntArray,
) -> list[list[int]]:
    """Routes from `hub` and back, as places within `points`.

    `loads` has a row per point and a column per dimension of `room`, the capacity of any one vehicle. `near`
    is what `nearest` says of `points`.
    """
    firsts, seconds = _by_saving(ways, hub, np.asarray(points, dtype=np.int64), near)
    routes: dict[int, list[int]] = {at: [at] for at in range(len(points))}
    owner = list(range(len(points)))
    carried = [list(map(int, row)) for row in loads]
    for first, second in zip(firsts, seconds, strict=True):
        one, other = owner[first], owner[second]
        if one == other:
            continue
        ours, theirs = routes[one], routes[other]
        # Only ends can be joined: `first` must come last in its route, `second` first in the other.
        if first == ours[0]:
            ours.reverse()
        if second == theirs[-1]:
            theirs.reverse()
        if ours[-1] != first or theirs[0] != second:
            continue
        if any(a + b > most for a, b, most in zip(carried[one], carried[other], room, strict=True)):
            continue
        carried[one] = [a + b for a, b in zip(carried[one], carried[other], strict=True)]
        for at in theirs:
            owner[at] = one
        ours += theirs
        del routes[other]
    return list(routes.values())


def _by_saving(ways: Ways, hub: int, points: IntArray, near: IntArray) -> tuple[list[int], list[int]]:
    """Pairs of places, those first whose joining saves most."""
    out, back = ways.seconds([hub], points)[0], ways.seconds(points, [hub])[:, 0]
    rows = np.arange(len(points))[:, None]
    between = np.empty_like(near)
    for first in range(0, len(points), 256):
        some = slice(first, first + 256)
        ends, inverse = np.unique(near[some], return_inverse=True)
        block = ways.seconds(points[some], points[ends])
        between[some] = np.take_along_axis(block, inverse.reshape(near[some].shape), axis=1)
    savings = back[:, None] + out[near] - between
    pairs = np.broadcast_to(rows, near.shape)
    order = np.argsort(-savings, axis=None, kind="stable")
    return pairs.ravel()[order].tolist(), near.ravel()[order].tolist()
