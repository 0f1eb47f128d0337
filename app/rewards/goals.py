"""What households put aside for a goal, and how it comes out again: to the payee, or back to their credit.

The rule of a goal is its reward's: with a `goal_payee_phone` all that is saved can be paid out to that school or
insurer; with `goal_may_take_back` the household can turn it into credit again by itself, else the office alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InsufficientBalance, InvalidInput, Refused
from app.jobs import Jobs
from app.ledger import service as ledger
from app.payouts import service as payouts
from app.rewards import once
from app.rewards.kinds import paid_out
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay, Reward, RewardKind
from app.rewards.rules import RedemptionRules


def saved(session: Session, household_id: UUID) -> Mapping[str, int]:
    """What the household has put aside, by the goal's code; goals without anything are left out."""
    return ledger.standing(session, household_id).saved_minor


def by_name(session: Session, amounts: Mapping[str, int]) -> list[tuple[str, int]]:
    """`saved` with the goals' names in place of their codes, in the order of those."""
    if not amounts:
        return []
    rows = session.execute(
        select(Reward.code, Reward.name).where(Reward.code.in_(amounts)).order_by(Reward.name)
    )
    return [(row.name, amounts[row.code]) for row in rows]


def pay_out(
    session: Session,
    *,
    key: str,
    household_id: UUID,
    reward_code: str,
    amount_minor: int,
    now: datetime,
    rules: RedemptionRules,
    jobs: Jobs,
) -> Redemption:
    """Pay the goal's payee out of what is saved, once per `key`; what cannot be paid returns to the goal.

    Raises `NotFound`, `InvalidInput` for what is no goal, `InsufficientBalance`, `Refused` where it has no
    payee or nobody is set up to pay it, `NoFloat`, and `Conflict` for a key that was used for another wish.
    """
    reward = _goal(session, reward_code)
    payee = reward.goal_payee_phone
    if payee is None:
        raise Refused("That goal is paid to nobody; it can be taken back.")
    asked = once.wish(
        key=key,
        household_id=household_id,
        reward=reward,
        amount_minor=amount_minor,
        payee_phone=payee,
        now=now,
        way=RedemptionWay.RELEASE,
    )
    made = _standing_by(session, asked, reward)
    if made is not None:
        return made
    session.add(asked)
    session.flush()
    purse = payouts.Purse(*_accounts(session, asked, reward))
    paid_out.ask(session, asked, reward, rules, purse, now=now, jobs=jobs)
    return asked


def take_back(
    session: Session,
    *,
    key: str,
    household_id: UUID,
    reward_code: str,
    amount_minor: int,
    phone: str,
    by_office: bool = False,
    now: datetime,
) -> Redemption:
    """Turn what is saved into credit again, once per `key`, for the household whose `phone` asks for it.

    Raises `NotFound`, `InvalidInput` for what is no goal, `InsufficientBalance`, `Refused` where the goal's rule
    leaves that to the office, and `Conflict` for a key that was used for another wish.
    """
    reward = _goal(session, reward_code)
    if not (reward.goal_may_take_back or by_office):
        raise Refused("By the rule of that goal the office alone gives it back.")
    asked = once.wish(
        key=key,
        household_id=household_id,
        reward=reward,
        amount_minor=amount_minor,
        payee_phone=phone,
        now=now,
        way=RedemptionWay.TAKE_BACK,
    )
    made = _standing_by(session, asked, reward)
    if made is not None:
        return made
    asked.status = RedemptionStatus.PAID
    session.add(asked)
    session.flush()
    goal, _ = _accounts(session, asked, reward)
    credit = ledger.household_accounts(session, household_id).credit_id
    ledger.transfer(
        session,
        key=f"redemption:{asked.id}:goal_return",
        kind="goal_return",
        postings=[ledger.Posting(goal, credit, amount_minor)],
        reason=f"taken back from {reward.code}",
        cause=ledger.Cause("redemption", asked.id),
        effective_at=now,
        now=now,
    )
    return asked


def _goal(session: Session, code: str) -> Reward:
    reward = once.reward_of(session, code)
    if reward.kind is not RewardKind.GOAL:
        raise InvalidInput("reward_code", "That is no goal: nothing is saved there.")
    return reward


def _accounts(session: Session, asked: Redemption, reward: Reward) -> tuple[UUID, UUID]:
    """The goal and the household's hold."""
    goal = ledger.named(session, ledger.goal_code(asked.household_id, reward.code))
    return goal, ledger.household_accounts(session, asked.household_id).hold_id


def _standing_by(session: Session, asked: Redemption, reward: Reward) -> Redemption | None:
    """What was made under the key before; else None, with so much saved, held until the transaction ends."""
    made = once.known(session, asked)
    if made is not None:
        return made
    if reward.code not in saved(session, asked.household_id):
        raise InsufficientBalance("Less than that has been put aside.")
    credit = ledger.household_accounts(session, asked.household_id).credit_id
    ledger.lock(session, {credit, *_accounts(session, asked, reward)})
    made = once.known(session, asked)
    if made is None and asked.amount_minor > saved(session, asked.household_id).get(reward.code, 0):
        raise InsufficientBalance("Less than that has been put aside.")
    return made
