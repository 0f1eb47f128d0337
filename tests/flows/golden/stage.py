"""One town on SQLite, put back to how it was before each story: a new database for each costs ten times as much."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.db import Database
from app.flows.talk import Talk
from tests.flows.phones import Town, a_town


class Stage:
    """The town of all stories."""

    def __init__(self, path: Path, talk: Talk) -> None:
        """`path`: a migrated, empty database."""
        self.database = Database(f"sqlite:///{path}")
        self._town = a_town(self.database, talk)
        self._as_made = sqlite3.connect(":memory:")
        with self._raw() as connection:
            connection.execute("PRAGMA synchronous = OFF")  # a story outlives no power cut
            connection.backup(self._as_made)

    def set_for(self, talk: Talk) -> Town:
        """The town as it was made, at the same moment."""
        with self._raw() as connection:
            self._as_made.backup(connection)
        return replace(self._town, talk=talk)

    def close(self) -> None:
        self.database.close()
        self._as_made.close()

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        pooled = self.database.engine.raw_connection()
        try:
            driver = pooled.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            yield driver
        finally:
            pooled.close()
