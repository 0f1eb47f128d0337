"""What becomes of credit that is held: a person releases or declines it, or its time is over and it is released.

Decided here: the household must not pay for our slowness. What nobody has looked at by `due_at` is released, with an
alarm in the log. Above an amount a decision takes two people, either way: one gives money away, the other takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.clock import local_date
from app.kernel.money import Money
from app.ledger import service as ledger
from app.messaging.post import Post, Value
from app.pickups.models import Pickup
from app.places import service as places
from app.settings import Settings
from app.weighing import holding
from app.weighing.models import HeldCredit, HeldStatus, Weighing
from app.weighing.receipt import tell_household

JOB: Final = "release_held_credits"
TOLD_MAX: Final = 50
"""Letters that a household is told of why; with all else they fill one text."""
AT_ONCE: Final = 50
SYSTEM: Final = "system"
_NOBODY_LOOKED: Final = "Nobody looked in time."

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """Who decides, by what rules, and how households hear of it."""

    actor: str
    """As the audit trail names them; two people have two names."""
    second_person_above_minor: int
    post: Post
    currency: str
    phone_idle: timedelta
    now: datetime

    @classmethod
    def of(cls, settings: Settings, actor: str, post: Post, now: datetime) -> Self:
        return cls(
            actor,
            settings.payout_second_person_above_minor,
            post,
            settings.currency,
            timedelta(days=settings.phone_idle_guard_days),
            now,
        )


def release(session: Session, held_id: UUID, reason: str, desk: Desk) -> HeldCredit:
    """Let the household spend it, and tell it; above the amount, only with a second person's word.

    Raises `NotFound`, and `Conflict` where it waits no more, or the same person says it twice.
    """
    held = _waiting(session, held_id)
    if _settled(held, HeldStatus.RELEASED, reason, desk):
        holding.let_go(session, held, desk.now)
        _tell(session, held, desk, "held.released")
    return held


def decline(session: Session, held_id: UUID, reason: str, told: str, desk: Desk) -> HeldCredit:
    """Take it back, and tell the household why in the words of `told`, and how to object.

    Raises as `release` does, and `InvalidInput` for nothing told.
    """
    if not told.strip():
        raise InvalidInput("told", "Please tell the household why, in a few words.")
    held = _waiting(session, held_id)
    if _settled(held, HeldStatus.DECLINED, reason, desk):
        holding.take_back(session, held, desk.now)
        _tell(session, held, desk, "held.declined", why=told.strip()[:TOLD_MAX])
    return held


def release_due(session: Session, desk: Desk) -> int:
    """Release some of what nobody has looked at in time; how many."""
    due = session.scalars(
        select(HeldCredit)
        .where(HeldCredit.status == HeldStatus.WAITING, HeldCredit.due_at <= desk.now)
        .order_by(HeldCredit.due_at, HeldCredit.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for held in due:
        _close(held, HeldStatus.RELEASED, _NOBODY_LOOKED, SYSTEM, desk.now)
        holding.let_go(session, held, desk.now)
        _tell(session, held, desk, "held.released")
        record(session, SYSTEM, "released", "held_credit", held.id, now=desk.now)
        log.error("held_credit.nobody_looked", held_credit_id=str(held.id))
    session.flush()
    return len(due)


def _waiting(session: Session, held_id: UUID) -> HeldCredit:
    held = session.get(HeldCredit, held_id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound("There is no such held credit.")
    if held.status is not HeldStatus.WAITING:
        raise Conflict(f"The credit is {held.status.value}, not waiting.")
    return held


def _settled(held: HeldCredit, says: HeldStatus, reason: str, desk: Desk) -> bool:
    """Whether that word decides it; else it is kept as the first of two. Another word than the first begins anew."""
    if held.amount_minor > desk.second_person_above_minor:
        if held.first_says is not says:
            held.first_by, held.first_says, held.first_at = desk.actor, says, desk.now
            held.reason = reason
            return False
        if held.first_by == desk.actor:
            raise Conflict("Another person must say so too: you have said it already.")
    _close(held, says, reason, desk.actor, desk.now)
    return True


def _close(held: HeldCredit, status: HeldStatus, reason: str, by: str, now: datetime) -> None:
    held.status, held.reason = status, reason
    held.decided_by, held.decided_at = by, now


def _tell(session: Session, held: HeldCredit, desk: Desk, key: str, **more: Value) -> None:
    session.flush()
    weighing = session.get_one(Weighing, held.weighing_id)
    zone = places.zone(session, session.get_one(Pickup, weighing.pickup_id).zone_id)
    values: dict[str, Value] = {
        "date": local_date(weighing.weighed_at, zone.timezone),
        "credit": Money(held.amount_minor, desk.currency),
        "balance": Money(ledger.balance(session, held.household_id), desk.currency),
        **more,
    }
    tell_household(
        session,
        desk.post,
        held.household_id,
        key=key,
        values=values,
        dedupe_key=f"held:{held.id}:{held.status.value}",
        idle=desk.phone_idle,
        now=desk.now,
    )
