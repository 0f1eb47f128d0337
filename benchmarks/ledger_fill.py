"""A book of any size, written in bulk around the triggers, which then stand guard again over one side of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db import Database
from app.kernel.ids import new_id
from app.ledger.chart import PROGRAMME_EXPENSE
from migrations import ledger_triggers

HOUSEHOLDS = 1_000
CREDIT_MINOR = 100
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_TABLES = {
    "ledger_transfers": (
        *("id", "key", "content_digest", "kind", "reason", "cause_type", "cause_id", "posting_count"),
        *("effective_at", "recorded_at"),
    ),
    "ledger_postings": (
        *("id", "transfer_id", "position", "source_account_id", "destination_account_id", "amount_minor"),
    ),
    "ledger_entries": ("account_id", "sequence", "posting_id", "amount_minor", "balance_minor"),
}


@dataclass(frozen=True)
class Books:
    expense_id: UUID
    household_ids: list[UUID]
    credit_ids: list[UUID]


def fill(database: Database, entries: int, *, guarded: bool) -> Books:
    """`entries` entries of weighings over `HOUSEHOLDS`; with `guarded` the triggers are put back afterwards."""
    books = Books(new_id(), [new_id() for _ in range(HOUSEHOLDS)], [new_id() for _ in range(HOUSEHOLDS)])
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        write = _Sqlite(cursor) if database.dialect == "sqlite" else _Postgresql(cursor)
        write.begin()
        write.accounts(books)
        for table, columns in _TABLES.items():
            write.rows(table, columns, _rows(table, books, entries // 2))
        write.end(guarded=guarded)
        connection.commit()
    finally:
        connection.close()
    with database.engine.connect() as analysing:
        analysing.execution_options(
            isolation_level="AUTOCOMMIT"
        ) if database.dialect == "postgresql" else None
        analysing.execute(text("ANALYZE"))
    return books


def _rows(table: str, books: Books, transfers: int) -> Iterator[tuple[Any, ...]]:
    """The rows of one table; ids are numbers, so that the three tables agree without being kept."""
    for number in range(transfers):
        transfer, posting = UUID(int=2 * number), UUID(int=2 * number + 1)
        credit = books.credit_ids[number % HOUSEHOLDS]
        if table == "ledger_transfers":
            yield (
                transfer,
                f"fill:{number}",
                "-",
                "weighing",
                "weighed",
                "weighing",
                transfer,
                1,
                BEGAN,
                BEGAN,
            )
        elif table == "ledger_postings":
            yield posting, transfer, 1, books.expense_id, credit, CREDIT_MINOR
        else:
            yield books.expense_id, number + 1, posting, -CREDIT_MINOR, -CREDIT_MINOR * (number + 1)
            turn = number // HOUSEHOLDS + 1
            yield credit, turn, posting, CREDIT_MINOR, CREDIT_MINOR * turn


def _account_rows(books: Books) -> Iterator[tuple[Any, ...]]:
    yield books.expense_id, PROGRAMME_EXPENSE, "programme_expense", None, "NGN", True
    for household_id, credit_id in zip(books.household_ids, books.credit_ids, strict=True):
        yield credit_id, f"household:{household_id}:credit", "household_credit", household_id, "NGN", False


_ACCOUNT_COLUMNS = ("id", "code", "kind", "household_id", "currency", "may_go_below_zero")


class _Sqlite:
    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def begin(self) -> None:
        self.cursor.execute("PRAGMA foreign_keys = OFF")
        self.cursor.execute("BEGIN IMMEDIATE")
        self.cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'")
        for (name,) in self.cursor.fetchall():
            self.cursor.execute(f"DROP TRIGGER {name}")

    def accounts(self, books: Books) -> None:
        self.rows("ledger_accounts", _ACCOUNT_COLUMNS, _account_rows(books))

    def rows(self, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" for _ in columns)
        self.cursor.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            (tuple(map(_stored, row)) for row in rows),
        )

    def end(self, *, guarded: bool) -> None:
        for statement in ledger_triggers.SQLITE if guarded else ():
            self.cursor.execute(statement)


class _Postgresql:
    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def begin(self) -> None:
        self.cursor.execute("SET LOCAL session_replication_role = replica")

    def accounts(self, books: Books) -> None:
        self.rows("ledger_accounts", _ACCOUNT_COLUMNS, _account_rows(books))

    def rows(self, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
        with self.cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def end(self, *, guarded: bool) -> None:
        if not guarded:
            for table in _TABLES:
                self.cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def _stored(value: Any) -> Any:
    """As SQLAlchemy stores it in SQLite."""
    if isinstance(value, UUID):
        return value.hex
    return value.replace(tzinfo=None).isoformat(" ") if isinstance(value, datetime) else value
