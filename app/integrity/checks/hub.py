"""Stops against the hub, over several days: does less arrive than was paid for, by more than moisture explains? Pure.

Each day and material gives one figure: the logarithm of (grams at the doors / grams at the hub), less what is allowed
for moisture and rounding that day. A collector's mean of it is held against zero with Student's t, its spread shrunk
towards all collectors' (as if `PRIOR_WEIGHT` more days had been seen), so that two even days prove nothing. The same is
asked of each material over all collectors together: one that dries more than is allowed shows there.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Final
from uuid import UUID

from app.integrity.checks.chance import median, spread, student_tail
from app.integrity.checks.seen import Check, Figures, Load, Subject, Test

FEWEST_DAYS: Final = 3
PRIOR_WEIGHT: Final = 4
SMALLEST_SPREAD: Final = 0.03
"""Three in a hundred: two scales agree no better."""
LARGEST: Final = math.log(4)
"""A day with nothing at the hub at all counts as four times as much at the doors, not as infinitely more."""


def shortfalls(loads: Sequence[Load]) -> list[Test]:
    """One test per collector and material, and one per material, where there are days enough."""
    if not loads:
        return []
    missing = {one: _missing(one) for one in loads}
    of_all = list(missing.values())
    usual = max(SMALLEST_SPREAD, spread(of_all, median(of_all)))
    groups: defaultdict[tuple[UUID | None, str], list[Load]] = defaultdict(list)
    for one in loads:
        groups[one.collector_id, one.material].append(one)
        groups[None, one.material].append(one)
    return [
        _test(collector_id, material, [(one, missing[one]) for one in days], usual)
        for (collector_id, material), days in groups.items()
        if len({one.day for one in days}) >= FEWEST_DAYS
    ]


def _test(collector_id: UUID | None, material: str, days: Sequence[tuple[Load, float]], usual: float) -> Test:
    values = [value for _, value in days]
    count, mean = len(values), fmean(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    error = math.sqrt((squares + PRIOR_WEIGHT * usual**2) / (count + PRIOR_WEIGHT) / count)
    stops = sum(one.stops_grams for one, _ in days)
    hub = sum(one.hub_grams for one, _ in days)
    figures: Figures = {
        "days": len({one.day for one, _ in days}),
        "stops_grams": stops,
        "hub_grams": hub,
        "allowed_grams": sum(one.allowed_grams for one, _ in days),
        "material": material,
    }
    p_value = student_tail(mean / error, count + PRIOR_WEIGHT - 1)
    return Test(Check.HUB, Subject(collector_id, material=material), p_value, figures)


def _missing(one: Load) -> float:
    """As a logarithm; 0 where it lies within what is allowed."""
    explained = max(1, one.hub_grams + one.allowed_grams)
    if one.stops_grams > explained:
        return min(LARGEST, math.log(one.stops_grams / explained))
    least = max(1, one.hub_grams - one.allowed_grams)
    if 0 < one.stops_grams < least:
        return -min(LARGEST, math.log(least / one.stops_grams))
    return 0.0
