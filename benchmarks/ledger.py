"""The book against bare SQL: transfers and balance reads per second, in a small book and in a large one.

Both sides work on the same rows, each in a unit of work of its own (`Database.unit_of_work`: begin, commit, SQLite's
queue for the one writer), with the same driver. The floor writes the four rows of a transfer (itself, a posting, two
entries) with hand-written SQL on the driver's cursor, on a copy of the database without triggers and foreign keys, and
reads a balance by the primary key of the last entry, of an account whose id it knows. Ours is `app.ledger.service`:
keys, content digests, locks, triggers and floors, and balances found by the household. All sides and sizes take
turns in short stretches.

`driver_alone` is the floor's SQL on a bare connection from the same pool: what the unit of work itself costs.
`against_smallest` is our speed as a part of that in the smallest book: 1 where cost does not grow. Example:

    .venv/bin/python -m benchmarks.ledger --entries 10000,5000000 --json ledger.json

PostgreSQL is the one that the tests use (see tests/postgres.py), waiting for the disk. Filling five million entries
takes a minute or two on each database.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import URL, NullPool, create_engine, event, make_url, text

from app import migrate
from app.db import Database
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.ledger.reading import check as ledger_check
from benchmarks import ledger_fill
from benchmarks.ledger_fill import HOUSEHOLDS, Books
from migrations import ledger_triggers
from tests import postgres

STRETCH_SECONDS = 0.25
WARM_UP = 20
"""psycopg prepares a statement from its sixth run on."""
PROVED_UP_TO = 100_000
"""Entries up to which the whole book is proved before it is measured."""
RATIOS = ("ratio_to_floor", "ratio_to_driver_alone", "against_smallest")
TARGET_RATIO = 0.5
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AMOUNT_MINOR = 25
Act = Callable[[int], None]

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
    """One thing done once by each side; `number` says for which household."""

    ours: Act
    floor: Act
    driver_alone: Act


@contextmanager
def filled(
    dialect: str, server: URL | None, entries: int, console: Console
) -> Iterator[tuple[Database, Database, Books]]:
    """A guarded book, and a copy of it that nothing guards."""
    with ExitStack() as stack:
        if server is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weighback-benchmark-")))
            urls = [f"sqlite:///{folder / name}.sqlite3" for name in ("guarded", "bare")]
        else:
            urls = [stack.enter_context(postgres.new_database(server)) for _ in ("guarded", "bare")]
        guarded = Database(urls[0])
        stack.callback(guarded.close)
        migrate.upgrade(guarded)
        with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=console) as progress:
            bar = progress.add_task(f"{dialect}: {entries:,} entries", total=entries)
            books = ledger_fill.fill(guarded, entries, lambda more: progress.advance(bar, more))
        guarded.engine.dispose()
        if server is None:
            shutil.copyfile(folder / "guarded.sqlite3", folder / "bare.sqlite3")
        else:
            _copy(server, urls)
        bare = Database(urls[1])
        stack.callback(bare.close)
        _take_guards_away(bare)
        if entries <= PROVED_UP_TO:
            with guarded.snapshot() as session:
                assert ledger_check(session) == []
        yield guarded, bare, books


def _copy(server: URL, urls: list[str]) -> None:
    names = [make_url(url).database for url in urls]
    with create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.execute(text(f'DROP DATABASE "{names[1]}"'))
        connection.execute(text(f'CREATE DATABASE "{names[1]}" TEMPLATE "{names[0]}" STRATEGY file_copy'))


def _take_guards_away(bare: Database) -> None:
    if bare.dialect == "sqlite":
        event.listen(bare.engine, "connect", lambda made, _: made.execute("PRAGMA foreign_keys = OFF"))
        statements = [f"DROP TRIGGER {name}" for name in ledger_triggers.sqlite_names()]
    else:
        tables = ("ledger_accounts", *ledger_triggers.APPEND_ONLY_TABLES)
        statements = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables]
    with bare.unit_of_work() as session:
        for statement in statements:
            session.execute(text(statement))


def writing(guarded: Database, bare: Database, books: Books) -> Sides:
    """A weighing's credit, each in a transaction of its own."""
    keys = count()
    statements = [_marked(bare, statement) for statement in FLOOR_WRITE]

    def ours(number: int) -> None:
        with guarded.unit_of_work() as session:
            ledger.transfer(
                session,
                key=f"benchmark:{next(keys)}",
                kind="weighing",
                postings=[ledger.Posting(books.expense_id, books.credit_ids[number], AMOUNT_MINOR)],
                reason="weighed",
                cause=ledger.Cause("weighing", books.household_ids[number]),
                effective_at=NOW,
                now=NOW,
            )

    def write(cursor: Any, number: int) -> None:
        values = {
            "transfer": _id(bare, new_id()),
            "posting": _id(bare, new_id()),
            "key": f"benchmark:{next(keys)}",
            "now": NOW.replace(tzinfo=None).isoformat(" ") if bare.dialect == "sqlite" else NOW,
            "source": _id(bare, books.expense_id),
            "destination": _id(bare, books.credit_ids[number]),
            "amount": AMOUNT_MINOR,
        }
        for statement in statements:
            cursor.execute(statement, values)

    return _against(ours, bare, write)


