"""Which rounds a hub has, and whose turn each is. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from uuid import UUID


@dataclass(frozen=True)
class Area:
    """A zone as seen from its hub."""

    zone_id: UUID
    bearing_degrees: float
    homes: int
    """Households that are served there."""


Round = tuple[UUID, ...]
"""The zones of one round. A zone may be in several rounds: then those who have them share it."""


def form_rounds(areas: Sequence[Area], count: int) -> list[Round]:
    """`count` rounds over all `areas`, as even in homes as can be.

    Where there are more zones than rounds, neighbours (by bearing from the hub) go together, cut so that the
    largest round is as small as possible; the sweep of Gillett and Miller (1974). Where there are fewer, the
    zones with most homes have several rounds, by D'Hondt's highest averages, each zone at least one.
    """
    if not areas or count < 1:
        return []
    if len(areas) < count:
        return _shared(areas, count)
    ring = _from_widest_gap(areas)
    return [tuple(area.zone_id for area in part) for part in _cut_evenly(ring, count)]


def turns(order: Sequence[str], periods: int) -> list[dict[str, int]]:
    """For each period, the number of each collector's round: in the order drawn, one further every period.

    After as many periods as there are collectors, each has had every round exactly once.
    """
    return [
        {collector: (place + period) % len(order) for place, collector in enumerate(order)}
        for period in range(periods)
    ]


def levelling(order: Sequence[str], earned: Mapping[str, int], expected: Sequence[int]) -> dict[str, int]:
    """Who earned least so far gets the round that is expected to yield most; those equal, as they were drawn."""
    poorest_first = sorted(order, key=lambda collector: earned.get(collector, 0))
    richest_first = sorted(range(len(expected)), key=lambda number: (-expected[number], number))
    return dict(zip(poorest_first, richest_first, strict=True))


def _shared(areas: Sequence[Area], count: int) -> list[Round]:
    rounds = dict.fromkeys((area.zone_id for area in areas), 1)
    homes = {area.zone_id: area.homes for area in areas}
    for _ in range(count - len(areas)):
        neediest = max(sorted(rounds), key=lambda zone: homes[zone] / (rounds[zone] + 1))
        rounds[neediest] += 1
    return [(area.zone_id,) for area in _from_widest_gap(areas) for _ in range(rounds[area.zone_id])]


def _from_widest_gap(areas: Sequence[Area]) -> list[Area]:
    """Round the hub, beginning where nobody lives for the widest angle."""
    ring = sorted(areas, key=lambda area: (area.bearing_degrees, area.zone_id))
    gaps = [(area.bearing_degrees - ring[place - 1].bearing_degrees) % 360 for place, area in enumerate(ring)]
    first = gaps.index(max(gaps))
    return ring[first:] + ring[:first]


def _cut_evenly(ring: Sequence[Area], count: int) -> list[Sequence[Area]]:
    """`ring` in `count` pieces, none empty, whose largest has as few homes as possible."""
    sums = [0, *accumulate(area.homes for area in ring)]
    # best[end] = (homes of the largest piece, where the last piece starts), with one piece more each time
    best = [(total, 0) for total in sums]
    history = [best]
    for pieces in range(2, count + 1):
        before = best
        best = [
            min(
                ((max(before[start][0], sums[end] - sums[start]), start) for start in range(pieces - 1, end)),
                default=(sums[-1], 0),
            )
            for end in range(len(sums))
        ]
        history.append(best)
    cuts = [len(ring)]
    for best in reversed(history):
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    return [ring[start:end] for start, end in pairwise(cuts)]
