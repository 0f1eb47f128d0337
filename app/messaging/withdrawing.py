"""Taking back texts that are queued, before they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, update
from sqlalchemy.orm import Session

from app.messaging.models import OutboxMessage, OutboxStatus


def withdraw(session: Session, row_ids: Select[Any], reason: str, now: datetime) -> list[UUID]:
    """Drop those of `row_ids` that are still queued, a sender's lease or not; returns which.

    What a sender has begun with is not among them: it is SENDING by then, and this update waits for that.
    A sender that comes later finds the row dropped and sends nothing.
    """
    dropped = {
        "status": OutboxStatus.DROPPED,
        "error_code": reason,
        "leased_by": None,
        "leased_until": None,
        "updated_at": now,
    }
    return list(
        session.scalars(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(row_ids), OutboxMessage.status == OutboxStatus.QUEUED)
            .values(dropped)
            .returning(OutboxMessage.id)
        )
    )
