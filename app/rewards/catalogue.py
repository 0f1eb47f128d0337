"""What is on offer, and how the office changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.rewards.models import Reward


def options(session: Session) -> list[Reward]:
    """What is on offer, by code."""
    return list(session.scalars(select(Reward).where(Reward.active).order_by(Reward.code)))


def change(session: Session, reward_id: UUID, changes: Mapping[str, Any], providers: Sequence[str]) -> Reward:
    """Put it on offer or not (`active`), or say who alone pays it (`provider`, one of `providers`, or None).

    Redemptions that were made before keep who may pay them. Raises `NotFound` and `InvalidInput`.
    """
    reward = session.get(Reward, reward_id, with_for_update=True)
    if reward is None:
        raise NotFound("There is no such reward.")
    provider = changes.get("provider")
    if provider is not None and provider not in providers:
        raise InvalidInput("provider", f"The providers are {', '.join(providers) or 'not set up'}.")
    for name, value in changes.items():
        setattr(reward, name, value)
    return reward
