"""Statements as CSV files: each provider's columns, read tolerantly and exactly.

Tolerant: any order and case of the columns, others beside them, commas, semicolons or tabs, a byte order mark, blank
lines, thousands separated. Exact: a row that cannot be read is named by its line, and then none of the file is taken.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Self
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from app.kernel.phone import NotAPhone, parse_phone
from app.payouts.telling import StatementLine, StatementStatus
from app.settings import Settings

_S = StatementStatus
SHOWN_ERRORS: Final = 20
_AMOUNT: Final = re.compile(r"(?:([A-Z]{3})\s*)?(-?[\d,]+(?:\.\d+)?)(?:\s*([A-Z]{3}))?")
_WRITTEN: Final = ("%d %b %Y %H:%M", "%d %b %Y %H:%M:%S")


@dataclass(frozen=True)
class Columns:
    """What a provider's export calls its columns, in lower case; the first name found in the header counts."""

    at: Sequence[str]
    amount: Sequence[str]
    reference: Sequence[str] = ()
    provider_reference: Sequence[str] = ()
    status: Sequence[str] = ()
    currency: Sequence[str] = ()
    phone: Sequence[str] = ()
    fee: Sequence[str] = ()
    words: Mapping[str, StatementStatus] = field(default_factory=dict)
    """Its words for a payment's end, in lower case; without a status column every row is a credit."""
    ignored_where_empty: Sequence[str] = ()
    """Rows with nothing in these are no payments, such as what came into the account."""


_GENERAL: Final = Columns(
    at=("at",),
    amount=("amount",),
    reference=("reference",),
    provider_reference=("provider_reference",),
    status=("status",),
    currency=("currency",),
    phone=("phone",),
    fee=("fee",),
    words={"credited": _S.CREDITED, "pending": _S.PENDING, "failed": _S.FAILED, "other": _S.OTHER},
)
"""For providers without an export of their own, and for whoever writes one by hand."""
COLUMNS: Final[Mapping[str, Columns]] = {
    "africastalking": Columns(
        at=("date", "created at"),
        amount=("amount", "value"),
        provider_reference=("request id", "transaction id"),
        status=("status",),
        currency=("currency",),
        phone=("phone number", "phone"),
        fee=("fee",),
        words={
            "success": _S.CREDITED,
            "sent": _S.PENDING,
            "queued": _S.PENDING,
            "failed": _S.FAILED,
        },
    ),
    "daraja": Columns(
        at=("completion time",),
        amount=("withdrawn",),
        provider_reference=("receipt no.", "receipt no"),
        status=("transaction status",),
        phone=("other party info",),
        words={"completed": _S.CREDITED, "failed": _S.FAILED, "cancelled": _S.FAILED, "pending": _S.PENDING},
        ignored_where_empty=("withdrawn", "other party info"),
    ),
    "mtn_momo": Columns(
        at=("date",),
        amount=("amount",),
        reference=("external transaction id", "external id"),
        provider_reference=("id", "financial transaction id"),
        status=("status",),
        currency=("currency",),
        phone=("to",),
        fee=("fee",),
        words={"successful": _S.CREDITED, "failed": _S.FAILED, "pending": _S.PENDING},
    ),
    "paystack": Columns(
        at=("date", "created at", "transferred at"),
        amount=("amount",),
        reference=("reference", "transfer reference"),
        provider_reference=("transfer code",),
        status=("status",),
        currency=("currency",),
        fee=("fee",),
        words={
            "success": _S.CREDITED,
            "failed": _S.FAILED,
            "reversed": _S.FAILED,
            "rejected": _S.FAILED,
            "pending": _S.PENDING,
            "processing": _S.PENDING,
            "otp": _S.PENDING,
        },
    ),
    "reloadly": Columns(
        at=("transaction date", "date"),
        amount=("delivered amount",),
        reference=("custom identifier",),
        provider_reference=("transaction id",),
        status=("status",),
        currency=("delivered amount currency", "delivered amount currency code"),
        phone=("recipient phone",),
        fee=("fee",),
        words={
            "successful": _S.CREDITED,
            "failed": _S.FAILED,
            "refunded": _S.FAILED,
            "processing": _S.PENDING,
        },
    ),
}


