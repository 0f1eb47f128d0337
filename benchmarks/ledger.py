"""The book against bare SQL: transfers and balance reads per second, in a small book and in a large one.

The floor writes the same four rows of a transfer (itself, a posting, two entries) with hand-written SQL on the
same schema without its triggers, keys and locks, and reads a balance by the primary key of its last entry. Both
sides take turns in one run. Example:

    .venv/bin/python -m benchmarks.ledger --entries 10000,5000000 --seconds 3 --json ledger.json

PostgreSQL is the one that the tests use (see tests/postgres.py). Filling five million entries takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, text

from app import migrate
from app.db import Database
from app.kernel.ids import new_id
from app.ledger import service as ledger
from benchmarks import ledger_fill
from benchmarks.ledger_fill import HOUSEHOLDS, Books
from tests import postgres

ROUNDS = 3
TARGET_RATIO = 0.5
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AMOUNT_MINOR = 25

FLOOR_WRITE = (
    """
    INSERT INTO ledger_transfers (id, key, content_digest, kind, reason, cause_type, cause_id, posting_count,
        effective_at, recorded_at)
    VALUES ({transfer}, {key}, '-', 'weighing', 'weighed', 'weighing', {transfer}, 1, {now}, {now})""",
    """
    INSERT INTO ledger_postings (id, transfer_id, position, source_account_id, destination_account_id, amount_minor)
    VALUES ({posting}, {transfer}, 1, {source}, {destination}, {amount})""",
    *(
        f"""
    INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
    SELECT account_id, sequence + 1, {{posting}}, {sign}{{amount}}, balance_minor {sign} {{amount}}
    FROM ledger_entries WHERE account_id = {{{account}}} ORDER BY sequence DESC LIMIT 1"""
        for sign, account in (("-", "source"), ("+", "destination"))
    ),
)
FLOOR_READ = (
    "SELECT balance_minor FROM ledger_entries WHERE account_id = {account} ORDER BY sequence DESC LIMIT 1"
)


@dataclass(frozen=True)
class Sides:
    """One thing done once by either side; `number` says for which household."""

    ours: Callable[[int], None]
    floor: Callable[[int], None]


@contextmanager
def fresh_database(dialect: str, server: URL | None) -> Iterator[Database]:
    with ExitStack() as stack:
        if dialect == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="weighback-benchmark-"))
            url = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        else:
            assert server is not None
            url = stack.enter_context(postgres.new_database(server))
        database = Database(url)
        stack.callback(database.close)
        migrate.upgrade(database)
        yield database


def writing(guarded: Database, bare: Database, books: dict[str, Books]) -> Sides:
    """A weighing's credit, each in a transaction of its own."""
    keys = count()
    statements = [_marked(bare, statement) for statement in FLOOR_WRITE]

    def ours(number: int) -> None:
        mine = books["ours"]
        with guarded.unit_of_work() as session:
            ledger.transfer(
                session,
                key=f"benchmark:{next(keys)}",
                kind="weighing",
                postings=[ledger.Posting(mine.expense_id, mine.credit_ids[number], AMOUNT_MINOR)],
                reason="weighed",
                cause=ledger.Cause("weighing", mine.household_ids[number]),
                effective_at=NOW,
                now=NOW,
            )

    def floor(number: int) -> None:
        theirs = books["floor"]
        values = {
            "transfer": _id(bare, new_id()),
            "posting": _id(bare, new_id()),
            "key": f"benchmark:{next(keys)}",
            "now": NOW.replace(tzinfo=None).isoformat(" ") if bare.dialect == "sqlite" else NOW,
            "source": _id(bare, theirs.expense_id),
            "destination": _id(bare, theirs.credit_ids[number]),
            "amount": AMOUNT_MINOR,
        }
        connection = bare.engine.raw_connection()
        try:
            cursor = connection.cursor()
            if bare.dialect == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            for statement in statements:
                cursor.execute(statement, values)
            connection.commit()
        finally:
            connection.close()

    return Sides(ours, floor)


def reading(guarded: Database, bare: Database, books: dict[str, Books]) -> Sides:
    """What one household can spend."""
    statement = _marked(bare, FLOOR_READ)

    def ours(number: int) -> None:
        with guarded.unit_of_work() as session:
            assert ledger.standing(session, books["ours"].household_ids[number]).credit_minor > 0

    def floor(number: int) -> None:
        connection = bare.engine.raw_connection()
        try:
            cursor = connection.cursor()
            if bare.dialect == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(statement, {"account": _id(bare, books["floor"].credit_ids[number])})
            ((balance_minor,),) = cursor.fetchall()
            assert balance_minor > 0
            connection.commit()
        finally:
            connection.close()

    return Sides(ours, floor)


def per_second(sides: Sides, seconds: float) -> dict[str, float]:
    """Both sides in turn, `ROUNDS` times `seconds` each."""
    done = {"ours": 0, "floor": 0}
    spent = {"ours": 0.0, "floor": 0.0}
    for number in range(ROUNDS):
        for side in sorted(done, reverse=bool(number % 2)):
            act = sides.ours if side == "ours" else sides.floor
            started = time.perf_counter()
            while time.perf_counter() - started < seconds:
                act(done[side] % HOUSEHOLDS)
                done[side] += 1
            spent[side] += time.perf_counter() - started
    return {side: done[side] / spent[side] for side in done}


def _marked(database: Database, statement: str) -> str:
    names = ("transfer", "posting", "key", "now", "source", "destination", "amount", "account")
    mark = ":{}" if database.dialect == "sqlite" else "%({})s"
    return statement.format_map({name: mark.format(name) for name in names})


def _id(database: Database, value: UUID) -> str | UUID:
    return value.hex if database.dialect == "sqlite" else value


def compare(dialect: str, entries: int, seconds: float, console: Console) -> dict[str, dict[str, float]]:
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server(durable=True)) if dialect == "postgresql" else None
        guarded = stack.enter_context(fresh_database(dialect, server))
        bare = stack.enter_context(fresh_database(dialect, server))
        books = {}
        for name, database in (("ours", guarded), ("floor", bare)):
            with console.status(f"{dialect}: {entries:,} entries for {name}"):
                books[name] = ledger_fill.fill(database, entries, guarded=name == "ours")
        found = {
            "transfers": per_second(writing(guarded, bare, books), seconds),
            "balances": per_second(reading(guarded, bare, books), seconds),
        }
        with guarded.unit_of_work() as session:  # what was measured was booked
            booked = session.scalar(
                text("SELECT count(*) FROM ledger_transfers WHERE key LIKE 'benchmark:%'")
            )
        assert booked
        return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", default="10000,5000000", help="sizes of the book, in entries")
    parser.add_argument("--seconds", type=float, default=3, help="length of one round of one side")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()

    console = Console()
    table = Table("database", "entries", "what", "ours/s", "floor/s", "ratio to floor")
    figures: dict[str, object] = {"load_average": os.getloadavg(), "target_ratio": TARGET_RATIO}
    for dialect in options.databases.split(","):
        for entries in map(int, options.entries.split(",")):
            for what, rates in compare(dialect, entries, options.seconds, console).items():
                row = {**{side: round(rate, 1) for side, rate in rates.items()}}
                row["ratio_to_floor"] = round(rates["ours"] / rates["floor"], 3)
                figures[f"{dialect}/{entries}/{what}"] = row
                table.add_row(dialect, f"{entries:,}", what, *(str(value) for value in row.values()))
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
