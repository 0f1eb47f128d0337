"""A calendar month as the people of the service's time zone live it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, Self

from app.errors import InvalidInput
from app.kernel.clock import at_local, local_date

MONTH_PATTERN: Final = r"^20\d\d-(0[1-9]|1[0-2])$"
_DECEMBER: Final = 12


@dataclass(frozen=True)
class Month:
    first_day: date

    @classmethod
    def read(cls, written: str | None, now: datetime, timezone: str) -> Self:
        """The month written as `2026-11`; the present one where nothing is. Raises `InvalidInput`."""
        if written is None:
            return cls(local_date(now, timezone).replace(day=1))
        if not re.fullmatch(MONTH_PATTERN, written, re.ASCII):
            raise InvalidInput("?month", "write it as 2026-11")
        return cls(date.fromisoformat(f"{written}-01"))

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"

    def edges(self, timezone: str) -> tuple[datetime, datetime]:
        """When it begins, and when the next one does; both in UTC."""
        return at_local(self.first_day, time(), timezone), at_local(self._next(), time(), timezone)

    def _next(self) -> date:
        if self.first_day.month == _DECEMBER:
            return self.first_day.replace(year=self.first_day.year + 1, month=1)
        return self.first_day.replace(month=self.first_day.month + 1)
