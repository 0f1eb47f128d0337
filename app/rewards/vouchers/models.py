"""A voucher, and the wrong guesses at codes of vouchers."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.errors import IllegalTransition
from app.kernel.ids import new_id


class VoucherStatus(enum.StrEnum):
    OPEN = "open"
    PAID = "paid"
    """A merchant has taken it; it is owed the money."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    """The office has taken it back."""


_V = VoucherStatus
_TRANSITIONS = {_V.OPEN: frozenset({_V.PAID, _V.EXPIRED, _V.CANCELLED})}


def check_move(before: VoucherStatus, after: VoucherStatus) -> None:
    """Raises `IllegalTransition`."""
    if after not in _TRANSITIONS.get(before, frozenset()):
        raise IllegalTransition("a voucher", before, after)


class Voucher(Base):
    """Good once, whole, until it expires.

    The code is kept as it is, not as a digest: the household may ask for it again, and the text that told it is
    kept as well. The API, the logs and exports show its tail alone; what guards it is that only merchants can spend
    it, under their own names.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(status = 'paid') = (paid_to_id IS NOT NULL)", name="paid_to_somebody"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        Index("ix_vouchers_status_expires_at", "status", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"), unique=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    hold_account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    """Where its worth waits, in the book."""
    what: Mapped[str] = mapped_column(String(60))
    """What it is for, as the reward was called."""
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    only_at_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """The one merchant that may take it; None = any."""
    status: Mapped[VoucherStatus] = mapped_column(default=VoucherStatus.OPEN)
    issued_at: Mapped[datetime]
    last_day: Mapped[date]
    """The day that people are told; it ends at `expires_at`."""
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    paid_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    paid_through: Mapped[str | None] = mapped_column(String(16))
    """The merchant's phone that took it."""


class VoucherGuess(Base):
    """A code that no voucher has, as a merchant sent it; which code is nobody's business. Append-only."""

    __tablename__ = "voucher_guesses"
    __table_args__ = (Index("ix_voucher_guesses_merchant_id_at", "merchant_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    phone: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
