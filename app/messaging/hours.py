"""When a text that nobody is waiting for may be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.kernel.clock import at_local


@dataclass(frozen=True)
class SendingHours:
    """From `start` up to `end`, in the receiver's local time. Nobody wants a service text at 02:00."""

    start: time = time(6, 0)
    end: time = time(21, 0)

    def opening(self, moment: datetime, timezone: str) -> datetime:
        """`moment`, if it lies inside the hours; else when they next begin. In UTC."""
        local = moment.astimezone(ZoneInfo(timezone))
        if self.start <= local.time() < self.end:
            return moment
        day = local.date() if local.time() < self.start else local.date() + timedelta(days=1)
        return at_local(day, self.start, timezone)

    def closing(self, moment: datetime, timezone: str) -> datetime:
        """The next end of the hours after `moment`. In UTC."""
        day = moment.astimezone(ZoneInfo(timezone)).date()
        today = at_local(day, self.end, timezone)
        return today if moment < today else at_local(day + timedelta(days=1), self.end, timezone)
