"""Spending credit."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BonusGone, Conflict, InsufficientBalance, InvalidInput, NotFound, Refused
from app.jobs import Jobs
from app.kernel.clock import at_local, local_date
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.messaging.post import Post
from app.rewards import bonuses, stock
from app.rewards.catalogue import change, options
from app.rewards.giving_back import GIVEN_BACK
from app.rewards.kinds import KINDS
from app.rewards.kinds.going import Going
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay, Reward
from app.rewards.rules import RedemptionRules

__all__ = ["RedemptionRules", "change", "options", "redeem"]


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

    `promised_minor` is the bonus that the household was told of; None takes whatever there is.

    The same key with the same wish returns the first redemption, with another raises `Conflict`. Raises
    `NotFound` and `InvalidInput` for what is not on offer, `Refused` for more than the day allows,
    `NoFloat`, `OutOfStock`, `BonusGone`, `NoNeighbour` and `InsufficientBalance`; nothing has been written then.
    """
    reward = session.scalar(select(Reward).where(Reward.code == reward_code))
    if reward is None:
        raise NotFound("There is no such reward.")
    wish = Redemption(
        id=new_id(),
        key=key,
        household_id=household_id,
        reward_id=reward.id,
        amount_minor=amount_minor,
        payee_phone=payee_phone,
        way=RedemptionWay.SPEND,
        bonus_minor=0,
        stock_taken=False,
        status=RedemptionStatus.REQUESTED,
        created_at=now,
        updated_at=now,
    )
    known = _known(session, wish)
    if known is not None:
        return known
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
    known = _known(session, wish)
    if known is not None:
        return known
    _check_amount(reward, amount_minor)
    if amount_minor > ledger.balance(session, household_id):
        raise InsufficientBalance("The credit is less than that.")
    if _spent_today(session, household_id, rules, now) + amount_minor > rules.day_limit_minor:
        raise Refused("That is more than can be spent in one day.")
    bonuses.add(session, wish, accounts.currency, now)
    if promised_minor is not None and wish.bonus_minor < promised_minor:
        raise BonusGone("The bonus has just run out.")
    stock.take(session, wish, reward)
    session.add(wish)
    session.flush()
    bonuses.pay(session, wish, now)
    kind.start(Going(session, wish, reward, rules, post, jobs, now))
    return wish


def _known(session: Session, wish: Redemption) -> Redemption | None:
    """The redemption that was made under this key. Raises `Conflict` where it was another wish."""
    known = session.scalar(select(Redemption).where(Redemption.key == wish.key))
    if known is None:
        return None
    for name in ("household_id", "reward_id", "amount_minor", "payee_phone"):
        if getattr(known, name) != getattr(wish, name):
            raise Conflict("That key was used for another redemption.")
    return known


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
            Redemption.way == RedemptionWay.SPEND,
            Redemption.status.not_in(GIVEN_BACK),
        )
    )
    return int(spent or 0)
