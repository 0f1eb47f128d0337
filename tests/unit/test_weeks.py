"""A collector's week in a spreadsheet's cell."""

from __future__ import annotations

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from app.bulk import weeks
from app.collectors.shifts import Break, Shift

SHIFTS = st.sampled_from(
    [
        Shift(time(7), time(17)),
        Shift(time(7), time(17), Break(time(12), time(13), 30)),
        Shift(time(8), time(12)),
    ]
)


@given(st.dictionaries(st.integers(0, 6), SHIFTS))
def test_a_week_that_is_written_reads_as_it_was(week: dict[int, Shift]) -> None:
    assert dict(weeks.read(weeks.write(week))) == week


def test_days_in_a_row_are_one_part_and_people_may_write_them_over_the_end_of_the_week() -> None:
    day = Shift(time(7), time(17))
    assert weeks.write(dict.fromkeys([0, 1, 2, 4], day)) == "mon-wed 07:00-17:00|fri 07:00-17:00"
    assert sorted(weeks.read(" Sat-Mon  7:00-17:00 |")) == [(0, day), (5, day), (6, day)]
