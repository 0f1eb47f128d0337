"""A payout, each attempt to make it, and everything a provider ever said of it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.payouts.reasons import Because
from app.payouts.seconding import DecisionStatus, SecondedDecision
from app.payouts.statuses import PayoutStatus


class Payout(Base):
    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "(redemption_id IS NULL) <> (settlement_id IS NULL)"
            " AND (redemption_id IS NULL) = (household_id IS NULL)",
            name="one_purpose",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("redemptions.id"), unique=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"), index=True)
    """Whose redemption it is."""
    settlement_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchant_settlements.id"), unique=True)
    """The settlement of a merchant that it pays; either this or a redemption."""
    source_account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    """Where the money stood, and where it goes back to if it is not paid."""
    hold_account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"), index=True)
    """Where it waits meanwhile."""
    provider: Mapped[str] = mapped_column(String(32))
    """Who pays it, or tried last; settled anew for each attempt while no earlier one may have arrived."""
    candidates: Mapped[list[str] | None] = mapped_column(JSON)
    """Who may pay it, in order of preference; None = `provider` alone."""
    payee_phone: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[PayoutStatus] = mapped_column(index=True)
    review_reason: Mapped[str | None] = mapped_column(String(200))
    alarmed_at: Mapped[datetime | None] = mapped_column(index=True)
    """Since when a provider's word contradicts what was booked; None once a person has seen to it."""
    because: Mapped[Because | None]
    """Why it was given back."""
    next_check_at: Mapped[datetime | None] = mapped_column(index=True)
    checks: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AttemptResult(enum.StrEnum):
    """What came of an attempt that is closed; each attempt is paid at most once, and we know which."""

    NOT_SENT = "not_sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_FOUND = "not_found"
    LATE = "late"
    """Paid after the payout was closed: a receivable."""
    REVERSED = "reversed"
    RECOVERED = "recovered"
    """It was late, and whoever owed it has paid the programme back."""
    WRITTEN_OFF = "written_off"
    """It was late, and will never be paid back."""


TOOK_FLOAT: Final = frozenset(
    {AttemptResult.SUCCEEDED, AttemptResult.LATE, AttemptResult.RECOVERED, AttemptResult.WRITTEN_OFF}
)
"""With these our float with the provider has paid, whoever paid for it in the end."""


class PayoutAttempt(Base):
    """Stored with its exact body before the wire is touched."""

    __tablename__ = "payout_attempts"
    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        Index("ix_payout_attempts_provider_created_at", "provider", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    """Ours, unique at the provider."""
    provider_reference: Mapped[str | None] = mapped_column(String(80), index=True)
    approved_as: Mapped[str | None] = mapped_column(String(80))
    """The provider's id of the payment that it asked about before it paid: one attempt approves one."""
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    open: Mapped[bool] = mapped_column(default=True)
    result: Mapped[AttemptResult | None]
    first_not_found_at: Mapped[datetime | None]
    """The first read that found nothing since it was sent."""
    resent_at: Mapped[datetime | None]
    """When the same reference and body went out once more (`app.payouts.resending`)."""
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the provider kept for its work, booked; below zero for a discount."""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def sent_at(self) -> datetime:
        """When it went out last."""
        return self.resent_at or self.created_at


Index(
    "uq_payout_attempts_open",
    PayoutAttempt.payout_id,
    unique=True,
    sqlite_where=text("open"),
    postgresql_where=text("open"),
)


_LATE = text("result = 'late'")
Index("ix_payout_attempts_late", PayoutAttempt.closed_at, sqlite_where=_LATE, postgresql_where=_LATE)


class PayoutObservation(Base):
    """One answer, query or callback, redacted; append-only."""

    __tablename__ = "payout_observations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("payout_attempts.id"), index=True)
    source: Mapped[str] = mapped_column(String(12))
    """`submit`, `query`, `callback`, `statement` or `operator`."""
    auth_level: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    exchange: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """What went over the wire, redacted (`app.payouts.exchanging`)."""
    observed_at: Mapped[datetime]


class PayoutQuestion(Base):
    """A call of ours whose answer comes by callback, under an id that only the provider and we know."""

    __tablename__ = "payout_questions"
    __table_args__ = (UniqueConstraint("provider", "question_sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("payout_attempts.id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    question_sha256: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class ProviderHealth(Base):
    """What the last calls told of a provider, for those who choose one for a new payout."""

    __tablename__ = "payment_provider_health"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    unwell_until: Mapped[datetime | None]
    """It could not be reached, or gave no clear answer."""
    short_until: Mapped[datetime | None]
    short_from_minor: Mapped[int | None] = mapped_column(BigInteger)
    """Our float with it was too small for this much, and so for anything above."""
    updated_at: Mapped[datetime]


class PayoutProof(Base):
    """A payment that a person made by hand: who, when, how, and the receipt that proves it."""

    __tablename__ = "payout_proofs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), index=True)
    method: Mapped[str] = mapped_column(String(24))
    receipt_number: Mapped[str] = mapped_column(String(64))
    paid_by: Mapped[str] = mapped_column(String(80))
    paid_at: Mapped[datetime]
    status: Mapped[DecisionStatus]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    """The second person, or whoever rejected it."""
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was rejected."""


Index(
    "uq_payout_proofs_standing",
    PayoutProof.payout_id,
    unique=True,
    sqlite_where=text("status <> 'rejected'"),
    postgresql_where=text("status <> 'rejected'"),
)
Index(
    "uq_payout_proofs_receipt",
    PayoutProof.method,
    PayoutProof.receipt_number,
    unique=True,
    sqlite_where=text("status <> 'rejected'"),
    postgresql_where=text("status <> 'rejected'"),
)


class Verdict(enum.StrEnum):
    """What a person decides about a payout."""

    PAID = "paid"
    NOT_PAID = "not_paid"
    RECOVERED = "recovered"
    """What was paid too late has been paid back to the programme."""
    WRITTEN_OFF = "written_off"
    """It never will be."""


class PayoutDecision(SecondedDecision, Base):
    """A person's word on a payout, and above an amount a second person's on that."""

    __tablename__ = "payout_decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), index=True)
    verdict: Mapped[Verdict]
    reason: Mapped[str] = mapped_column(String(200))


Index(
    "uq_payout_decisions_waiting",
    PayoutDecision.payout_id,
    unique=True,
    sqlite_where=text("status = 'waiting'"),
    postgresql_where=text("status = 'waiting'"),
)
