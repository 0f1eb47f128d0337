"""When reminders are due, in every time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from app.reminders.models import ReminderKind
from app.reminders.moments import Timing

TIMING = Timing(time(18), time(6, 30), timedelta(minutes=90), time(21))
timezones = st.sampled_from(sorted(name for name in available_timezones() if "/" in name))
dates = st.dates(date(2024, 1, 1), date(2030, 12, 31))
moments = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(timezones, dates, st.sampled_from(ReminderKind))
def test_a_reminder_is_due_by_the_local_clock_and_ends_within_the_sending_hours(
    timezone: str, day: date, kind: ReminderKind
) -> None:
    moment = TIMING.moment(kind, day, timezone)
    due, deadline = (at.astimezone(ZoneInfo(timezone)) for at in (moment.due_at, moment.deadline))
    expected = {
        ReminderKind.EVENING_BEFORE: (day - timedelta(days=1), time(18)),
        ReminderKind.MORNING_OF: (day, time(6, 30)),
    }
    if (due.date(), due.time()) != expected[kind]:
        # Only a place that skipped that very hour, or the day, on its clock has another.
        naive = datetime.combine(*expected[kind])
        assert naive.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC) == moment.due_at
    assert moment.due_at < moment.deadline <= moment.due_at + TIMING.grace
    assert deadline.time() <= time(21)


@given(timezones, moments)
def test_what_has_come_is_never_ahead_and_tomorrow_evening_is_not_missed(
    timezone: str, now: datetime
) -> None:
    come = TIMING.come(now, timezone)
    assert all(moment.due_at <= now for moment in come)
    assert come == sorted(come, key=lambda moment: moment.due_at)
    tomorrow = now.astimezone(ZoneInfo(timezone)).date() + timedelta(days=1)
    evening = TIMING.moment(ReminderKind.EVENING_BEFORE, tomorrow, timezone)
    assert (evening in come) == (evening.due_at <= now)