class UnreadableStatement(ValueError):
    """`errors` name what cannot be read, each with its line."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(errors)


@dataclass(frozen=True)
class Reading:
    """How amounts, times and phones in a file are meant."""

    provider: str
    currency: str
    """Where the file names none."""
    exponent: int
    timezone: str
    """Of times without a zone."""
    region: str
    """Of phones without a country."""

    @classmethod
    def of(cls, settings: Settings, provider: str) -> Self:
        currency = settings.currency
        return cls(provider, currency, get_currency_precision(currency), settings.timezone, settings.region)


def read(content: str, how: Reading) -> list[StatementLine]:
    """Every payment of the file. Raises `UnreadableStatement` that names every line that cannot be read."""
    columns = COLUMNS.get(how.provider, _GENERAL)
    content = content.removeprefix("\ufeff")
    rows = list(_rows(content))
    if not rows:
        raise UnreadableStatement(["line 1: the file is empty"])
    number, header = rows[0]
    names = {name.strip().lower(): place for place, name in enumerate(header)}
    missing = [one[0] for one in (columns.at, columns.amount) if not any(name in names for name in one)]
    if not any(name in names for name in (*columns.reference, *columns.provider_reference)):
        missing.append((*columns.reference, *columns.provider_reference)[0])
    if missing:
        raise UnreadableStatement([f"line {number}: there is no column {' or '.join(missing)}"])
    lines, errors = [], []
    for number, cells in rows[1:]:
        try:
            line = _line(_Row(cells, names), columns, how, number)
        except ValueError as error:
            errors.append(f"line {number}: {error}")
            continue
        if line is not None:
            lines.append(line)
    if errors:
        more = [f"and {len(errors) - SHOWN_ERRORS} more"] if len(errors) > SHOWN_ERRORS else []
        raise UnreadableStatement(errors[:SHOWN_ERRORS] + more)
    return lines


def _rows(content: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with something in them, by the line that they end on."""
    first = next((line for line in content.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(content), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise UnreadableStatement([f"line {reader.line_num}: {error}"]) from error


@dataclass(frozen=True)
class _Row:
    cells: Sequence[str]
    names: Mapping[str, int]

    def get(self, columns: Sequence[str]) -> str:
        for name in columns:
            place = self.names.get(name)
            if place is not None:
                return self.cells[place].strip() if place < len(self.cells) else ""
        return ""


def _line(row: _Row, columns: Columns, how: Reading, number: int) -> StatementLine | None:
    if any(name in row.names and not row.get([name]) for name in columns.ignored_where_empty):
        return None
    currency, amount = _amount(row.get(columns.amount), how)
    _, fee = _amount(row.get(columns.fee) or "0", how)
    reference, theirs = row.get(columns.reference), row.get(columns.provider_reference)
    if not reference and not theirs:
        raise ValueError("names no reference")
    return StatementLine(
        _status(row.get(columns.status), columns) if columns.status else _S.CREDITED,
        abs(amount),
        row.get(columns.currency) or currency or how.currency,
        _moment(row.get(columns.at), how.timezone),
        reference or None,
        theirs or None,
        _phone(row.get(columns.phone), how.region),
        abs(fee),
        number,
    )


def _status(word: str, columns: Columns) -> StatementStatus:
    status = columns.words.get(word.lower())
    if status is None:
        raise ValueError(f"{word[:40]!r} is none of {', '.join(columns.words)}")
    return status


def _amount(written: str, how: Reading) -> tuple[str | None, int]:
    found = _AMOUNT.fullmatch(written)
    try:
        amount = Decimal(found[2].replace(",", "")).scaleb(how.exponent) if found else None
    except InvalidOperation:
        amount = None
    if found is None or amount is None or amount != amount.to_integral_value():
        raise ValueError(f"{written[:40]!r} is no amount")
    return found[1] or found[3], int(amount)


def _moment(written: str, timezone: str) -> datetime:
    """ISO 8601, or `28 Nov 2026 10:11`: 11/12/2026 may be two days, so it is none."""
    moment = None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        for pattern in _WRITTEN:
            try:
                moment = datetime.strptime(written, pattern).replace(tzinfo=ZoneInfo(timezone))
            except ValueError:
                continue
    if moment is None or len(written) <= len("2026-11-28"):
        raise ValueError(f"{written[:40]!r} is no time such as 2026-11-28 10:11:12")
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


def _phone(written: str, region: str) -> str | None:
    """`254708374149 - A. Name` too; None where its digits are hidden, or there is none."""
    digits = written.partition(" - ")[0].strip()
    if not digits or "*" in digits:
        return None
    try:
        international = f"+{digits}" if digits[0] not in "+0" else digits
        return str(parse_phone(international, region))
    except NotAPhone as error:
        raise ValueError("the phone is none") from error
