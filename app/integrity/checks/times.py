"""Times that do not fit: two doors within seconds, and doors outside of the shift. Pure.

Only what a phone recorded at the door has a time of its own (`Door.on_the_spot`). A slip happens to everybody, and who
weighs for a whole yard types it in one go; so it is a matter of how often, against the others (`habits`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final
from uuid import UUID

from app.integrity.checks.habits import Habit, against_others
from app.integrity.checks.seen import Check, Door, Test

HASTY_SECONDS: Final = 40
"""To walk up, hang a bag on the scale, read it, type it and leave takes longer."""
_HASTE = Habit(Check.HASTE, usual_share=0.02, allowance=0.08)
_HOURS = Habit(Check.HOURS, usual_share=0.02, allowance=0.08)


def haste(doors: Sequence[Door]) -> list[Test]:
    """Collectors who weigh at two homes within `HASTY_SECONDS` more often than the others."""
    return against_others(
        _HASTE,
        (
            (before.collector_id, (after.at - before.at).total_seconds() < HASTY_SECONDS)
            for before, after in in_a_row(doors)
            if before.weighed and after.weighed
        ),
    )


def hours(doors: Sequence[Door]) -> list[Test]:
    """Collectors who weigh outside of their shift more often than the others."""
    return against_others(
        _HOURS,
        (
            (one.collector_id, not one.on_shift)
            for one in doors
            if one.on_the_spot and one.on_shift is not None
        ),
    )


def in_a_row(doors: Sequence[Door]) -> Iterator[tuple[Door, Door]]:
    """Each collector's neighbouring doors of a day, in the order of their times, of what was recorded on the spot."""
    of_day: defaultdict[tuple[UUID, date], list[Door]] = defaultdict(list)
    for one in doors:
        if one.on_the_spot:
            of_day[one.collector_id, one.day].append(one)
    for day in of_day.values():
        yield from pairwise(sorted(day, key=lambda one: (one.at, one.visit_id)))
