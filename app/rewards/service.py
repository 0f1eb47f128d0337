"""Spending credit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import BonusGone, InsufficientBalance, InvalidInput, NotFound, Refused
from app.jobs import Jobs
from app.ledger import service as ledger
from app.messaging.post import Post
from app.rewards import bonuses, limits, once, stock
from app.rewards.eligibility import Candidate
from app.rewards.holding import hold
from app.rewards.kinds import KINDS
from app.rewards.kinds.going import Going
from app.rewards.models import Redemption, Reward
from app.rewards.rules import RedemptionRules

__all__ = ["RedemptionRules", "redeem"]


def redeem(
    session: Session,
    *,
    key: str,
    household_id: UUID,
    reward_code: str,
    amount_minor: int,
    payee_phone: str,
    promised_minor: int | None = None,
    now: datetime,
    rules: RedemptionRules,
    post: Post,
    jobs: Jobs,
) -> Redemption:
    """Spend credit, once per `key`. What somebody outside must pay is paid soon after this transaction commits.

    `promised_minor` is the bonus that the household was told of; None takes whatever there is. What goes over a limit
    of the day (`app.rewards.limits`) comes back HELD: a person looks at it first.

    The same key with the same wish returns the first redemption, with another raises `Conflict`. Raises
    `NotFound` and `InvalidInput` for what is not on offer, `NoFloat`, `OutOfStock`, `BonusGone`, `NoNeighbour` and `InsufficientBalance`; nothing has been written then.
    """
    reward = once.reward_of(session, reward_code)
    wish = once.wish(
        key=key,
        household_id=household_id,
        reward=reward,
        amount_minor=amount_minor,
        payee_phone=payee_phone,
        now=now,
    )
    made = once.known(session, wish)
    if made is not None:
        return made
    kind = KINDS[reward.kind]
    accounts = ledger.find_household_accounts(session, household_id)
    if accounts is None:
        raise InsufficientBalance("The credit is less than that.")
    # Held until the end, all at once: two redemptions of one household wait for each other, here and at the
    # day's limit, and none waits for one that waits for it.
    ledger.lock(
        session,
        {
            accounts.credit_id,
            accounts.hold_id,
            *kind.also_locks(session, wish, reward),
            *bonuses.accounts(session, reward.id, now),
        },
    )
    made = once.known(session, wish)
    if made is not None:
        return made
    _check_wish(session, wish, reward, now)
    _check_amount(reward, amount_minor)
    if amount_minor > ledger.balance(session, household_id):
        raise InsufficientBalance("The credit is less than that.")
    bonuses.add(session, wish, accounts.currency, now)
    if promised_minor is not None and wish.bonus_minor < promised_minor:
        raise BonusGone("The bonus has just run out.")
    limit = limits.over(session, wish, rules.limits, now)
    stock.take(session, wish, reward)
    session.add(wish)
    session.flush()
    bonuses.pay(session, wish, now)
    going = Going(session, wish, reward, rules, post, jobs, now)
    if limit is None:
        kind.start(going)
    else:
        hold(going, limit)
    return wish


def _check_wish(session: Session, wish: Redemption, reward: Reward, now: datetime) -> None:
    if not reward.active:
        raise NotFound("That reward is not on offer any more.")
    if not Candidate(session, wish.household_id, now).may_have(reward.eligibility):
        raise Refused("That reward is not for this household.")


def _check_amount(reward: Reward, amount_minor: int) -> None:
    if not reward.minimum_minor <= amount_minor <= reward.maximum_minor:
        raise InvalidInput(
            "amount_minor", f"The amount must lie between {reward.minimum_minor} and {reward.maximum_minor}."
        )
    if amount_minor % reward.step_minor:
        raise InvalidInput("amount_minor", f"The amount must be a multiple of {reward.step_minor}.")
