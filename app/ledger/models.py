"""The double-entry book. What these tables promise is enforced by `migrations/ledger_triggers.py`.

A transfer has postings; a posting moves a positive amount from one account to another, so it balances
by its shape. The triggers derive two entries from each posting (one per account, with the running
balance), refuse to take an account below its floor, and refuse every update and delete.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.ledger.chart import AccountKind


class Account(Base):
    __tablename__ = "ledger_accounts"
    __table_args__ = (
        CheckConstraint(
            "(kind IN ('household_credit', 'household_hold', 'savings_goal')) = (household_id IS NOT NULL)",
            name="households_own_theirs",
        ),
        CheckConstraint(
            "NOT may_go_below_zero OR kind IN ('funding', 'provider_float', 'receivable', 'fees',"
            " 'programme_expense', 'rounding', 'written_off')",
            name="nobody_else_may_overdraw",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[AccountKind]
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    may_go_below_zero: Mapped[bool]


ONE_OF_EACH = text("kind IN ('household_credit', 'household_hold')")
"""A household may save towards several goals, but has one credit and one hold."""
Index(
    "uq_ledger_accounts_household",
    Account.household_id,
    Account.kind,
    unique=True,
    sqlite_where=ONE_OF_EACH,
    postgresql_where=ONE_OF_EACH,
)


class Transfer(Base):
    __tablename__ = "ledger_transfers"
    __table_args__ = (CheckConstraint("posting_count > 0", name="has_postings"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """The idempotency key: the same key books once."""
    content_digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(200))
    cause_type: Mapped[str] = mapped_column(String(40))
    cause_id: Mapped[UUID]
    posting_count: Mapped[int]
    """How many postings it has; the triggers refuse one more, so a booked transfer cannot grow."""
    effective_at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]


class Posting(Base):
    __tablename__ = "ledger_postings"
    __table_args__ = (
        UniqueConstraint("transfer_id", "position"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("source_account_id <> destination_account_id", name="two_accounts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_transfers.id"))
    position: Mapped[int]
    source_account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    destination_account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class Entry(Base):
    """Derived by trigger: one side of a posting, with the account's balance after it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (UniqueConstraint("posting_id", "account_id"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """1, 2, 3 … within the account, without gaps."""
    posting_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_postings.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """Negative where the account was the source."""
    balance_minor: Mapped[int] = mapped_column(BigInteger)
