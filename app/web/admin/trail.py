"""Reads of personal data leave a line in the audit trail, as writes do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.keys import Caller
from app.kernel.phone import mask
from app.web.admin.paging import ListQuery


def listed(
    session: Session,
    caller: Caller,
    object_type: str,
    ids: Iterable[UUID],
    asked: ListQuery,
    *,
    now: datetime,
) -> None:
    """`caller` was shown these objects; a phone among the filters is masked."""
    filters = asked.filters()
    if "phone" in filters:
        filters["phone"] = mask(str(filters["phone"]))
    detail: dict[str, Any] = {"ids": [str(one) for one in ids], "filters": filters}
    record(session, caller.actor, "listed", object_type, None, now=now, detail=detail)


def read(session: Session, caller: Caller, object_type: str, object_id: UUID, *, now: datetime) -> None:
    record(session, caller.actor, "read", object_type, object_id, now=now)


def wrote(
    session: Session,
    caller: Caller,
    action: str,
    object_type: str,
    object_id: UUID,
    *,
    now: datetime,
    **detail: Any,
) -> None:
    """`caller` did `action`; `detail` holds ids, statuses and names of fields, never personal data."""
    record(session, caller.actor, action, object_type, object_id, now=now, detail=detail)
