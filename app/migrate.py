"""Bringing a database to the newest schema, for the command line, the demo and the tests alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from app import jobs
from app.db import Database
from app.schema import metadata

LOCK_TIMEOUT_MS: Final = 5_000
"""How long a migration may wait for a table on PostgreSQL; while it waits, everyone else waits behind it."""
_ADVISORY_LOCK: Final = 0x57454947_4842
"""Any fixed number; two migrators on one PostgreSQL take turns on it."""


def upgrade(database: Database) -> None:
    """Bring `database` to the newest schema, all of it or none, and the job engine's own tables after it.

    Safe to repeat and to run twice at once.
    """
    with exclusive(database) as connection:
        command.upgrade(config(connection), "head")
    jobs.migrate(database.engine)


def is_current(database: Database) -> bool:
    """Whether `database` has exactly the schema that this version of the code was written for."""
    newest = ScriptDirectory.from_config(config()).get_heads()
    with database.engine.begin() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(newest)


def drift(database: Database) -> list[object]:
    """How the models and the migrated `database` differ; empty where they agree."""
    with database.engine.begin() as connection:
        options = {"compare_type": True, "include_name": is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


@contextmanager
def exclusive(database: Database) -> Iterator[Connection]:
    """One transaction in which the schema may change, with no second migrator beside it."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            with _foreign_keys_checked_at_the_end(connection), connection.begin():
                yield connection
                _refuse_orphans(connection)
        else:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
                yield connection


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Alembic's `include_name`: leaves the job engine's tables alone."""
    return kind != "table" or name not in jobs.ENGINE_TABLES


def config(connection: Connection | None = None) -> Config:
    """Alembic's own, for our migrations on `connection`, as `exclusive` gives it."""
    made = Config()
    made.set_main_option("script_location", str(resources.files("migrations")).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@contextmanager
def _foreign_keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building a new one and dropping the old, which must not cascade."""
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.close()


def _refuse_orphans(connection: Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise RuntimeError(
            f"a migration left a row of {orphan[0]} without its {orphan[2]}; nothing was changed"
        )
