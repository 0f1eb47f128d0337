"""The database: engine, base class, and the unit of work.

SQLite gets exactly one writer connection and takes its write lock when a unit of work begins
(BEGIN IMMEDIATE), so writers queue in this process and wait their turn across processes.
PostgreSQL runs READ COMMITTED; services lock the rows they decide on.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from app.db.base import Base, UtcDateTime
from app.db.group_commit import GroupCommit
from app.errors import ConfigurationError

__all__ = ["Base", "Database", "UtcDateTime", "lock_name", "lock_phone"]

SQLITE_BUSY_TIMEOUT_MS = 15_000
POSTGRESQL_POOL_SIZE = 20


class Database:
    """One engine and the only way to open a transaction on it."""

    def __init__(self, url: str) -> None:
        """Open `sqlite:///…` or `postgresql://…`. Raises `ConfigurationError` for other databases."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigurationError("WEIGHBACK_DATABASE_URL is no address of a database") from error
        self.dialect = parsed.get_backend_name()
        if self.dialect == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise ConfigurationError(
                "WEIGHBACK_DATABASE_URL names no file, such as sqlite:///weighback.sqlite3"
            )
        if self.dialect == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")  # hosts hand out plain postgresql://
        self._group_commit: GroupCommit | None = None
        if self.dialect == "sqlite":
            self.engine = create_engine(
                parsed,
                pool_size=1,
                max_overflow=0,
                pool_timeout=30,
                hide_parameters=True,  # errors are logged; what people wrote is not
                connect_args={"check_same_thread": False},
            )
            _set_up_sqlite(self.engine)
            self._group_commit = GroupCommit(self.engine)
        elif self.dialect == "postgresql":
            self.engine = create_engine(
                parsed,
                pool_size=POSTGRESQL_POOL_SIZE,
                max_overflow=10,
                pool_pre_ping=True,
                hide_parameters=True,
            )
        else:
            raise ConfigurationError(
                f"WEIGHBACK_DATABASE_URL names {self.dialect}; use sqlite:/// or postgresql+psycopg://"
            )

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back whole if anything is raised."""
        if self._group_commit is not None:
            with self._group_commit.unit_of_work() as session:
                yield session
            return
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that reads the database as it is now, however long it takes, and keeps nobody waiting.

        It writes nothing: the database refuses.
        """
        if self.dialect == "sqlite":
            engine = create_engine(self.engine.url, poolclass=NullPool, hide_parameters=True)
            _set_up_sqlite_reader(engine)
        else:
            engine = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with Session(engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()


_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def lock_phone(session: Session, phone: str) -> None:
    """Hold `phone`'s turn until the transaction ends; a second caller waits (law: one turn at a time)."""
    lock_name(session, phone)


def lock_name(session: Session, name: str) -> None:
    """Hold `name`, whatever it stands for, until the transaction ends; a second caller waits.

    On SQLite the transaction already holds the only write lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        key = int.from_bytes(digest, signed=True)
        session.connection().execute(_LOCK, {"key": key})


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}")
        _keep_a_write_ahead_log(connection)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON"):
            connection.execute(f"PRAGMA {pragma}")
        # The job engine's tables and statements say unixepoch('subsec'), which SQLite knows from 3.42 on.
        connection.create_function("unixepoch", 1, lambda _subsec: time.time())

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_up_sqlite_reader(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def _keep_a_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL, which it then stays in.

    SQLite's busy timeout does not hold for this switch: where another process is just making the same file, it
    is refused at once, so we wait for our turn ourselves.
    """
    deadline = time.monotonic() + SQLITE_BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
