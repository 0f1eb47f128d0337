"""Messages: every text, in and out, in one list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, Field
from sqlalchemy import Select, String, cast, literal, null, select, union_all

from app.access.keys import Caller
from app.errors import NotFound
from app.messaging.models import InboxMessage, OutboxMessage, OutboxStatus
from app.rewards.vouchers.codes import hidden
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, cut, matching, reached
from app.web.admin.shapes import Output, as_phone, example
from app.web.deps import Here

router = APIRouter(prefix="/messages", tags=["messages"])
Reader = Annotated[Caller, Depends(needs("messages:read"))]

Direction = Literal["in", "out"]


class MessageQuery(ListQuery):
    direction: Direction | None = None
    phone: str | None = Field(None, max_length=32)
    household_id: UUID | None = Field(
        None, description="Texts sent to it; those received carry a phone alone."
    )
    status: OutboxStatus | None = Field(None, description="Of texts that went out.")


Body = Annotated[str, AfterValidator(hidden)]
"""Of a voucher's code the last digits alone: who has it whole can spend it."""


class MessageOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000023",
        direction="out",
        phone="+2348000000001",
        household_id="0193572a-6b00-7000-8000-000000000010",
        body="Thank you! PET 2.5 kg: N300. Balance N1,250.",
        at="2026-12-01T09:13:00Z",
        gateway="twilio",
        template="receipt",
        parts=1,
        status="delivered",
        error_code=None,
    )

    id: UUID
    direction: Direction
    phone: str
    household_id: UUID | None
    body: Body
    at: datetime = Field(description="When it was received, or written.")
    gateway: str | None
    template: str | None = Field(description="Which text of the catalogue went out.")
    parts: int | None
    status: OutboxStatus | None = Field(description="Null for texts received.")
    error_code: str | None


@router.get("", summary="List messages")
def list_messages(
    asked: Annotated[MessageQuery, Query()], caller: Reader, container: Here
) -> Page[MessageOut]:
    """Texts in and out, newest first. What was shown is kept in the audit trail."""
    phone = asked.phone and as_phone(asked.phone, container.settings.region, "?phone")
    last_id = reached(asked)
    parts: list[Select[*tuple[Any, ...]]] = []
    if asked.direction != "out" and asked.status is None and asked.household_id is None:
        parts.append(_received().where(*matching((InboxMessage.phone, phone))))
    if asked.direction != "in":
        parts.append(
            _sent().where(
                *matching(
                    (OutboxMessage.phone, phone),
                    (OutboxMessage.household_id, asked.household_id),
                    (OutboxMessage.status, asked.status),
                )
            )
        )
    with container.database.unit_of_work() as session:
        rows = []
        if parts:
            both = union_all(*parts).subquery()
            query = select(both).order_by(both.c.id.desc()).limit(asked.limit + 1)
            rows = list(session.execute(query if last_id is None else query.where(both.c.id < last_id)))
        shown, next_cursor = cut(rows, asked)
        items = [MessageOut.model_validate(row) for row in shown]
        trail.listed(session, caller, "message", (one.id for one in items), asked, now=container.clock.now())
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{message_id}", summary="Read a message")
def read_message(message_id: UUID, caller: Reader, container: Here) -> MessageOut:
    """One text. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.execute(_sent().where(OutboxMessage.id == message_id)).one_or_none()
        row = row or session.execute(_received().where(InboxMessage.id == message_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such message.")
        trail.read(session, caller, "message", message_id, now=container.clock.now())
        return MessageOut.model_validate(row)


def _received() -> Select[*tuple[Any, ...]]:
    return select(
        InboxMessage.id,
        literal("in").label("direction"),
        InboxMessage.phone,
        null().label("household_id"),
        InboxMessage.body,
        InboxMessage.received_at.label("at"),
        InboxMessage.gateway,
        null().label("template"),
        null().label("parts"),
        null().label("status"),
        null().label("error_code"),
    )


def _sent() -> Select[*tuple[Any, ...]]:
    return select(
        OutboxMessage.id,
        literal("out").label("direction"),
        OutboxMessage.phone,
        OutboxMessage.household_id,
        OutboxMessage.body,
        OutboxMessage.created_at.label("at"),
        OutboxMessage.gateway,
        OutboxMessage.template,
        OutboxMessage.parts,
        cast(OutboxMessage.status, String).label("status"),
        OutboxMessage.error_code,
    )
