"""What is on offer to whom, and how the office changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from babel.numbers import get_currency_precision
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.ids import new_id
from app.merchants import service as merchants
from app.rewards import bonuses, eligibility, goals
from app.rewards.bonuses import Extra
from app.rewards.eligibility import Candidate, Eligibility
from app.rewards.kinds import KINDS
from app.rewards.models import Reward, RewardKind

NAME_MAX: Final = 16
"""Characters: so much the texts leave for it in every language."""
PAID_OUT: Final = frozenset({RewardKind.AIRTIME, RewardKind.MOBILE_MONEY, RewardKind.GOAL})
"""What a payment provider may have to pay."""


@dataclass(frozen=True)
class Offered:
    """A reward as one household finds it."""

    reward: Reward
    extras: Sequence[Extra] = ()
    """What sponsors add to it."""
    saved_minor: int = 0
    """Of a goal: what the household has put aside."""
    open: bool = True
    """False for a goal that takes no more, though something is saved in it."""


def options(session: Session, household_id: UUID, now: datetime) -> list[Offered]:
    """What the household may have now, by code; and every goal that it has saved something in."""
    saved = goals.saved(session, household_id)
    rewards = session.scalars(
        select(Reward).where(or_(Reward.active, Reward.code.in_(saved))).order_by(Reward.code)
    ).all()
    candidate = Candidate(session, household_id, now)
    extras = bonuses.extras(session, [reward.id for reward in rewards], now)
    found = []
    for reward in rewards:
        saved_minor = saved.get(reward.code, 0) if reward.kind is RewardKind.GOAL else 0
        is_open = reward.active and reward.stock != 0 and candidate.may_have(reward.eligibility)
        if is_open or saved_minor:
            found.append(Offered(reward, extras.get(reward.id, ()), saved_minor, is_open))
    return found


def get(session: Session, reward_id: UUID, *, lock: bool = False) -> Reward:
    """Raises `NotFound`."""
    reward = session.get(Reward, reward_id, with_for_update=lock or None, populate_existing=lock)
    if reward is None:
        raise NotFound("There is no such reward.")
    return reward


def create(
    session: Session, given: Mapping[str, Any], *, providers: Sequence[str], currency: str, now: datetime
) -> Reward:
    """A new reward, on offer at once. Raises `InvalidInput`, and `Conflict` for a code that is taken."""
    if session.scalar(select(Reward.id).where(Reward.code == given["code"])) is not None:
        raise Conflict("There is a reward of that code already.")
    kept = {"goal_may_take_back": True, **_storable(session, given)}
    reward = Reward(id=new_id(), active=True, created_at=now, updated_at=now, **kept)
    _check(reward, providers, currency)
    session.add(reward)
    session.flush()
    return reward


def change(
    session: Session,
    reward_id: UUID,
    changes: Mapping[str, Any],
    *,
    providers: Sequence[str],
    currency: str,
    now: datetime,
) -> Reward:
    """Other limits, stock, conditions or payees, or off the offer; kind and code never change.

    Redemptions that were made before go on as they were to. Raises `NotFound` and `InvalidInput`.
    """
    reward = get(session, reward_id, lock=True)
    for name, value in _storable(session, changes).items():
        setattr(reward, name, value)
    reward.updated_at = now
    _check(reward, providers, currency)
    session.flush()
    return reward


def _storable(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(given)
    if kept.get("merchant_id") is not None:
        _check_merchant(session, kept["merchant_id"])
    asked: Eligibility | None = kept.get("eligibility")
    if asked is not None:
        eligibility.check(session, asked)
        kept["eligibility"] = asked.to_store()
    return kept


def _check_merchant(session: Session, merchant_id: UUID) -> None:
    try:
        merchants.get(session, merchant_id)
    except NotFound as error:
        raise InvalidInput("merchant_id", error.detail) from error


def _check(reward: Reward, providers: Sequence[str], currency: str) -> None:
    """Raises `InvalidInput` that names the field."""
    if reward.kind not in KINDS:
        raise InvalidInput("kind", f"The kinds are {', '.join(kind.value for kind in KINDS)}.")
    unit = 10 ** get_currency_precision(currency)
    if reward.step_minor % unit:
        raise InvalidInput("step_minor", f"People type whole amounts: make it a multiple of {unit}.")
    if reward.minimum_minor % reward.step_minor:
        raise InvalidInput("minimum_minor", "The minimum must be a multiple of the step.")
    if reward.maximum_minor < reward.minimum_minor:
        raise InvalidInput("maximum_minor", "The maximum must not be less than the minimum.")
    _check_payees(reward, providers)


def _check_payees(reward: Reward, providers: Sequence[str]) -> None:
    """Raises `InvalidInput` that names the field."""
    if reward.provider is not None and reward.kind not in PAID_OUT:
        raise InvalidInput("provider", f"Nobody pays out a {reward.kind.value}.")
    if reward.provider is not None and reward.provider not in providers:
        raise InvalidInput("provider", f"The providers are {', '.join(providers) or 'not set up'}.")
    if reward.kind is not RewardKind.VOUCHER and reward.merchant_id is not None:
        raise InvalidInput("merchant_id", "Only a voucher is taken by a merchant.")
    if reward.kind is not RewardKind.GOAL and reward.goal_payee_phone is not None:
        raise InvalidInput("goal_payee_phone", "Only a goal has one.")
    if reward.goal_payee_phone is None and not reward.goal_may_take_back:
        raise InvalidInput("goal_payee_phone", "What is saved must be able to go somewhere.")
