"""The hours and spans by which pickups are made, asked for and closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Self

from app.kernel.clock import at_local, local_date
from app.messaging.hours import SendingHours
from app.settings import Settings


@dataclass(frozen=True)
class Timetable:
    """The defaults are those of the settings."""

    horizon_days: int = 28
    """How far ahead recurring pickups are made."""
    request_cutoff: time = time(18, 0)
    """On the day before, local time, after which a day takes no more requests."""
    closes_at: time = time(20, 0)
    """On the day itself, local time, after which nobody comes any more."""
    hours: SendingHours = field(default_factory=SendingHours)
    same_day_until: time | None = None
    """On the day itself, local time, up to which it takes requests again; never where none."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.pickup_horizon_days,
            settings.pickup_request_cutoff,
            settings.pickup_day_closes_at,
            SendingHours(settings.sending_hours_start, settings.sending_hours_end),
            settings.pickup_same_day_until,
        )

    def takes_requests(self, day: dt.date, timezone: str, now: datetime) -> bool:
        """Whether `day` can still be asked for."""
        if self.same_day_until is not None and local_date(now, timezone) == day:
            return now < at_local(day, self.same_day_until, timezone)
        return now < at_local(day - timedelta(days=1), self.request_cutoff, timezone)


DEFAULT = Timetable()
