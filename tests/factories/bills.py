"""Texts that went out, at a price, as a month of sending would have left them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.messaging.models import OutboxMessage, OutboxStatus


def a_text(
    session: Session,
    sent_at: datetime | None,
    *,
    template: str = "receipt",
    language: str = "en",
    parts: int = 1,
    price_micros: int | None = 4_000_000,
    told_price_micros: int | None = None,
    gateway: str = "twilio",
    household_id: UUID | None = None,
    status: OutboxStatus = OutboxStatus.DELIVERED,
    not_before: datetime | None = None,
) -> OutboxMessage:
    """`price_micros` is that of all its parts. One that was never sent has no `sent_at`."""
    moment = sent_at or not_before
    assert moment is not None
    made = OutboxMessage(
        id=new_id(),
        phone="+2348000000001",
        household_id=household_id,
        template=template,
        language=language,
        body="Thank you!",
        encoding="gsm7",
        parts=parts,
        status=status,
        not_before=not_before or moment,
        gateway=gateway,
        price_micros=price_micros,
        told_price_micros=told_price_micros,
        created_at=moment,
        sent_at=sent_at,
        updated_at=moment,
    )
    session.add(made)
    session.flush()
    return made
