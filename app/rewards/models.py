"""What credit can be spent on, and what households asked for."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class RewardKind(enum.StrEnum):
    AIRTIME = "airtime"


class Reward(Base):
    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint(
            "minimum_minor > 0 AND maximum_minor >= minimum_minor AND step_minor > 0", name="range"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[RewardKind]
    name: Mapped[str] = mapped_column(String(60))
    minimum_minor: Mapped[int]
    maximum_minor: Mapped[int]
    step_minor: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    provider: Mapped[str | None] = mapped_column(String(32))
    """The only one who can pay it; None = whoever the settings prefer."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RedemptionStatus(enum.StrEnum):
    REQUESTED = "requested"
    PAID = "paid"
    GIVEN_BACK = "given_back"
    IN_REVIEW = "in_review"
    REVERSED = "reversed"


class Redemption(Base):
    __tablename__ = "redemptions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """The idempotency key: one confirmation redeems once."""
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    reward_id: Mapped[UUID] = mapped_column(ForeignKey("rewards.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    payee_phone: Mapped[str] = mapped_column(String(16))
    status: Mapped[RedemptionStatus] = mapped_column(default=RedemptionStatus.REQUESTED)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
