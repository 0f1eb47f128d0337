"""Texts that went out and sessions that were dialled, at a price, as a month would have left them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.messaging.models import OutboxMessage, OutboxStatus, UssdOutcome, UssdSession, UssdTurn


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


def a_call(
    session: Session, started_at: datetime, told_price_micros: int | None, about: Sequence[UUID | None] = ()
) -> UssdSession:
    """`about` is whom each of its turns was about."""
    made = UssdSession(
        gateway="africastalking",
        session_id=str(new_id()),
        phone="+2348000000001",
        service_code="*384*1#",
        network_code="62130",
        text="",
        state="menu",
        data={},
        trail=[],
        secrets=[],
        screens=["Bye."],
        page=0,
        outcome=UssdOutcome.ENDED,
        started_at=started_at,
        last_at=started_at,
        told_price_micros=told_price_micros,
    )
    session.add(made)
    session.flush()
    for number, household_id in enumerate(about):
        turn = UssdTurn(
            ussd_session_id=made.id,
            text_digest=str(number),
            text=str(number),
            answer="Bye.",
            ends=False,
            template="menu",
            language="en",
            household_id=household_id,
            raw={},
            received_at=started_at,
        )
        session.add(turn)
        session.flush()
    return made
