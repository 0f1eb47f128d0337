"""The way from nothing, or from an older version, to today's schema."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

import migrations
from app import migrate
from app.db import Database
from app.schema import metadata

VERSIONS = sorted((Path(migrations.__file__).parent / "versions").glob("2*.py"))


def tables(database: Database) -> set[str]:
    with database.engine.begin() as connection:
        return set(inspect(connection).get_table_names())


def test_an_empty_database_gets_every_table(empty_database: Database) -> None:
    assert not migrate.is_current(empty_database)
    migrate.upgrade(empty_database)
    assert migrate.is_current(empty_database)
    assert set(metadata.tables) <= tables(empty_database)


def test_models_and_migrations_agree(database: Database) -> None:
    assert migrate.drift(database) == []


def test_a_table_that_no_migration_made_is_noticed(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE stray (id integer)"))
    assert "stray" in str(migrate.drift(database))


def test_migrating_twice_at_once_does_it_once(empty_database: Database) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    others = [Database(url), Database(url)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate.upgrade, others))
    for other in others:
        other.close()
    assert migrate.is_current(empty_database)


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """Switching a file to WAL is refused at once, busy timeout or not, while another does it."""
    for attempt in range(40):
        databases = [Database(f"sqlite:///{tmp_path / str(attempt)}.sqlite3") for _ in range(4)]
        at_once = Barrier(len(databases))

        def opened(database: Database, at_once: Barrier = at_once) -> None:
            at_once.wait()
            with database.engine.begin() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS made (id integer)"))

        with ThreadPoolExecutor(len(databases)) as pool:
            list(pool.map(opened, databases))
        for database in databases:
            database.close()


def test_a_failed_migration_leaves_nothing_behind(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrations.ledger_triggers.SQLITE", ["CREATE TRIGGER nonsense"])
    monkeypatch.setattr("migrations.ledger_triggers.POSTGRESQL", ["CREATE TRIGGER nonsense"])
    with pytest.raises(DBAPIError):
        migrate.upgrade(empty_database)
    assert tables(empty_database) == set()


def test_a_book_keeps_its_rows_and_its_guards_when_its_tables_are_rebuilt(empty_database: Database) -> None:
    account = {"id": "0193572a6b0070008000000000000001", "code": "float:standin"}
    add = (
        "INSERT INTO ledger_accounts (id, code, kind, currency, may_go_below_zero)"
        " VALUES (:id, :code, 'provider_float', 'NGN', true)"
    )
    with migrate.exclusive(empty_database) as connection:
        command.upgrade(migrate.config(connection), "2026_11_24_questions")
        connection.execute(text(add), account)
    migrate.upgrade(empty_database)
    with empty_database.unit_of_work() as session:
        assert session.scalars(text("SELECT code FROM ledger_accounts")).all() == ["float:standin"]
    with pytest.raises(DBAPIError, match="append-only"), empty_database.unit_of_work() as session:
        session.execute(text("DELETE FROM ledger_accounts"))


def test_migrations_are_named_after_their_day() -> None:
    assert VERSIONS
    for path in VERSIONS:
        assert re.fullmatch(r"20\d\d_[01]\d_[0-3]\d_[a-z0-9_]+", path.stem)
        assert f'revision = "{path.stem}"' in path.read_text()
