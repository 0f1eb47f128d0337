"""What credit can be spent on, and spending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, InsufficientBalance, InvalidInput, NotFound, Refused
from app.jobs import Jobs
from app.kernel.clock import at_local, local_date
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.payouts import service as payouts
from app.rewards.models import Redemption, RedemptionStatus, Reward
from app.settings import Settings


@dataclass(frozen=True)
class RedemptionRules:
    day_limit_minor: int
    """Per household and local day; what was given back does not count."""
    timezone: str
    providers: Sequence[str]
    """Who pays, in order of preference."""
    providers_by_prefix: Mapping[str, Sequence[str]]
    """Who pays phones that start so instead; the longest prefix holds."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.redemption_day_limit_minor,
            settings.timezone,
            settings.payment_providers,
            settings.payment_provider_prefixes,
        )

    def candidates(self, phone: str, provider: str | None) -> list[str]:
        """Who may pay `phone`; where the reward names a `provider`, that one alone, if it is there at all."""
        if provider is not None:
            return [provider] if provider in self.providers else []
        prefixes = [prefix for prefix in self.providers_by_prefix if phone.startswith(prefix)]
        return list(self.providers_by_prefix[max(prefixes, key=len)] if prefixes else self.providers)


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


def redeem(
    session: Session,
    *,
    key: str,
    household_id: UUID,
    reward_code: str,
    amount_minor: int,
    payee_phone: str,
    now: datetime,
    rules: RedemptionRules,
    jobs: Jobs,
) -> Redemption:
    """Spend credit, once per `key`; the worker pays soon after this transaction commits.

    The same key with the same wish returns the first redemption, with another raises `Conflict`. Raises
    `NotFound` and `InvalidInput` for what is not on offer, `Refused` for more than the day allows, and
    `InsufficientBalance`; nothing has been written then.
    """
    # Held until the end: two redemptions of one household wait for each other, here and at the day's limit.
    balance_minor = ledger.available_for_update(session, household_id)
    known = session.scalar(select(Redemption).where(Redemption.key == key))
    reward = session.scalar(select(Reward).where(Reward.code == reward_code))
    if reward is None:
        raise NotFound("There is no such reward.")
    if known is not None:
        wish = (known.household_id, known.reward_id, known.amount_minor, known.payee_phone)
        if wish != (household_id, reward.id, amount_minor, payee_phone):
            raise Conflict("That key was used for another redemption.")
        return known
    _check_amount(reward, amount_minor)
    candidates = rules.candidates(payee_phone, reward.provider)
    if not candidates:
        raise Refused("Nobody is set up to pay that just now.")
    if amount_minor > balance_minor:
        raise InsufficientBalance("The credit is less than that.")
    if _spent_today(session, household_id, rules, now) + amount_minor > rules.day_limit_minor:
        raise Refused("That is more than can be spent in one day.")
    redemption = Redemption(
        id=new_id(),
        key=key,
        household_id=household_id,
        reward_id=reward.id,
        amount_minor=amount_minor,
        payee_phone=payee_phone,
        status=RedemptionStatus.REQUESTED,
        created_at=now,
        updated_at=now,
    )
    session.add(redemption)
    session.flush()
    payouts.request(
        session,
        household_id=household_id,
        redemption_id=redemption.id,
        amount_minor=amount_minor,
        payee_phone=payee_phone,
        candidates=candidates,
        now=now,
        jobs=jobs,
    )
    return redemption


def _check_amount(reward: Reward, amount_minor: int) -> None:
    if not reward.active:
        raise NotFound("That reward is not on offer any more.")
    if not reward.minimum_minor <= amount_minor <= reward.maximum_minor:
        raise InvalidInput(
            "amount_minor", f"The amount must lie between {reward.minimum_minor} and {reward.maximum_minor}."
        )
    if amount_minor % reward.step_minor:
        raise InvalidInput("amount_minor", f"The amount must be a multiple of {reward.step_minor}.")


def _spent_today(session: Session, household_id: UUID, rules: RedemptionRules, now: datetime) -> int:
    midnight = at_local(local_date(now, rules.timezone), time(), rules.timezone)
    spent = session.scalar(
        select(func.coalesce(func.sum(Redemption.amount_minor), 0)).where(
            Redemption.household_id == household_id,
            Redemption.created_at >= midnight,
            Redemption.status.not_in([RedemptionStatus.GIVEN_BACK, RedemptionStatus.REVERSED]),
        )
    )
    return int(spent or 0)
