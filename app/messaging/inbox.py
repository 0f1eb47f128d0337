"""Texts that came in: each is taken once, however often its gateway delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.conversation.fit import measure
from app.db import conflict
from app.kernel.ids import new_id
from app.messaging.models import InboxMessage, OutboxMessage, OutboxStatus
from app.messaging.outbox import BEFORE_ALL_OTHERS
from app.messaging.prices import NO_PRICES, Prices

_inbox = cast("Table", InboxMessage.__table__)
_outbox = cast("Table", OutboxMessage.__table__)


@dataclass(frozen=True)
class InboundText:
    gateway: str
    provider_message_id: str
    phone: str
    """The sender as given; a short code or a name where it is no phone."""
    recipient: str
    body: str
    opt_out_type: str | None = None
    """`STOP`, `START` or `HELP` where the gateway has acted on that, and answered, already."""
    raw: Mapping[str, str] = field(default_factory=dict)
    replies_inline: bool = True
    """Whether the gateway takes the reply from the answer to its webhook. Where not, a worker sends it."""


@dataclass(frozen=True)
class Received:
    row_id: UUID
    first_time: bool
    reply: str | None
    """What it was answered when it came first."""


_RECORD = conflict.prepare(
    InboxMessage,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["gateway", "provider_message_id"]).returning(
        _inbox.c.id
    ),
)
_KNOWN = (
    select(_inbox.c.id, _outbox.c.body.label("reply"))
    .outerjoin(_outbox, _outbox.c.in_reply_to_id == _inbox.c.id)
    .where(
        _inbox.c.gateway == bindparam("of_gateway"), _inbox.c.provider_message_id == bindparam("of_message")
    )
)
_ANSWER = insert(_outbox)
FORGOTTEN: Final = "****"


def receive(session: Session, text: InboundText, now: datetime) -> Received:
    """Record `text`, or find what became of it where its gateway has delivered it before.

    A second delivery at the same time waits here until the first is committed.
    """
    row_id = conflict.run(
        session,
        _RECORD,
        {
            "id": new_id(),
            "gateway": text.gateway,
            "provider_message_id": text.provider_message_id,
            "phone": storable(text.phone),
            "recipient": storable(text.recipient),
            "body": storable(text.body),
            "opt_out_type": text.opt_out_type,
            "raw": {storable(name): storable(value) for name, value in text.raw.items()},
            "received_at": now,
        },
    ).scalar_one_or_none()
    if row_id is not None:
        return Received(row_id, first_time=True, reply=None)
    known = (
        session.connection()
        .execute(_KNOWN, {"of_gateway": text.gateway, "of_message": text.provider_message_id})
        .one()
    )
    return Received(known.id, first_time=False, reply=known.reply)


def forget_words(session: Session, row_id: UUID) -> None:
    """Keep of a text only that it came: it held a PIN."""
    session.connection().execute(update(_inbox).where(_inbox.c.id == row_id).values(body=FORGOTTEN, raw={}))


def forget(session: Session, row_id: UUID) -> None:
    """Keep nothing of a text: it was one of a flood."""
    session.connection().execute(delete(_inbox).where(_inbox.c.id == row_id))


def answer(
    session: Session,
    row_id: UUID,
    reply: str,
    *,
    to: InboundText,
    template: str,
    language: str,
    now: datetime,
    household_id: UUID | None = None,
    prices: Prices = NO_PRICES,
) -> UUID:
    """Keep `reply` to the inbox row `row_id`, which was made for `to`, with its parts counted like any other's.

    It goes back in the answer to the webhook, or is queued for the gateway that `to` came by, as that
    gateway wants it; who queues it nudges the worker. `template` is the key of the catalogue, or of the first
    of several. Returns the outbox row's id.
    """
    connection = session.connection()
    size = measure(reply)
    reply_id = new_id()
    inline = to.replies_inline
    connection.execute(
        _ANSWER,
        {
            "id": reply_id,
            "phone": to.phone,
            "household_id": household_id,
            "in_reply_to_id": row_id,
            "template": template,
            "language": language,
            "body": reply,
            "encoding": size.encoding.value,
            "parts": size.parts,
            "status": OutboxStatus.REPLIED if inline else OutboxStatus.QUEUED,
            "priority": BEFORE_ALL_OTHERS,
            "not_before": now,
            "gateway": to.gateway,
            "sender": to.recipient if inline else None,
            "price_micros": prices.of_a_text(to.gateway, to.phone, size.parts) if inline else None,
            "created_at": now,
            "sent_at": now if inline else None,
            "updated_at": now,
        },
    )
    return reply_id


def storable(text: str) -> str:
    """`text` without what PostgreSQL cannot hold: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
