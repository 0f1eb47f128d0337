"""What the settings say of vouchers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self

from app.kernel.clock import at_local, local_date
from app.messaging.hours import SendingHours
from app.settings import Settings

GUESSES_REMEMBERED: Final = timedelta(days=30)
"""`VoucherRules.guesses_before_lock` are those of so long."""
GUESSES_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True)
class VoucherRules:
    valid_days: int
    remind_before: timedelta
    guesses_per_phone: int
    """Wrong ones in an hour; after that the phone waits."""
    guesses_per_merchant: int
    """By all its phones."""
    guesses_before_lock: int
    """By all its phones in thirty days; then the office has to look."""
    timezone: str
    hours: SendingHours
    idle: timedelta
    """A phone silent for longer is told of no money."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            valid_days=settings.voucher_valid_days,
            remind_before=timedelta(days=settings.voucher_reminder_days),
            guesses_per_phone=settings.voucher_guesses_per_phone_per_hour,
            guesses_per_merchant=settings.voucher_guesses_per_merchant_per_hour,
            guesses_before_lock=settings.voucher_guesses_before_lock,
            timezone=settings.timezone,
            hours=SendingHours(settings.sending_hours_start, settings.sending_hours_end),
            idle=timedelta(days=settings.phone_idle_guard_days),
        )

    def last_day(self, issued_at: datetime) -> date:
        """The last day on which a voucher that is made then can be spent."""
        return local_date(issued_at, self.timezone) + timedelta(days=self.valid_days)

    def end_of(self, day: date) -> datetime:
        """Whoever is told a date may come all of that day."""
        return at_local(day + timedelta(days=1), time(), self.timezone)
