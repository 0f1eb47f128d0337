"""On which days a zone is served, as promises over many calendars."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.places.calendar import Calendar, Closure, Extra, Rule, ServiceDate, expand

MORNING, NOON, EVENING = time(8), time(12), time(17)
FIRST = date(2026, 10, 1)
LAST = FIRST + timedelta(days=70)

days = st.dates(FIRST - timedelta(days=40), LAST + timedelta(days=40))
windows = st.sampled_from([(MORNING, NOON), (NOON, EVENING), (MORNING, EVENING)])


def _rule(weekday: int, window: tuple[time, time], starts_on: date, every: int, length: int | None) -> Rule:
    ends_on = None if length is None else starts_on + timedelta(days=length)
    return Rule(weekday, window[0], window[1], starts_on, every, ends_on)


rules = st.builds(_rule, st.integers(0, 6), windows, days, st.integers(1, 5), st.none() | st.integers(0, 90))
closures = st.builds(Closure, days, st.none() | days, st.none() | windows, st.booleans())
extras = st.builds(Extra, days, windows)
calendars = st.tuples(
    st.lists(rules, max_size=4),
    st.lists(st.one_of(closures, extras), max_size=8, unique_by=lambda one: (one.day, one.everywhere)),
)


@given(calendars)
def test_days_come_in_order_once_each_and_within_what_was_asked(
    given_calendar: tuple[list[Rule], list[Closure | Extra]],
) -> None:
    found = [one.date for one in expand(*given_calendar, FIRST, LAST)]
    assert found == sorted(set(found))
    assert all(FIRST <= day <= LAST for day in found)


@given(calendars, st.integers(0, 70))
def test_asking_for_a_part_gives_that_part_of_the_whole(
    given_calendar: tuple[list[Rule], list[Closure | Extra]], cut: int
) -> None:
    middle = FIRST + timedelta(days=cut)
    whole = expand(*given_calendar, FIRST, LAST)
    assert expand(*given_calendar, FIRST, middle) == [one for one in whole if one.date <= middle]
    assert expand(*given_calendar, middle, LAST) == [one for one in whole if one.date >= middle]


@given(calendars)
def test_nothing_is_held_on_a_closed_day_unless_the_zone_says_it_stays_open(
    given_calendar: tuple[list[Rule], list[Closure | Extra]],
) -> None:
    _, exceptions = given_calendar
    own = {one.day: one for one in exceptions if not one.everywhere}
    in_force = {one.day: one for one in exceptions} | own
    served = {one.date for one in expand(*given_calendar, FIRST, LAST)}
    assert not served & {day for day, one in in_force.items() if isinstance(one, Closure)}
    assert {day for day, one in own.items() if isinstance(one, Extra) and FIRST <= day <= LAST} <= served


@given(calendars)
def test_every_day_held_is_a_usual_an_extra_or_a_moved_one(
    given_calendar: tuple[list[Rule], list[Closure | Extra]],
) -> None:
    zone_rules, exceptions = given_calendar
    calendar = Calendar(*given_calendar)
    for one in calendar.expand(FIRST, LAST):
        if one.moved_from is None:
            usual = any(rule.serves(one.date) for rule in zone_rules)
            assert usual or any(isinstance(e, Extra) and e.day == one.date for e in exceptions)
        else:
            assert calendar.is_closed(one.moved_from)
            held = calendar.held_on(one.moved_from)
            assert held is not None
            assert held.date == one.date


@given(st.integers(0, 6), days, st.integers(1, 8), st.integers(0, 200))
def test_every_n_weeks_is_counted_from_the_week_of_the_start(
    weekday: int, starts_on: date, every: int, ahead: int
) -> None:
    rule = Rule(weekday, MORNING, NOON, starts_on, every)
    day = starts_on + timedelta(days=ahead)
    week_of_start = starts_on - timedelta(days=starts_on.weekday())
    served_days = {week_of_start + timedelta(weeks=every * n, days=weekday) for n in range(202)}
    assert rule.serves(day) == (day in served_days)


THURSDAYS = Rule(3, MORNING, NOON, date(2026, 1, 1))
CHRISTMAS_EVE = date(2026, 12, 24)


def test_a_holiday_moves_the_collection_to_its_stated_day() -> None:
    closed = Closure(CHRISTMAS_EVE, moved_to=date(2026, 12, 22), everywhere=True)
    assert expand([THURSDAYS], [closed], date(2026, 12, 18), date(2026, 12, 31)) == [
        ServiceDate(date(2026, 12, 22), MORNING, NOON, moved_from=CHRISTMAS_EVE),
        ServiceDate(date(2026, 12, 31), MORNING, NOON),
    ]


def test_the_zones_own_exception_goes_before_the_general_one() -> None:
    everywhere = Closure(CHRISTMAS_EVE, everywhere=True)
    here = Closure(CHRISTMAS_EVE, moved_to=date(2026, 12, 23))
    for exceptions in ([everywhere, here], [here, everywhere]):
        found = expand([THURSDAYS], exceptions, date(2026, 12, 20), date(2026, 12, 27))
        assert [one.date for one in found] == [date(2026, 12, 23)]
    open_after_all = Extra(CHRISTMAS_EVE)
    assert expand([THURSDAYS], [everywhere, open_after_all], CHRISTMAS_EVE, CHRISTMAS_EVE) == [
        ServiceDate(CHRISTMAS_EVE, MORNING, NOON)
    ]


def test_a_day_moved_onto_a_closed_day_goes_where_that_one_goes_and_a_ring_is_off() -> None:
    first = Closure(CHRISTMAS_EVE, moved_to=date(2026, 12, 26))
    then = Closure(date(2026, 12, 26), moved_to=date(2026, 12, 28))
    ring = Closure(date(2026, 12, 26), moved_to=CHRISTMAS_EVE)
    assert [one.date for one in expand([THURSDAYS], [first, then], CHRISTMAS_EVE, date(2026, 12, 30))] == [
        date(2026, 12, 28)
    ]
    assert expand([THURSDAYS], [first, ring], CHRISTMAS_EVE, date(2026, 12, 30)) == []