def reading(guarded: Database, bare: Database, books: Books) -> Sides:
    """What one household can spend."""

    def ours(number: int) -> None:
        with guarded.unit_of_work() as session:
            assert ledger.balance(session, books.household_ids[number]) > 0

    return _against(ours, bare, _bare_read(bare, books.credit_ids))


def reading_busiest(guarded: Database, bare: Database, books: Books) -> Sides:
    """What the account with half of all entries stands at."""

    def ours(_number: int) -> None:
        with guarded.unit_of_work() as session:
            assert ledger.account_balance(session, books.expense_id) < 0

    return _against(ours, bare, _bare_read(bare, [books.expense_id] * HOUSEHOLDS))


def _bare_read(bare: Database, account_ids: Sequence[UUID]) -> Callable[[Any, int], None]:
    statement = _marked(bare, FLOOR_READ)

    def read(cursor: Any, number: int) -> None:
        cursor.execute(statement, {"account": _id(bare, account_ids[number])})
        ((balance_minor,),) = cursor.fetchall()
        assert balance_minor

    return read


def _against(ours: Act, bare: Database, act: Callable[[Any, int], None]) -> Sides:
    def floor(number: int) -> None:
        with bare.unit_of_work() as session:
            act(session.connection().connection.cursor(), number)

    def driver_alone(number: int) -> None:
        connection = bare.engine.raw_connection()
        try:
            cursor = connection.cursor()
            if bare.dialect == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            act(cursor, number)
            connection.commit()
        finally:
            connection.close()

    return Sides(ours, floor, driver_alone)


def per_second(sides: Mapping[int, Sides], seconds: float) -> dict[int, dict[str, float]]:
    """Each side of each size in turn, `seconds` altogether, in short stretches so that all meet the same load."""
    acts: dict[tuple[int, str], Act] = {
        (entries, side.name): getattr(one, side.name)
        for entries, one in sides.items()
        for side in fields(one)
    }
    done = dict.fromkeys(acts, 0)
    spent = dict.fromkeys(acts, 0.0)
    for act in acts.values():  # what is made once is made here
        for number in range(WARM_UP):
            act(number % HOUSEHOLDS)
    for stretch in range(max(2, round(seconds / STRETCH_SECONDS))):
        for which in sorted(acts, reverse=bool(stretch % 2)):
            act, started = acts[which], time.perf_counter()
            while (took := time.perf_counter() - started) < STRETCH_SECONDS:
                act(done[which] % HOUSEHOLDS)
                done[which] += 1
            spent[which] += took
    return {
        entries: {side.name: done[entries, side.name] / spent[entries, side.name] for side in fields(Sides)}
        for entries in sides
    }


def _marked(database: Database, statement: str) -> str:
    names = ("transfer", "posting", "key", "now", "source", "destination", "amount", "account")
    mark = ":{}" if database.dialect == "sqlite" else "%({})s"
    return statement.format_map({name: mark.format(name) for name in names})


def _id(database: Database, value: UUID) -> str | UUID:
    return value.hex if database.dialect == "sqlite" else value


def compare(
    dialect: str, sizes: Sequence[int], seconds: float, console: Console
) -> Iterator[tuple[str, dict[int, dict[str, float]]]]:
    """What is done, and how often a second by each side at each size."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server(durable=True)) if dialect == "postgresql" else None
        books = {entries: stack.enter_context(filled(dialect, server, entries, console)) for entries in sizes}
        for what, sides in KINDS.items():
            yield what, per_second({entries: sides(*one) for entries, one in books.items()}, seconds)
        for guarded, _, _ in books.values():
            with guarded.unit_of_work() as session:  # what was measured was booked
                query = "SELECT count(*) FROM ledger_transfers WHERE key LIKE 'benchmark:%'"
                assert session.scalar(text(query))


KINDS = {"transfers": writing, "balances": reading, "busiest": reading_busiest}


def _ratios(rates: Mapping[str, float], smallest: Mapping[str, float]) -> dict[str, float]:
    against = (rates["floor"], rates["driver_alone"], smallest["ours"])
    return {name: round(rates["ours"] / other, 3) for name, other in zip(RATIOS, against, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", default="10000,5000000", help="sizes of the book, in entries")
    parser.add_argument("--seconds", type=float, default=6, help="how long each side does each thing")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()

    console = Console()
    sides = [side.name for side in fields(Sides)]
    table = Table("database", "entries", "what", *(f"{side}/s" for side in sides), *RATIOS)
    figures: dict[str, object] = {"target_ratio": TARGET_RATIO, "load_average_before": os.getloadavg()}
    sizes = sorted(map(int, options.entries.split(",")))
    for dialect in options.databases.split(","):
        for what, found in compare(dialect, sizes, options.seconds, console):
            for entries, rates in found.items():
                row = {side: round(rate, 1) for side, rate in rates.items()} | _ratios(rates, found[sizes[0]])
                figures[f"{dialect}/{entries}/{what}"] = row
                table.add_row(dialect, f"{entries:,}", what, *(str(value) for value in row.values()))
    figures["load_average_after"] = os.getloadavg()
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
