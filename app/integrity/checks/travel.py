"""Places that do not fit: two doors too far apart for the time between them, and a home found somewhere else. Pure.

A phone says where it is, and how far off that may be: the radius of a circle in which it lies with 68 % (Android,
`Location.getAccuracy`; so too the W3C Geolocation API, which asks for 95 %). Both circles, threefold, are given away
before a distance counts: beyond three such radii lie some 0.003 % of honest positions. Phones are wrong in coarser ways
too (a mast's place in a tunnel), so again it is a matter of how often, against the others (`habits`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.integrity.checks.chance import median
from app.integrity.checks.habits import Habit, against_others
from app.integrity.checks.seen import Check, Door, Test
from app.integrity.checks.times import in_a_row
from app.kernel.place import Location, distance_metres

FASTEST_METRES_PER_SECOND: Final = 35 / 3.6
"""35 km/h: a motor tricycle on a free road, the whole way in a straight line."""
CIRCLES: Final = 3
LEAST_METRES: Final = 150
"""Nearer than that is the same yard."""
FAR_METRES: Final = 300
_TRAVEL = Habit(Check.TRAVEL, usual_share=0.02, allowance=0.05)
_PLACE = Habit(Check.PLACE, usual_share=0.03, allowance=0.1)


def travel(doors: Sequence[Door]) -> list[Test]:
    """Collectors who are too fast between two doors more often than the others."""
    placed = [one for one in doors if one.place is not None]
    return against_others(
        _TRAVEL, ((before.collector_id, _too_fast(before, after)) for before, after in in_a_row(placed))
    )


def place(doors: Sequence[Door]) -> list[Test]:
    """Collectors who weigh far from where the same home was found at other times, more often than the others."""
    of_home: defaultdict[UUID, list[Door]] = defaultdict(list)
    for one in doors:
        if one.place is not None:
            of_home[one.household_id].append(one)
    events = [
        (one.collector_id, _far(one, [other for other in found if other is not one]))
        for found in of_home.values()
        for one in found
        if len(found) > 1
    ]
    return against_others(_PLACE, events)


def _too_fast(before: Door, after: Door) -> bool:
    assert before.place is not None
    assert after.place is not None
    surely = distance_metres(before.place, after.place) - _blur(before.place, after.place)
    seconds = max((after.at - before.at).total_seconds(), 0)
    return surely > max(LEAST_METRES, seconds * FASTEST_METRES_PER_SECOND)


def _far(one: Door, others: Sequence[Door]) -> bool:
    """From the middle of where the home was found otherwise; each axis by its median, so that one slip moves nothing."""
    assert one.place is not None
    found = [other.place for other in others if other.place is not None]
    middle = Location(
        median(each.latitude for each in found),
        median(each.longitude for each in found),
        uncertainty_metres=round(median(each.uncertainty_metres or 0 for each in found)),
    )
    return distance_metres(one.place, middle) - _blur(one.place, middle) > FAR_METRES


def _blur(one: Location, other: Location) -> float:
    return CIRCLES * ((one.uncertainty_metres or 0) + (other.uncertainty_metres or 0))
