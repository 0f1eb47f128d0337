"""What credit can be spent on, what households asked for, and what sponsors add to it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.payouts.seconding import SecondedDecision


class RewardKind(enum.StrEnum):
    AIRTIME = "airtime"
    MOBILE_MONEY = "mobile_money"
    VOUCHER = "voucher"
    """Goods or food from a merchant."""
    GOAL = "goal"
    """Savings for a school's fee or an insurer's premium."""
    GIFT = "gift"
    """To a neighbour's household."""
    POT = "pot"
    """To something that the community pays for together."""


class Reward(Base):
    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint(
            "minimum_minor > 0 AND maximum_minor >= minimum_minor AND step_minor > 0", name="range"
        ),
        CheckConstraint("stock >= 0", name="stock_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[RewardKind]
    name: Mapped[str] = mapped_column(String(60))
    minimum_minor: Mapped[int]
    maximum_minor: Mapped[int]
    step_minor: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    stock: Mapped[int | None]
    """How often it can still be had; None = as often as people like."""
    eligibility: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Who may have it (`app.rewards.eligibility`); None = everybody."""
    provider: Mapped[str | None] = mapped_column(String(32))
    """The only one who can pay it; None = whoever the settings prefer."""
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    """Of a voucher: the one merchant that takes it; None = any."""
    goal_payee_phone: Mapped[str | None] = mapped_column(String(16))
    """Of a goal: the school's or insurer's mobile money, where what was saved goes."""
    goal_may_take_back: Mapped[bool] = mapped_column(default=True)
    """Of a goal: whether households may turn what they saved into credit again by themselves."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Matter(enum.StrEnum):
    """What is decided about a reward."""

    PAYEE = "payee"
    """Where a goal pays to."""
    POT_PAYMENT = "pot_payment"


class RewardDecision(SecondedDecision, Base):
    """A person's word on where much money goes, and above an amount a second person's on that."""

    __tablename__ = "reward_decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reward_id: Mapped[UUID] = mapped_column(ForeignKey("rewards.id"), index=True)
    matter: Mapped[Matter]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """What leaves the pot; of a goal, all that was saved in it when its payee was to change."""
    payee_phone: Mapped[str | None] = mapped_column(String(16))
    """Of a goal: the new payee; None = nobody."""
    reason: Mapped[str | None] = mapped_column(String(200))
    """Of a pot's payment: what for."""
    transfer_id: Mapped[UUID | None]
    """Of a pot's payment, once it holds: where it stands in the book."""


Index(
    "uq_reward_decisions_waiting",
    RewardDecision.reward_id,
    unique=True,
    sqlite_where=text("status = 'waiting'"),
    postgresql_where=text("status = 'waiting'"),
)


class Bonus(Base):
    """What a sponsor adds to a reward, out of its account in the book."""

    __tablename__ = "reward_bonuses"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("used_minor >= 0 AND used_minor <= budget_minor", name="within_budget"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reward_id: Mapped[UUID] = mapped_column(ForeignKey("rewards.id"), index=True)
    sponsor: Mapped[str] = mapped_column(String(20))
    sponsor_name: Mapped[str] = mapped_column(String(20))
    """As the texts say it."""
    percent: Mapped[int]
    budget_minor: Mapped[int] = mapped_column(BigInteger)
    used_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What of the budget stands promised or paid; what is given back is free again."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RedemptionWay(enum.StrEnum):
    SPEND = "spend"
    """Credit for the reward; of a goal: put aside."""
    RELEASE = "release"
    """Of a goal: what was saved goes to the school or insurer."""
    TAKE_BACK = "take_back"
    """Of a goal: what was saved becomes credit again."""


class RedemptionStatus(enum.StrEnum):
    REQUESTED = "requested"
    PAID = "paid"
    """It has arrived: at the phone, the merchant, the goal, the neighbour or the pot."""
    GIVEN_BACK = "given_back"
    IN_REVIEW = "in_review"
    REVERSED = "reversed"
    HELD = "held"
    """Over a limit: what it is worth is on hold until a person has looked; nobody outside has heard of it."""


class Redemption(Base):
    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint("bonus_minor >= 0", name="bonus_not_negative"),
        Index("ix_redemptions_payee_phone_created_at", "payee_phone", "created_at"),
        Index("ix_redemptions_collector_id_created_at", "collector_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """The idempotency key: one confirmation redeems once."""
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    reward_id: Mapped[UUID] = mapped_column(ForeignKey("rewards.id"))
    way: Mapped[RedemptionWay] = mapped_column(default=RedemptionWay.SPEND)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    """Of the household's own."""
    bonus_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """On top, from a sponsor."""
    bonus_id: Mapped[UUID | None] = mapped_column(ForeignKey("reward_bonuses.id"))
    payee_phone: Mapped[str] = mapped_column(String(16))
    """Who is paid; for a gift the neighbour's, for a voucher the one that is told the code."""
    beneficiary_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"))
    """The household that a gift went to."""
    stock_taken: Mapped[bool] = mapped_column(default=False)
    """Whether giving it back puts one piece back in stock."""
    collector_id: Mapped[UUID | None] = mapped_column(ForeignKey("collectors.id"))
    """Whose weighings most of the household's credit came from when it was made."""
    status: Mapped[RedemptionStatus] = mapped_column(default=RedemptionStatus.REQUESTED)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]

    @property
    def worth_minor(self) -> int:
        """What the payee gets: the household's own and the bonus."""
        return self.amount_minor + self.bonus_minor


class HoldStatus(enum.StrEnum):
    WAITING = "waiting"
    RELEASED = "released"
    REFUSED = "refused"


class RedemptionHold(Base):
    """That a redemption was held, why, and what people decided."""

    __tablename__ = "redemption_holds"

    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"), primary_key=True)
    limit: Mapped[str] = mapped_column(String(24))
    """`app.rewards.limits.Limit`."""
    status: Mapped[HoldStatus]
    held_at: Mapped[datetime]
    first_by: Mapped[str | None] = mapped_column(String(120))
    """Who let it go first, where that takes two."""
    first_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
