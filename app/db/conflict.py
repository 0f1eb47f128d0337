"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import Executable

from app.db.base import Base


def insert(session: Session, model: type[Base]) -> postgresql.Insert:
    """An INSERT into `model`'s table that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return cast("postgresql.Insert", sqlite.insert(model))  # the same methods, under another class


_StatementT = TypeVar("_StatementT")


def prepare(
    model: type[Base], build: Callable[[postgresql.Insert], _StatementT]
) -> Mapping[str, _StatementT]:
    """`build`'s statement for each database by its name, made once.

    Building a statement costs more than running it, so what runs for every text is prepared. Values are
    given as parameters named like the columns; run it with `run`.
    """
    table: Any = model.__table__
    return {
        "postgresql": build(postgresql.insert(table)),
        "sqlite": build(cast("postgresql.Insert", sqlite.insert(table))),
    }


def run(session: Session, prepared: Mapping[str, Executable], values: Mapping[str, Any]) -> CursorResult[Any]:
    """Run the statement made for this session's database."""
    connection = session.connection()
    return connection.execute(prepared[connection.dialect.name], values)
