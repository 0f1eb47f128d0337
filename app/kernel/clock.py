"""The only source of the present moment. Everything else is handed a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for `worker --as-of` and for tests."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class TravellingClock:
    """The demo's clock: real time, shifted by whatever the visitor asked for."""

    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return self.real_now() + self.offset

    @property
    def travelled(self) -> bool:
        return self.offset != timedelta()

    def real_now(self) -> datetime:
        return datetime.now(UTC)

    def travel_to(self, moment: datetime) -> None:
        self.offset = moment - self.real_now()

    def return_to_now(self) -> None:
        self.offset = timedelta()


def local_date(moment: datetime, timezone: str) -> date:
    """The calendar day that people in `timezone` call `moment`."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def at_local(day: date, at: time, timezone: str) -> datetime:
    """`at` o'clock on `day` in `timezone`, as UTC.

    A time that the clocks skip is taken as if they had not yet gone forward (PEP 495, fold=0).
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
