"""One phone's texts as its owner sees them: what it sent and what has reached it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.conversation.fit import measure
from app.messaging.models import InboxMessage, OutboxMessage, OutboxStatus

REACHED_THE_PHONE: Final = (OutboxStatus.REPLIED, OutboxStatus.SENT, OutboxStatus.DELIVERED)


@dataclass(frozen=True)
class Text:
    inbound: bool
    body: str
    at: datetime
    parts: int
    encoding: str
    """`gsm7` or `ucs2`."""


def thread(session: Session, phone: str, limit: int = 60) -> list[Text]:
    """The last `limit` texts from and to `phone`, the oldest first.

    In the order in which they were recorded, which is the order of their ids: a demo's clock can go back.
    """
    typed = session.execute(
        select(InboxMessage.id, InboxMessage.body, InboxMessage.received_at)
        .where(InboxMessage.phone == phone)
        .order_by(InboxMessage.id.desc())
        .limit(limit)
    )
    came = session.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.body,
            OutboxMessage.sent_at,
            OutboxMessage.created_at,
            OutboxMessage.parts,
            OutboxMessage.encoding,
        )
        .where(OutboxMessage.phone == phone, OutboxMessage.status.in_(REACHED_THE_PHONE))
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    texts = [(row.id, _typed(row.body, row.received_at)) for row in typed]
    texts += [
        (row.id, Text(False, row.body, row.sent_at or row.created_at, row.parts, row.encoding))
        for row in came
    ]
    return [text for _, text in sorted(texts, key=lambda pair: pair[0])][-limit:]


def _typed(body: str, at: datetime) -> Text:
    size = measure(body)
    return Text(True, body, at, size.parts, size.encoding.value)
