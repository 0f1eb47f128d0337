"""How much of each reward somebody could pay just now: what the floats of those who pay it have room for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.payouts.floats.standing import floats, most_promisable
from app.rewards.models import Reward, RewardKind
from app.rewards.rules import RedemptionRules

_PAID_OUT = frozenset({RewardKind.AIRTIME, RewardKind.MOBILE_MONEY})
"""Others move credit within the book, or are paid out later."""


def most(
    session: Session, rewards: Iterable[Reward], phone: str, rules: RedemptionRules, now: datetime
) -> dict[UUID, int]:
    """By reward, the most that can be promised to `phone`, in minor units; left out where there is no end to it."""
    candidates = {
        reward.id: rules.candidates(phone, reward.provider) for reward in rewards if reward.kind in _PAID_OUT
    }
    names = {name for some in candidates.values() for name in some}
    if not names:
        return {}
    known = floats(session, names, now)
    found = {reward_id: most_promisable(known, some) for reward_id, some in candidates.items() if some}
    return {reward_id: minor for reward_id, minor in found.items() if minor is not None}
