"""A merchant's statement as CSV (RFC 4180), for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from app.ledger.statements import Statement
from app.merchants.statements import RETURNED, SETTLED, VOUCHER

COLUMNS: Final = ("date", "time", "what", "detail", "amount_minor", "owed_minor", "currency")
_WHAT: Final = {VOUCHER: "voucher", SETTLED: "settlement", **dict.fromkeys(RETURNED, "returned")}


def what(kind: str) -> str:
    """What an entry of this kind is called: `voucher`, `settlement`, `returned`, or `correction` for any other."""
    return _WHAT.get(kind, "correction")


def as_csv(statement: Statement, first: date, last: date, *, currency: str, timezone: str) -> str:
    """One line per entry, between what was owed before `first` and at the end of `last`. Times are local."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerow((first, "", "opening", "", "", statement.opening_minor, currency))
    owed_minor = statement.opening_minor
    for entry in statement.entries:
        owed_minor += entry.amount_minor
        local = entry.effective_at.astimezone(ZoneInfo(timezone))
        writer.writerow(
            (
                local.date(),
                f"{local:%H:%M}",
                what(entry.kind),
                entry.reason,
                entry.amount_minor,
                owed_minor,
                currency,
            )
        )
    writer.writerow((last, "", "closing", "", "", statement.closing_minor, currency))
    return file.getvalue()
