"""What came of comparing a day's attempts, a provider's statement and the book. Kept; never edited."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class Source(enum.StrEnum):
    """Where the statement came from."""

    API = "api"
    FILE = "file"
    NONE = "none"


class Reconciliation(Base):
    """One day of one provider. Compared again with another outcome, it gets another revision."""

    __tablename__ = "reconciliations"
    __table_args__ = (UniqueConstraint("provider", "date", "revision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str] = mapped_column(String(32))
    date: Mapped[date]
    """The programme's local day."""
    revision: Mapped[int]
    source: Mapped[Source]
    content_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 over statement and outcome: the same again is this revision."""
    lines: Mapped[int]
    """Of the statement, within the day."""
    attempts: Mapped[int]
    paid_minor: Mapped[int] = mapped_column(BigInteger)
    """By the statement."""
    booked_minor: Mapped[int] = mapped_column(BigInteger)
    """By the book, of the day's attempts."""
    fees_minor: Mapped[int] = mapped_column(BigInteger)
    """By the statement, beside what was paid."""
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    """When it was last compared, with this outcome."""


class ReconciliationDifference(Base):
    __tablename__ = "reconciliation_differences"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reconciliation_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    """`app.reconciliation.differences.Difference`."""
    payout_id: Mapped[UUID | None]
    reference: Mapped[str | None] = mapped_column(String(80))
    """Ours."""
    provider_reference: Mapped[str | None] = mapped_column(String(80))
    statement_minor: Mapped[int | None] = mapped_column(BigInteger)
    ours_minor: Mapped[int | None] = mapped_column(BigInteger)
    line: Mapped[int | None]
    """Of the file."""
