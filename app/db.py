"""The database: engine, base class, and the unit of work.

SQLite gets exactly one writer connection and takes its write lock when a unit of work begins
(BEGIN IMMEDIATE), so writers queue in this process and wait their turn across processes.
PostgreSQL runs READ COMMITTED; services lock the rows they decide on.
"""

from __future__ import annotations

import enum
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Engine, Enum, MetaData, create_engine, event, make_url, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app.errors import ConfigurationError

SQLITE_BUSY_TIMEOUT_MS = 15_000
POSTGRESQL_POOL_SIZE = 20

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(statuses: type[enum.StrEnum]) -> list[str]:
    return [status.value for status in statuses]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        # Kept as the value's text, so that a new status needs no change of schema.
        enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=24, values_callable=_values),
    }


class Database:
    """One engine and the only way to open a transaction on it."""

    def __init__(self, url: str) -> None:
        """Open `sqlite:///…` or `postgresql+psycopg://…`. Raises `ConfigurationError` for other databases."""
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
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
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def lock_phone(session: Session, phone: str) -> None:
    """Hold `phone`'s turn until the transaction ends; a second caller waits (law: one turn at a time).

    On SQLite the transaction already holds the only write lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.blake2b(phone.encode(), digest_size=8).digest()
        key = int.from_bytes(digest, signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        for pragma in (
            f"busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
