"""Bonuses as the office sets them up: which sponsor adds how much to what, within which budget, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, Refused
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.rewards import catalogue
from app.rewards.models import Bonus, RewardKind

TAKES_BONUSES: Final = frozenset(
    {RewardKind.AIRTIME, RewardKind.MOBILE_MONEY, RewardKind.VOUCHER, RewardKind.POT}
)
"""A gift could go to and fro, and savings be put aside and taken back, and earn a bonus each time."""


def create(session: Session, reward_id: UUID, given: Mapping[str, Any], now: datetime) -> Bonus:
    """A new bonus on a reward. Raises `NotFound`, `InvalidInput`, and `Refused` for a kind that takes none."""
    reward = catalogue.get(session, reward_id)
    if reward.kind not in TAKES_BONUSES:
        raise Refused(f"A {reward.kind.value} takes no bonus: it could be earned again and again.")
    if ledger.find(session, ledger.sponsor_code(given["sponsor"])) is None:
        raise InvalidInput("sponsor", "That sponsor has never paid anything in.")
    bonus = Bonus(
        id=new_id(),
        reward_id=reward_id,
        used_minor=0,
        active=True,
        created_at=now,
        updated_at=now,
        **{**given, "starts_at": given.get("starts_at") or now},
    )
    _check(bonus)
    session.add(bonus)
    session.flush()
    return bonus


def change(
    session: Session, reward_id: UUID, bonus_id: UUID, changes: Mapping[str, Any], now: datetime
) -> Bonus:
    """Another budget or end, or no bonus from now on; what was promised before stays. Raises as `create`."""
    bonus = session.get(Bonus, bonus_id, with_for_update=True, populate_existing=True)
    if bonus is None or bonus.reward_id != reward_id:
        raise NotFound("There is no such bonus.")
    for name, value in changes.items():
        setattr(bonus, name, value)
    bonus.updated_at = now
    _check(bonus)
    session.flush()
    return bonus


def _check(bonus: Bonus) -> None:
    """Raises `InvalidInput` that names the field."""
    if bonus.ends_at <= bonus.starts_at:
        raise InvalidInput("ends_at", "The end must come after the start.")
    if bonus.budget_minor < bonus.used_minor:
        raise InvalidInput("budget_minor", f"So much is promised already: {bonus.used_minor}.")
