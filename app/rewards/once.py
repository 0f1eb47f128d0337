"""A redemption is made once per key, however often it is asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.kernel.ids import new_id
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay, Reward

_THE_WISH = ("household_id", "reward_id", "way", "amount_minor", "payee_phone")


def reward_of(session: Session, code: str) -> Reward:
    """Raises `NotFound`."""
    reward = session.scalar(select(Reward).where(Reward.code == code))
    if reward is None:
        raise NotFound("There is no such reward.")
    return reward


def wish(
    *,
    key: str,
    household_id: UUID,
    reward: Reward,
    amount_minor: int,
    payee_phone: str,
    now: datetime,
    way: RedemptionWay = RedemptionWay.SPEND,
) -> Redemption:
    """What is asked for; not stored yet."""
    return Redemption(
        id=new_id(),
        key=key,
        household_id=household_id,
        reward_id=reward.id,
        way=way,
        amount_minor=amount_minor,
        bonus_minor=0,
        payee_phone=payee_phone,
        stock_taken=False,
        status=RedemptionStatus.REQUESTED,
        created_at=now,
        updated_at=now,
    )


def known(session: Session, asked: Redemption) -> Redemption | None:
    """The redemption that was made under the key. Raises `Conflict` where it was another wish.

    Asked twice: before anything is looked at, so that a repeat is no refusal, and again behind the lock.
    """
    made = session.scalar(select(Redemption).where(Redemption.key == asked.key))
    if made is not None and any(getattr(made, name) != getattr(asked, name) for name in _THE_WISH):
        raise Conflict("That key was used for another redemption.")
    return made
