"""Lists, a page at a time, newest first. A cursor is the last id of the page before, in a wrapper."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import InvalidInput

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
_MARK = b"1"  # of this kind of cursor; another kind gets another mark
_CURSOR_BYTES = 17

T = TypeVar("T")
Row = TypeVar("Row")


class ListQuery(BaseModel):
    """What every list takes; each noun adds its filters. An unknown filter is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="How many at most.")
    cursor: str | None = Field(
        None, max_length=64, description="`next_cursor` of the page before; the other filters stay the same."
    )

    def filters(self) -> dict[str, Any]:
        """The filters that were given, for the audit trail."""
        return self.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last page.")


def fetch(
    session: Session,
    query: Select[Row],
    asked: ListQuery,
    id_column: InstrumentedAttribute[UUID],
    newest_by: InstrumentedAttribute[Any] | None = None,
) -> tuple[list[Row], str | None]:
    """One page of `query` and the cursor to the next.

    Ids are in order of creation, so they order the list, except where `newest_by` says otherwise
    (ids made elsewhere).
    """
    key = [id_column] if newest_by is None else [newest_by, id_column]
    last_id = reached(asked)
    if last_id is not None:
        if newest_by is None:
            query = query.where(id_column < last_id)
        else:
            last = select(*key).where(id_column == last_id).correlate(None).scalar_subquery()
            query = query.where(tuple_(*key) < last)
    rows = list(session.scalars(query.order_by(*(column.desc() for column in key)).limit(asked.limit + 1)))
    return cut(rows, asked, id_column.key)


def cut(found: Sequence[Row], asked: ListQuery, id_name: str = "id") -> tuple[list[Row], str | None]:
    """What was found, one more than asked for where there is more, as one page and the cursor to the next."""
    shown = list(found[: asked.limit])
    return shown, _cursor_after(getattr(shown[-1], id_name)) if len(found) > asked.limit else None


def _cursor_after(last_id: UUID) -> str:
    return base64.urlsafe_b64encode(_MARK + last_id.bytes).rstrip(b"=").decode()


def reached(asked: ListQuery) -> UUID | None:
    """The last id of the page before; None at the beginning. Raises `InvalidInput`."""
    return None if asked.cursor is None else _open(asked.cursor)


def _open(cursor: str) -> UUID:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if raw[:1] != _MARK or len(raw) != _CURSOR_BYTES:
        raise InvalidInput("?cursor", "is no cursor that was given out here")
    return UUID(bytes=raw[1:])


def matching(*pairs: tuple[Any, Any]) -> list[ColumnElement[bool]]:
    """One condition per (column, value) whose value was given."""
    return [column == value for column, value in pairs if value is not None]
