"""A book of any size, written set by set around the triggers, which then stand guard over it again.

Only benchmarks do this: each row is what the service and the triggers would have written for weighings, one after
another, of `HOUSEHOLDS` in turn; `app.ledger.reading.check` finds nothing awry in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.db import Database
from app.kernel.ids import new_id
from app.ledger.chart import PROGRAMME_EXPENSE
from migrations import ledger_triggers

HOUSEHOLDS: Final = 1_000
CREDIT_MINOR: Final = 100
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK: Final = 250_000
"""Transfers written by one statement."""

_ACCOUNT = """
    INSERT INTO ledger_accounts (id, code, kind, household_id, currency, may_go_below_zero)
    VALUES ({id}, {code}, {kind}, {household}, 'NGN', {overdraft})"""
# Ids are numbers: a transfer's is even, its posting's the odd one after it.
_CHUNK = (
    """
    INSERT INTO ledger_transfers (id, key, content_digest, kind, reason, cause_type, cause_id, posting_count,
        effective_at, recorded_at)
    {numbers} SELECT {transfer}, 'fill:' || i, '-', 'weighing', 'weighed', 'weighing', {transfer}, 1, {began}, {began}
    FROM n""",
    """
    INSERT INTO ledger_postings (id, transfer_id, position, source_account_id, destination_account_id, amount_minor)
    {numbers} SELECT {posting}, {transfer}, 1, {expense}, fill.id, {credit}
    FROM n JOIN fill ON fill.number = i % {households}""",
    """
    INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
    {numbers} SELECT {expense}, i + 1, {posting}, -{credit}, -{credit} * (i + 1) FROM n""",
    """
    INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
    {numbers} SELECT fill.id, i / {households} + 1, {posting}, {credit}, {credit} * (i / {households} + 1)
    FROM n JOIN fill ON fill.number = i % {households}""",
)


@dataclass(frozen=True)
class Books:
    expense_id: UUID
    household_ids: list[UUID]
    credit_ids: list[UUID]


@dataclass(frozen=True)
class _Dialect:
    """How each database spells what both can do."""

    mark: str
    spelling: dict[str, str]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    stored: Callable[[Any], Any]


def _sqlite_stores(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value


_DIALECTS: Final = {
    "sqlite": _Dialect(
        mark="?",
        spelling={
            "numbers": "WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})",
            "transfer": "printf('%032x', 2 * i)",
            "posting": "printf('%032x', 2 * i + 1)",
            "began": f"'{BEGAN.replace(tzinfo=None).isoformat(' ')}'",
        },
        begin=(
            "PRAGMA foreign_keys = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA cache_size = -400000",
            "BEGIN IMMEDIATE",
            *(f"DROP TRIGGER {name}" for name in ledger_triggers.sqlite_names()),
        ),
        end=(
            *ledger_triggers.SQLITE,
            "COMMIT",
            "PRAGMA wal_checkpoint(TRUNCATE)",
            "PRAGMA cache_size = -2000",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            "ANALYZE",
        ),
        stored=_sqlite_stores,
    ),
    "postgresql": _Dialect(
        mark="%s",
        spelling={
            "numbers": "WITH n AS (SELECT i FROM generate_series({first}::bigint, {last}::bigint) AS s (i))",
            "transfer": "lpad(to_hex(2 * i), 32, '0')::uuid",
            "posting": "lpad(to_hex(2 * i + 1), 32, '0')::uuid",
            "began": f"'{BEGAN.isoformat()}'::timestamptz",
        },
        # Triggers, foreign keys among them, are passed over in this session alone.
        begin=("SET session_replication_role = replica",),
        end=("SET session_replication_role = origin", "VACUUM (ANALYZE)", "CHECKPOINT"),
        stored=lambda value: value,
    ),
}


def fill(database: Database, entries: int, advance: Callable[[int], object]) -> Books:
    """`entries` entries of weighings; `advance` hears of each chunk of them."""
    books = Books(new_id(), [new_id() for _ in range(HOUSEHOLDS)], [new_id() for _ in range(HOUSEHOLDS)])
    dialect = _DIALECTS[database.dialect]
    connection = database.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        if database.dialect == "postgresql":
            driver.autocommit = True
        cursor = driver.cursor()
        for statement in dialect.begin:
            cursor.execute(statement)
        _open_accounts(cursor, dialect, books)
        fixed = {
            "expense": f"'{dialect.stored(books.expense_id)}'",
            "credit": CREDIT_MINOR,
            "households": HOUSEHOLDS,
        }
        for first in range(0, entries // 2, CHUNK):
            last = min(first + CHUNK, entries // 2) - 1
            numbers = dialect.spelling["numbers"].format(first=first, last=last)
            for statement in _CHUNK:
                cursor.execute(statement.format_map({**dialect.spelling, **fixed, "numbers": numbers}))
            advance(2 * (last + 1 - first))
        cursor.execute("DROP TABLE fill")
        for statement in dialect.end:
            cursor.execute(statement)
    finally:
        connection.invalidate()  # its settings are not those of anybody else's
        connection.close()
    return books


def _open_accounts(cursor: Any, dialect: _Dialect, books: Books) -> None:
    marks = dict.fromkeys(("id", "code", "kind", "household", "overdraft"), dialect.mark)
    insert = _ACCOUNT.format_map(marks)
    expense = (books.expense_id, PROGRAMME_EXPENSE, "programme_expense", None, True)
    cursor.execute(insert, tuple(map(dialect.stored, expense)))
    uuid = "uuid" if dialect.mark == "%s" else "text"
    cursor.execute(f"CREATE TEMPORARY TABLE fill (number integer PRIMARY KEY, id {uuid})")
    for number, (household_id, credit_id) in enumerate(
        zip(books.household_ids, books.credit_ids, strict=True)
    ):
        credit = (credit_id, f"household:{household_id}:credit", "household_credit", household_id, False)
        cursor.execute(insert, tuple(map(dialect.stored, credit)))
        cursor.execute(
            f"INSERT INTO fill VALUES ({dialect.mark}, {dialect.mark})", (number, dialect.stored(credit_id))
        )
