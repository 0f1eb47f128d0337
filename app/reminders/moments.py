"""When reminders are due, and how long they are worth sending. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.kernel.clock import at_local, local_date
from app.reminders.models import ReminderKind
from app.settings import Settings

LOOK_BACK_DAYS = 2
"""How far back reminders that were never written are looked for, to be recorded as dropped."""


@dataclass(frozen=True)
class Moment:
    """When the pickups of one day are reminded of, in one time zone. In UTC."""

    kind: ReminderKind
    date: dt.date
    due_at: datetime
    deadline: datetime
    """From then on it is dropped: nobody is reminded late, or outside the sending hours."""

    def is_past(self, now: datetime) -> bool:
        return now >= self.deadline


@dataclass(frozen=True)
class Timing:
    """Local times; see the settings of the same names."""

    evening_at: time
    morning_at: time
    grace: timedelta
    sending_hours_end: time

    @classmethod
    def of(cls, settings: Settings) -> Timing:
        return cls(
            settings.reminder_evening_at,
            settings.reminder_morning_at,
            timedelta(minutes=settings.reminder_grace_minutes),
            settings.sending_hours_end,
        )

    def moment(self, kind: ReminderKind, date: dt.date, timezone: str) -> Moment:
        """When a pickup on `date` is reminded of: the evening before, or that morning."""
        day, at = (
            (date - timedelta(days=1), self.evening_at)
            if kind is ReminderKind.EVENING_BEFORE
            else (date, self.morning_at)
        )
        due_at = at_local(day, at, timezone)
        return Moment(
            kind, date, due_at, min(due_at + self.grace, at_local(day, self.sending_hours_end, timezone))
        )

    def come(self, now: datetime, timezone: str) -> list[Moment]:
        """The moments that have come, those of the last days included, oldest first."""
        today = local_date(now, timezone)
        dates = (today + timedelta(days=offset) for offset in range(-LOOK_BACK_DAYS, 2))
        moments = (self.moment(kind, date, timezone) for date in dates for kind in ReminderKind)
        return sorted((one for one in moments if one.due_at <= now), key=lambda one: one.due_at)
