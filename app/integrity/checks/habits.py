"""Does it happen to one collector more often than to the others, by more than people differ? Pure.

Exact one-sided binomial test of the collector's count against the others' share plus an allowance: honest people
differ too, and with a thousand weights any difference at all would count as a discovery. The others' share starts from
a stated prior that weighs as much as `PRIOR_WEIGHT` of their events, so that two colleagues are not taken for the world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.integrity.checks.chance import binomial_tail
from app.integrity.checks.seen import Check, Subject, Test

PRIOR_WEIGHT: Final = 20
FEWEST: Final = 12
"""Below so many events of a collector nothing is said of a habit."""


@dataclass(frozen=True)
class Habit:
    check: Check
    usual_share: float
    """What is expected of anybody, before the others were seen."""
    allowance: float
    """By so much more than the others is nobody's business."""


def against_others(habit: Habit, events: Iterable[tuple[UUID, bool]]) -> list[Test]:
    """One test per collector with enough events; `events` are (collector, whether it happened)."""
    counts: Counter[UUID] = Counter()
    hits: Counter[UUID] = Counter()
    for collector_id, happened in events:
        counts[collector_id] += 1
        hits[collector_id] += happened
    all_hits, all_counts = sum(hits.values()), sum(counts.values())
    tests = []
    for collector_id, count in counts.items():
        if count < FEWEST:
            continue
        others_count = all_counts - count
        others = (all_hits - hits[collector_id] + PRIOR_WEIGHT * habit.usual_share) / (
            others_count + PRIOR_WEIGHT
        )
        p_value = binomial_tail(hits[collector_id], count, min(1.0, others + habit.allowance))
        figures = {
            "hits": hits[collector_id],
            "count": count,
            "percent": round(100 * hits[collector_id] / count),
            "others_percent": round(100 * others),
        }
        tests.append(Test(habit.check, Subject(collector_id=collector_id), p_value, figures))
    return tests
