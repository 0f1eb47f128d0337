"""Redemptions that wait for a person: what they are worth lies on hold until somebody lets them go, or refuses them.

Nobody outside has heard of such a redemption. Above an amount letting it go takes two people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.jobs import Jobs
from app.ledger import service as ledger
from app.payouts.seconding import check_another
from app.rewards.giving_back import give_back
from app.rewards.kinds import KINDS
from app.rewards.kinds.going import Going
from app.rewards.limits import Limit
from app.rewards.models import HoldStatus, Redemption, RedemptionHold, RedemptionStatus, Reward
from app.rewards.rules import RedemptionRules
from app.rewards.telling import Teller

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """Who decides, by what rules, and what letting a redemption go needs."""

    actor: str
    """As the audit trail names them; two people have two names."""
    second_person_above_minor: int
    rules: RedemptionRules
    teller: Teller
    jobs: Jobs
    now: datetime


def hold(going: Going, limit: Limit) -> None:
    """Set aside what the redemption is worth, and let nothing else of it begin."""
    session, redemption = going.session, going.redemption
    accounts = ledger.household_accounts(session, redemption.household_id)
    going.book("redemption_hold", (accounts.credit_id, accounts.hold_id), f"over the day's limit: {limit}")
    redemption.status = RedemptionStatus.HELD
    session.add(
        RedemptionHold(redemption_id=redemption.id, limit=limit, status=HoldStatus.WAITING, held_at=going.now)
    )
    session.flush()
    log.error("redemption.held", redemption_id=str(redemption.id), limit=limit.value)


def release(session: Session, redemption_id: UUID, reason: str, desk: Desk) -> RedemptionHold:
    """Let it go its way, and tell the household; above the amount, only with a second person's word.

    Raises `NotFound`, `Conflict` where it is not held, `Refused` where the same person says it twice, and what its kind
    of reward raises where it cannot be had just now: then it stays held.
    """
    redemption, held = _waiting(session, redemption_id)
    if redemption.worth_minor > desk.second_person_above_minor and held.first_by is None:
        held.first_by, held.first_at, held.reason = desk.actor, desk.now, reason
        session.flush()
        return held
    if held.first_by is not None:
        check_another(held.first_by, desk.actor)
    reward = session.get_one(Reward, redemption.reward_id)
    going = Going(session, redemption, reward, desk.rules, desk.teller.post, desk.jobs, desk.now)
    kind = KINDS[reward.kind]
    _take_from_hold(going, kind.also_locks(session, redemption, reward))
    redemption.status = RedemptionStatus.REQUESTED
    _decide(held, HoldStatus.RELEASED, reason, desk)
    kind.start(going)
    redemption.updated_at = desk.now
    session.flush()
    desk.teller.tell(session, redemption, "redeem.released", desk.now)
    return held


def refuse(session: Session, redemption_id: UUID, reason: str, desk: Desk) -> RedemptionHold:
    """Give it back, and tell the household. Raises `NotFound`, and `Conflict` where it is not held."""
    redemption, held = _waiting(session, redemption_id)
    reward = session.get_one(Reward, redemption.reward_id)
    _take_from_hold(Going(session, redemption, reward, desk.rules, desk.teller.post, desk.jobs, desk.now), ())
    give_back(session, redemption, RedemptionStatus.GIVEN_BACK, desk.now)
    _decide(held, HoldStatus.REFUSED, reason, desk)
    session.flush()
    desk.teller.tell(session, redemption, "redeem.turned-down", desk.now)
    return held


def found(session: Session, redemption_id: UUID) -> RedemptionHold | None:
    """Why and how long it was held; None where it never was."""
    return session.get(RedemptionHold, redemption_id)


def let_go(session: Session, household_id: UUID) -> list[UUID]:
    """Which redemptions of the household were held and then went their way."""
    query = (
        select(RedemptionHold.redemption_id)
        .join(Redemption, Redemption.id == RedemptionHold.redemption_id)
        .where(Redemption.household_id == household_id, RedemptionHold.status == HoldStatus.RELEASED)
    )
    return list(session.scalars(query))


def waiting_minor(session: Session, household_id: UUID) -> int:
    """What of a household's hold waits for a person, sponsors' part included."""
    waiting = select(func.sum(Redemption.amount_minor + Redemption.bonus_minor)).where(
        Redemption.household_id == household_id, Redemption.status == RedemptionStatus.HELD
    )
    return int(session.scalar(waiting) or 0)


def claims(session: Session) -> Mapping[UUID, int]:
    """What is on hold for redemptions that wait, by the hold's account: for `app.payouts.holds.check`."""
    waiting = session.execute(
        select(Redemption.household_id, func.sum(Redemption.amount_minor + Redemption.bonus_minor))
        .where(Redemption.status == RedemptionStatus.HELD)
        .group_by(Redemption.household_id)
    ).all()
    return {
        ledger.household_accounts(session, household_id).hold_id: int(amount)
        for household_id, amount in waiting
    }


def _waiting(session: Session, redemption_id: UUID) -> tuple[Redemption, RedemptionHold]:
    redemption = session.get(Redemption, redemption_id, with_for_update=True, populate_existing=True)
    if redemption is None:
        raise NotFound("There is no such redemption.")
    held = session.get(RedemptionHold, redemption_id, populate_existing=True)
    if held is None or redemption.status is not RedemptionStatus.HELD:
        raise Conflict(f"The redemption is {redemption.status.value}, not held.")
    return redemption, held


def _take_from_hold(going: Going, others: Iterable[UUID]) -> None:
    accounts = ledger.household_accounts(going.session, going.redemption.household_id)
    ledger.lock(going.session, {accounts.credit_id, accounts.hold_id, *others})
    going.book("redemption_unhold", (accounts.hold_id, accounts.credit_id), "a person has looked")


def _decide(held: RedemptionHold, status: HoldStatus, reason: str, desk: Desk) -> None:
    held.status, held.reason = status, reason
    held.decided_by, held.decided_at = desk.actor, desk.now
