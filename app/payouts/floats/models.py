"""Our money with each provider: what was put there, and what the provider last said is left of it."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class Level(enum.StrEnum):
    """How a float stands."""

    UNKNOWN = "unknown"
    """Nobody recorded a top-up, and the provider does not say."""
    ENOUGH = "enough"
    LOW = "low"
    """It will last fewer days than the warning asks for."""
    OUT = "out"
    """It is too small for the smallest payment: nothing is promised from it."""


class FloatTopup(Base):
    """Money that the office moved into a float, or took out of it again."""

    __tablename__ = "float_topups"
    __table_args__ = (
        UniqueConstraint("provider", "receipt_number"),
        CheckConstraint("amount_minor <> 0", name="moves_something"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str] = mapped_column(String(32), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """Negative where it was taken out again."""
    rounding: Mapped[bool] = mapped_column(default=False)
    """No money was moved: it is what fractions in the provider's fees have come to."""
    currency: Mapped[str] = mapped_column(String(3))
    receipt_number: Mapped[str] = mapped_column(String(64))
    """The bank's or the provider's: one receipt is one movement."""
    paid_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]


class FloatStanding(Base):
    """What a provider last said of our float, and how we judged it."""

    __tablename__ = "float_standings"

    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    balance_minor: Mapped[int | None] = mapped_column(BigInteger)
    """As the provider told it; None where it never did, or says that there is no end to it."""
    told_at: Mapped[datetime | None]
    """Before the call was made: what was sent since is not in it."""
    tried_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(80))
    """Why the last try told nothing."""
    level: Mapped[Level] = mapped_column(default=Level.UNKNOWN)
    warned_at: Mapped[datetime | None]
