"""When a phone may have become a stranger's. Networks hand out again the numbers that lay idle for long.

A phone that was silent for longer than `idle` is guarded when it is heard again: it sees no money and
changes nothing until the household's PIN, the collector at the door, or the office says that it is still
theirs. Being met at the door in that time is no silence (see `app.weighing.guard`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Silence:
    """What the texts of a phone say about it, for one household."""

    trusted_at: datetime
    """When the household was last certain of the phone: it came with it, or it was confirmed."""
    heard_at: datetime | None
    woke_at: datetime | None
    """See `app.messaging.models.Contact`."""

    def ended_at(self, idle: timedelta) -> datetime | None:
        """When a silence that long ended, and nobody has confirmed the phone since; None where none did."""
        if self.woke_at is not None and self.woke_at > self.trusted_at + idle:
            return self.woke_at
        return None

    def lasts(self, now: datetime, idle: timedelta) -> bool:
        """Whether such a silence is going on."""
        return max(self.trusted_at, self.heard_at or self.trusted_at) + idle < now
