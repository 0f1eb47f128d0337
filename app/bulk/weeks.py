"""A collector's week in one cell: `mon-fri 07:00-17:00 break 12:00-13:00 30|sat 08:00-12:00`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Final

from app.collectors.shifts import WEEKDAYS, Break, Shift
from app.errors import InvalidInput

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BETWEEN: Final = "|"
_DAY, _HOURS = "|".join(DAYS), r"(\d\d?:\d\d)-(\d\d?:\d\d)"
_PART: Final = re.compile(rf"({_DAY})(?:-({_DAY}))? {_HOURS}(?: break {_HOURS} (\d{{1,3}}))?")


def read(written: str) -> list[tuple[int, Shift]]:
    """The weekdays (Monday is 0) with their shifts; none for an empty cell. Raises `InvalidInput`."""
    found = []
    for part in filter(None, (" ".join(one.split()).lower() for one in written.split(BETWEEN))):
        match = _PART.fullmatch(part)
        if match is None:
            raise InvalidInput(
                "shifts", f"{part!r} is not written like: mon-fri 07:00-17:00 break 12:00-13:00 30"
            )
        first, last, starts, ends, begins_from, begins_until, minutes = match.groups()
        rest = Break(_time(begins_from), _time(begins_until), int(minutes)) if minutes else None
        shift = Shift(_time(starts), _time(ends), rest)
        found += [(weekday, shift) for weekday in _days(DAYS.index(first), DAYS.index(last or first))]
    return found


def write(week: Mapping[int, Shift]) -> str:
    """What `read` takes; equal shifts of days in a row are one part."""
    runs: list[tuple[int, int, Shift]] = []
    for weekday in sorted(week):
        shift = week[weekday]
        if runs and runs[-1][1:] == (weekday - 1, shift):
            runs[-1] = (runs[-1][0], weekday, shift)
        else:
            runs.append((weekday, weekday, shift))
    return BETWEEN.join(_part(*run) for run in runs)


def _part(first: int, last: int, shift: Shift) -> str:
    days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
    part = f"{days} {shift.starts_at:%H:%M}-{shift.ends_at:%H:%M}"
    rest = shift.rest
    if rest is not None:
        part += f" break {rest.begins_from:%H:%M}-{rest.begins_until:%H:%M} {rest.minutes}"
    return part


def _days(first: int, last: int) -> list[int]:
    """From one weekday to another, over the week's end if need be: `sat-mon` has three days."""
    return [(first + number) % WEEKDAYS for number in range((last - first) % WEEKDAYS + 1)]


def _time(written: str) -> time:
    hour, minute = written.split(":")
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise InvalidInput("shifts", f"{written} is no time of the day") from error
