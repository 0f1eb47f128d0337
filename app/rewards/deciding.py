"""What the office decides about where much money goes; above an amount a second person stands behind it.

The payee of a goal counts as all that is saved in it: whoever changes it could send all of that elsewhere. What leaves
pots counts together over the local day, so that much does not leave them little by little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import lock_name
from app.errors import Conflict, InsufficientBalance, NotFound
from app.ledger import service as ledger
from app.payouts.seconding import DecisionStatus
from app.rewards import catalogue, pots
from app.rewards.limits import midnight_of
from app.rewards.models import Matter, Reward, RewardDecision

_PAYEE = "goal_payee_phone"

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """Who is at work, by what rules."""

    actor: str
    """As the audit trail names them; two people have two names."""
    second_person_above_minor: int
    providers: Sequence[str]
    currency: str
    timezone: str
    now: datetime


def change(session: Session, reward_id: UUID, changes: Mapping[str, Any], desk: Desk) -> Reward:
    """`catalogue.change`, but another payee of a goal waits for a second person where much is saved in it.

    Raises what `catalogue.change` raises, and `Conflict` where another decision about the reward waits.
    """
    before = catalogue.get(session, reward_id, lock=True).goal_payee_phone
    reward = _changed(session, reward_id, changes, desk)
    wanted = reward.goal_payee_phone
    if wanted == before:
        return reward
    saved_minor = ledger.saved_towards(session, reward.code)
    if saved_minor > desk.second_person_above_minor:
        _changed(session, reward_id, {_PAYEE: before}, desk)
        _take(session, RewardDecision(matter=Matter.PAYEE, payee_phone=wanted), reward, saved_minor, desk)
    return reward


def pay_pot(session: Session, reward_id: UUID, amount_minor: int, reason: str, desk: Desk) -> RewardDecision:
    """Book what the office has paid out of a pot by hand, at once or with a second person's word.

    Raises `NotFound`, `Refused` for a reward that is no pot, `InsufficientBalance`, and `Conflict` where another
    payment out of it waits.
    """
    reward = pots.get(session, reward_id)
    if amount_minor > pots.balance(session, reward):
        raise InsufficientBalance("The pot holds less than that.")
    decision = RewardDecision(matter=Matter.POT_PAYMENT, reason=reason)
    _take(session, decision, reward, amount_minor, desk)
    if amount_minor + _paid_alone_today(session, desk) <= desk.second_person_above_minor:
        _carry_out(session, decision, desk)
    return decision


def waiting_payees(session: Session, reward_ids: Iterable[UUID]) -> Mapping[UUID, RewardDecision]:
    """The decisions on goals' payees that wait for a second person, by reward."""
    query = select(RewardDecision).where(
        RewardDecision.reward_id.in_(list(reward_ids)),
        RewardDecision.matter == Matter.PAYEE,
        RewardDecision.status == DecisionStatus.WAITING,
    )
    return {decision.reward_id: decision for decision in session.scalars(query)}


def confirm(session: Session, reward_id: UUID, desk: Desk) -> RewardDecision:
    """The second person's yes.

    Raises `NotFound` where no decision waits, `Refused` for whoever took it, and what carrying it out raises where it
    cannot be done any more: then it still waits.
    """
    catalogue.get(session, reward_id, lock=True)
    decision = _found(session, reward_id)
    decision.second(desk.actor, desk.now)
    _carry_out(session, decision, desk)
    return decision


def reject(session: Session, reward_id: UUID, reason: str, desk: Desk) -> RewardDecision:
    """Strike a decision that waits; nothing changes. Raises `NotFound` where none waits."""
    catalogue.get(session, reward_id, lock=True)
    decision = _found(session, reward_id)
    decision.reject(desk.actor, reason, desk.now)
    session.flush()
    return decision


def _take(session: Session, decision: RewardDecision, reward: Reward, amount_minor: int, desk: Desk) -> None:
    if _waiting(session, reward.id) is not None:
        raise Conflict(
            "The reward has a decision that waits for a second person; confirm or reject that one."
        )
    decision.reward_id, decision.amount_minor = reward.id, amount_minor
    decision.status = DecisionStatus.WAITING
    decision.decided_by, decision.decided_at = desk.actor, desk.now
    session.add(decision)
    session.flush()


def _paid_alone_today(session: Session, desk: Desk) -> int:
    """What has left pots since midnight on one person's word; two at once are counted one after the other."""
    lock_name(session, "pot-payments")
    paid = session.scalar(
        select(func.coalesce(func.sum(RewardDecision.amount_minor), 0)).where(
            RewardDecision.matter == Matter.POT_PAYMENT,
            RewardDecision.status == DecisionStatus.ACCEPTED,
            RewardDecision.seconded_by.is_(None),
            RewardDecision.decided_at >= midnight_of(desk.now, desk.timezone),
        )
    )
    return int(paid or 0)


def _carry_out(session: Session, decision: RewardDecision, desk: Desk) -> None:
    if decision.matter is Matter.PAYEE:
        _changed(session, decision.reward_id, {_PAYEE: decision.payee_phone}, desk)
    else:
        reason = decision.reason or ""
        decision.transfer_id = pots.pay(
            session, decision.reward_id, decision.amount_minor, reason=reason, now=desk.now
        )
    decision.status = DecisionStatus.ACCEPTED
    log.info("reward.decided", reward_id=str(decision.reward_id), matter=decision.matter.value)
    session.flush()


def _changed(session: Session, reward_id: UUID, changes: Mapping[str, Any], desk: Desk) -> Reward:
    return catalogue.change(
        session, reward_id, changes, providers=desk.providers, currency=desk.currency, now=desk.now
    )


def _waiting(session: Session, reward_id: UUID) -> RewardDecision | None:
    return session.scalar(
        select(RewardDecision).where(
            RewardDecision.reward_id == reward_id, RewardDecision.status == DecisionStatus.WAITING
        )
    )


def _found(session: Session, reward_id: UUID) -> RewardDecision:
    decision = _waiting(session, reward_id)
    if decision is None:
        raise NotFound("No decision about that reward waits.")
    return decision
