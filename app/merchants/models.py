"""Shops that honour vouchers, the phones that speak for them, and how they sign in."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.signing_in.models import BrowserSession


class Merchant(Base):
    __tablename__ = "merchants"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    """Names the accounts of what is owed to it; never changes."""
    name: Mapped[str] = mapped_column(String(30))
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    payee_phone: Mapped[str] = mapped_column(String(16))
    """Where settlements are paid to."""
    provider: Mapped[str | None] = mapped_column(String(32))
    """The only one who can pay its settlements; None = whoever the settings prefer."""
    active: Mapped[bool] = mapped_column(default=True)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    guesses_count_from: Mapped[datetime | None]
    """Wrong guesses before that are forgiven: the office has looked at them."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SettlementStatus(enum.StrEnum):
    REQUESTED = "requested"
    PAID = "paid"
    GIVEN_BACK = "given_back"
    """It could not be paid: the programme owes it as before."""
    IN_REVIEW = "in_review"
    REVERSED = "reversed"
    """It was paid and taken back: the programme owes it again."""


OPEN_SETTLEMENTS = (SettlementStatus.REQUESTED, SettlementStatus.IN_REVIEW)


class MerchantSettlement(Base):
    """What was owed to a merchant, on its way out as one payout."""

    __tablename__ = "merchant_settlements"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    owed_until: Mapped[datetime]
    """It pays what had come to be owed by then."""
    status: Mapped[SettlementStatus] = mapped_column(default=SettlementStatus.REQUESTED)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


Index(
    "uq_merchant_settlements_open",
    MerchantSettlement.merchant_id,
    unique=True,
    sqlite_where=text("status IN ('requested', 'in_review')"),
    postgresql_where=text("status IN ('requested', 'in_review')"),
)


class MerchantPhone(Base):
    """A phone speaks for one merchant at most."""

    __tablename__ = "merchant_phones"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), index=True)
    phone: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime]


class MerchantSession(BrowserSession, Base):
    __tablename__ = "merchant_sessions"

    phone_id: Mapped[UUID] = mapped_column(ForeignKey("merchant_phones.id", ondelete="CASCADE"), index=True)
