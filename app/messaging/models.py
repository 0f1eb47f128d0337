"""Every text in and out, who may be texted, and where each conversation stands."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class InboxMessage(Base):
    """A text as the gateway delivered it; what it was answered is the outbox row in reply to it."""

    __tablename__ = "inbox_messages"
    __table_args__ = (
        UniqueConstraint("gateway", "provider_message_id"),
        Index("ix_inbox_messages_phone_id", "phone", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(32))
    provider_message_id: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(32))
    """The sender as given; a short code or a name where it is no phone."""
    recipient: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    opt_out_type: Mapped[str | None] = mapped_column(String(12))
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime]


class OutboxStatus(enum.StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    DROPPED = "dropped"
    """Never sent: its moment passed, it was taken back, or the phone opted out meanwhile."""
    UNCLEAR = "unclear"
    """The gateway's answer was lost; it is looked up, never sent again blindly."""
    REPLIED = "replied"
    """Given to the gateway in the answer to its webhook."""


class OutboxMessage(Base):
    """A text to a person: queued in the transaction that caused it, sent by the worker."""

    __tablename__ = "outbox_messages"
    __table_args__ = (Index("ix_outbox_messages_due", "status", "not_before"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    phone: Mapped[str] = mapped_column(String(16), index=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"), index=True)
    in_reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("inbox_messages.id"), unique=True)
    """At most one reply per message."""
    template: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(String(8))
    """`gsm7` or `ucs2`."""
    parts: Mapped[int]
    status: Mapped[OutboxStatus] = mapped_column(default=OutboxStatus.QUEUED)
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Of what is due, the lowest goes first."""
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    """In real time, whatever moment the service's clock shows: a lease keeps processes apart."""
    attempted_at: Mapped[datetime | None]
    """When the last attempt began, in real time."""
    gateway: Mapped[str | None] = mapped_column(String(32))
    sender: Mapped[str | None] = mapped_column(String(32))
    provider_message_id: Mapped[str | None] = mapped_column(String(80), index=True)
    error_code: Mapped[str | None] = mapped_column(String(40))
    price_micros: Mapped[int | None] = mapped_column(BigInteger)
    """Of all its parts, by the price list of the moment it went out; null where that did not say."""
    told_price_micros: Mapped[int | None] = mapped_column(BigInteger)
    """What the gateway itself said it charged; goes before `price_micros`."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    """When a gateway took it; null while none has."""
    updated_at: Mapped[datetime]


class DeliveryReport(Base):
    """What a gateway said of a text, in the order it arrived; append-only."""

    __tablename__ = "delivery_reports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(32))
    provider_message_id: Mapped[str] = mapped_column(String(80), index=True)
    status: Mapped[str] = mapped_column(String(32))
    error_code: Mapped[str | None] = mapped_column(String(40))
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime]


class Contact(Base):
    """One phone: may it be texted, and how much has it texted today."""

    __tablename__ = "contacts"

    phone: Mapped[str] = mapped_column(String(16), primary_key=True)
    opted_out_at: Mapped[datetime | None]
    inbound_on: Mapped[date | None]
    inbound_count: Mapped[int] = mapped_column(default=0)
    """Texts received on `inbound_on`."""
    heard_at: Mapped[datetime | None]
    """When it last texted or dialled."""
    woke_at: Mapped[datetime | None]
    """When it was heard for the first time, or again after so long that it may be a stranger's by now."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ConsentEvent(Base):
    """The log of who agreed to be texted and who took it back; append-only."""

    __tablename__ = "consent_events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    phone: Mapped[str] = mapped_column(String(16), index=True)
    agreed: Mapped[bool]
    source: Mapped[str] = mapped_column(String(40))
    """How it was said: `text`, `ussd`, `door`, `GATEWAY:WORD`, `gateway:NAME`, `office:HOW`."""
    inbox_message_id: Mapped[UUID | None] = mapped_column(ForeignKey("inbox_messages.id"))
    recorded_by: Mapped[str | None] = mapped_column(String(120))
    """Who wrote it down, where the person did not text it."""
    reason: Mapped[str | None] = mapped_column(String(200))
    occurred_at: Mapped[datetime]


class Conversation(Base):
    """Where the talk with one phone stands. `state` is a registered name, `data` what it gathered."""

    __tablename__ = "conversations"

    phone: Mapped[str] = mapped_column(String(16), primary_key=True)
    state: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(String(12))
    updated_at: Mapped[datetime]


class UssdOutcome(enum.StrEnum):
    OPEN = "open"
    """A question is on the screen."""
    ENDED = "ended"
    """We said the last word, or its gateway says that it came to its end."""
    DROPPED = "dropped"
    """It broke off with a question open."""


class UssdSession(Base):
    """One call of a USSD code. Gateways have been seen to give two phones one id, so the phone is part of its name."""

    __tablename__ = "ussd_sessions"
    __table_args__ = (
        UniqueConstraint("gateway", "session_id", "phone"),
        Index("ix_ussd_sessions_phone_id", "phone", "id"),
        Index("ix_ussd_sessions_outcome_last_at", "outcome", "last_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(32))
    session_id: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(16))
    service_code: Mapped[str] = mapped_column(String(40))
    network_code: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    """All that was typed so far, as the gateway joined it, but for `secrets`."""
    secrets: Mapped[list[Any]] = mapped_column(JSON)
    """Where in it a PIN stood, as pairs of first and past the last character."""
    state: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    trail: Mapped[list[Any]] = mapped_column(JSON)
    """The questions before the present one, each as state and data."""
    screens: Mapped[list[str]] = mapped_column(JSON)
    """All pages of what is shown, and in `page` the one that is."""
    page: Mapped[int]
    outcome: Mapped[UssdOutcome]
    started_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_status: Mapped[str | None] = mapped_column(String(32))
    """The gateway's own word for how it ended."""
    cost: Mapped[str | None] = mapped_column(String(40))
    """As the gateway writes it, such as `NGN 1.60`."""
    told_price_micros: Mapped[int | None] = mapped_column(BigInteger)
    """The same as a number; null until it has ended, or where it is in another currency than ours."""
    duration_milliseconds: Mapped[int | None]
    end_raw: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    followed_up_at: Mapped[datetime | None]
    """When a text asked the open question again, after it broke off."""


class UssdTurn(Base):
    """One request of a session with its answer; the same text again is the same turn. Append-only."""

    __tablename__ = "ussd_turns"
    __table_args__ = (UniqueConstraint("ussd_session_id", "text_digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ussd_session_id: Mapped[UUID] = mapped_column(ForeignKey("ussd_sessions.id"))
    text_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of `text`, which may be too long for an index."""
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    ends: Mapped[bool]
    template: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(12))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"), index=True)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime]


class SenderPace(Base):
    """When a sender may send its next text; shared by all workers."""

    __tablename__ = "sender_paces"

    sender: Mapped[str] = mapped_column(String(32), primary_key=True)
    next_at: Mapped[datetime]


class GatewayHealth(Base):
    """Whether a gateway takes texts just now, as all workers have found; no row = it always has."""

    __tablename__ = "gateway_health"

    gateway: Mapped[str] = mapped_column(String(32), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    """In a row, up to now."""
    down_until: Mapped[datetime | None]
    """In real time; from then on, one text may try whether it is up again."""
    probe_id: Mapped[UUID | None]
    """The text that tries, `down_until` or until it is known how that went."""
