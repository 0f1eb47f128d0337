"""Short reads on the driver's own cursor, inside the session's transaction.

For a row found by an index, SQLAlchemy's own work is several times the database's. Where such a read comes with every
text, its Core statement is compiled once for each database and its parameters go straight to the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

_Made = tuple[str, Callable[[UUID], Any]]


class BareRead:
    """A select whose parameter `name` is a UUID, of columns that the driver gives as they are: numbers, texts."""

    def __init__(self, name: str, statement: Select[*tuple[Any, ...]]) -> None:
        self._name: Final = name
        self._statement: Final = statement
        self._made: dict[str, _Made] = {}

    def rows(self, session: Session, value: UUID) -> list[tuple[Any, ...]]:
        """Every row, with what `session` has flushed so far."""
        connection = session.connection()
        dialect = connection.dialect
        sql, parameters = self._made.get(dialect.name) or self._make(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, parameters(value))
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def _make(self, dialect: Dialect) -> _Made:
        compiled = self._statement.compile(dialect=dialect)
        fixed: dict[str, Any] = dict(compiled.params)
        order: list[str] = list(getattr(compiled, "positiontup", None) or ())
        stored: Callable[[UUID], Any] = Uuid().dialect_impl(dialect).bind_processor(dialect) or _as_it_is

        def parameters(value: UUID) -> Any:
            given = fixed | {self._name: stored(value)}
            return [given[name] for name in order] if order else given

        made = self._made[dialect.name] = (str(compiled), parameters)
        return made


def _as_it_is(value: UUID) -> UUID:
    return value
