"""One PostgreSQL database for many tests, wiped in between: a new copy for each costs a hundred times as much."""

from __future__ import annotations

import uuid

from sqlalchemy import URL, Connection, NullPool, create_engine, text

from tests import postgres

PATIENCE_MS = 10_000

_END_OTHERS = """
    SELECT pg_terminate_backend(pid, :patience_ms) FROM pg_stat_activity
    WHERE datname = :name AND pid <> pg_backend_pid()
"""
# Whatever a test does to the schema adds, changes or removes a row of one of these.
_CATALOGUE = (
    "pg_class",
    "pg_attribute",
    "pg_constraint",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_trigger",
    "pg_type",
)
_SCHEMA = "SELECT " + ", ".join(
    f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {table})" for table in _CATALOGUE
)
_TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


class Slate:
    """Hands out the same database again and again, each time under a new name and as empty as `template`."""

    def __init__(self, server_url: URL, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._name = ""
        self._filled: list[str] = []
        self._emptied: list[str] = []
        self._as_made: list[object] = []

    def wiped(self) -> str:
        """Address of a database with the template's schema and rows, and nobody connected to it."""
        if self._name:
            # Whoever was left behind by the last test is cut off, and does not find the way back.
            self._rename()
        if not self._name or not self._wipe():
            self.drop()
            self._copy()
        return self._url().render_as_string(hide_password=False)

    def drop(self) -> None:
        if self._name:
            postgres.execute(self._server_url, f"DROP DATABASE {self._name} WITH (FORCE)")
        self._name = ""

    def _copy(self) -> None:
        self._name = _new_name()
        postgres.execute(self._server_url, f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        with self._connected(self._url()) as connection:
            tables = list(connection.scalars(text(_TABLES)))
            self._filled = [
                table for table in tables if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {table})"))
            ]
            self._emptied = [table for table in tables if table not in self._filled]
            self._as_made = self._state(connection)

    def _rename(self) -> None:
        new_name = _new_name()
        with self._connected(self._server_url) as connection:
            connection.execute(text(_END_OTHERS), {"name": self._name, "patience_ms": PATIENCE_MS})
            connection.execute(text(f"ALTER DATABASE {self._name} RENAME TO {new_name}"))
        self._name = new_name

    def _wipe(self) -> bool:
        """Delete all that the last test wrote; false if it changed more than that can undo."""
        deletes = " ".join(f"DELETE FROM {table};" for table in self._emptied)
        with self._connected(self._url()) as connection:
            if self._state(connection) != self._as_made:
                return False
            connection.execute(text("SET session_replication_role = replica"))  # the book refuses deletes
            connection.execute(text(f"DO $$ BEGIN {deletes} END $$"))
            return True

    def _state(self, connection: Connection) -> list[object]:
        rows = [
            connection.execute(text(f"SELECT t::text FROM {table} AS t ORDER BY 1")) for table in self._filled
        ]
        return [*connection.execute(text(_SCHEMA)).one(), *(list(result) for result in rows)]

    def _url(self) -> URL:
        return self._server_url.set(database=self._name)

    def _connected(self, url: URL) -> Connection:
        return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def _new_name() -> str:
    return f"weighback_test_{uuid.uuid4().hex}"
