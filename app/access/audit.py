"""The trail of who did what, written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.models import AuditEvent


def record(
    session: Session,
    actor: str,
    action: str,
    object_type: str,
    object_id: UUID | str | None,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one line of the trail. `detail` holds ids and changed fields' names, never personal data."""
    session.add(
        AuditEvent(
            at=now,
            actor=actor,
            action=action,
            object_type=object_type,
            object_id=None if object_id is None else str(object_id),
            detail=dict(detail or {}),
        )
    )
