"""Campaigns, the phones each was meant for when it started, and what people answered to quizzes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.campaigns.kinds import CampaignKind, CampaignStatus, RecipientStatus
from app.db import Base
from app.kernel.ids import new_id


class Campaign(Base):
    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("kind", "week"),
        CheckConstraint("(kind = 'quiz') = (quiz IS NOT NULL)", name="quiz_has_answers"),
        CheckConstraint(
            "(sponsor IS NULL) = (credit_minor IS NULL) AND (sponsor IS NULL) = (budget_minor IS NULL)",
            name="sponsor_gives_credit",
        ),
        CheckConstraint("credit_minor IS NULL OR (credit_minor > 0 AND budget_minor > 0)", name="credit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    """For the office; no recipient sees it."""
    kind: Mapped[CampaignKind]
    status: Mapped[CampaignStatus] = mapped_column(default=CampaignStatus.DRAFT, index=True)
    segment: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Who it is for: `app.campaigns.segment.Segment`."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    """The wording by language, as the office wrote it; a quiz's question."""
    fallback_language: Mapped[str | None] = mapped_column(String(12))
    """Whose wording goes to phones and households whose languages have none; null leaves them out."""
    quiz: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The answers by letter: `app.campaigns.quiz.Quiz`."""
    sponsor: Mapped[str | None] = mapped_column(String(20))
    """Code of the account that pays for right answers: `sponsor:<code>` in the book."""
    sponsor_name: Mapped[str | None] = mapped_column(String(20))
    credit_minor: Mapped[int | None]
    """To each household whose answer is right."""
    budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    """All of them together get no more."""
    library_key: Mapped[str | None] = mapped_column(String(60), index=True)
    """The tip or question of the shipped library that it was made of."""
    week: Mapped[str | None] = mapped_column(String(8))
    """Of a weekly tip or quiz, its ISO week: `2026-W48` has one of each at most."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    """Nothing of it is sent from then on, and a quiz takes no more answers."""
    started_at: Mapped[datetime | None]
    """When its recipients were fixed."""
    finished_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CampaignRecipient(Base):
    """One phone of one campaign. The primary key is why nobody gets it twice."""

    __tablename__ = "campaign_recipients"
    __table_args__ = (
        Index("ix_campaign_recipients_left", "campaign_id", "status"),
        Index("ix_campaign_recipients_phone_written", "phone", "written_at"),
    )

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(16), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    """Whose wording it gets."""
    status: Mapped[RecipientStatus]
    rounds: Mapped[int] = mapped_column(default=0)
    """How often it was written to the outbox; each but the last was taken back before it was sent."""
    outbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox_messages.id"), unique=True)
    written_at: Mapped[datetime | None]


class QuizAnswer(Base):
    """The first answer of a phone to a quiz; later ones do not count."""

    __tablename__ = "quiz_answers"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(16), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    letter: Mapped[str] = mapped_column(String(1))
    is_right: Mapped[bool]
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_transfers.id"), unique=True)
    """The credit it earned, if any."""
    answered_at: Mapped[datetime]
