"""Nigeria's public holidays that follow from the calendar alone.

Source: Public Holidays Act (Cap P40 LFN 2004), with 12 June as Democracy Day since 2019. The Muslim holidays
are announced by sighting of the moon, so an office enters those itself.
"""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = (
    (1, 1, "New Year's Day"),
    (5, 1, "Workers' Day"),
    (6, 12, "Democracy Day"),
    (10, 1, "Independence Day"),
    (12, 25, "Christmas Day"),
    (12, 26, "Boxing Day"),
)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher's algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(first: date, last: date) -> list[tuple[date, str]]:
    """The holidays from `first` to `last`, both included, in order."""
    found = []
    for year in range(first.year, last.year + 1):
        sunday = easter(year)
        moving = [
            (sunday - timedelta(days=2), "Good Friday"),
            (sunday + timedelta(days=1), "Easter Monday"),
        ]
        fixed = [(date(year, month, day), name) for month, day, name in _FIXED]
        found += [(day, name) for day, name in fixed + moving if first <= day <= last]
    return sorted(found)
