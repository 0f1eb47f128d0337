"""What people decide about payouts that nobody else can settle; above an amount a second person stands behind it.

A decision about a payout in review says whether it was paid. One about what was paid too late, after its credit had been
given back, says how the programme came to its money again, or that it never will.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.payouts import booking, manual
from app.payouts.manual import Desk
from app.payouts.models import (
    AttemptResult,
    Payout,
    PayoutAttempt,
    PayoutDecision,
    Verdict,
)
from app.payouts.observing import Word, keep
from app.payouts.ports import Observation, ObservedStatus
from app.payouts.reasons import Because
from app.payouts.seconding import DecisionStatus
from app.payouts.statuses import PayoutStatus
from app.payouts.turning import Turn

_OF_REVIEWS = frozenset({Verdict.PAID, Verdict.NOT_PAID})
_SAID = {
    Verdict.PAID: ObservedStatus.SUCCEEDED,
    Verdict.NOT_PAID: ObservedStatus.FAILED,
    Verdict.RECOVERED: ObservedStatus.REVERSED,
    Verdict.WRITTEN_OFF: ObservedStatus.SUCCEEDED,
}

log = structlog.get_logger()


def decide(session: Session, payout_id: UUID, verdict: Verdict, reason: str, desk: Desk) -> PayoutDecision:
    """Take a person's word; it holds at once, or waits for a second person above the amount.

    A payout by hand that waits to be paid can be given back before it comes to review; that it was paid takes a
    proof. Raises `NotFound`, and `Conflict` for a payout that takes no such decision or has one that waits.
    """
    payout = _locked(session, payout_id)
    _check(session, payout, verdict)
    if _waiting(session, payout_id) is not None:
        raise Conflict(
            "The payout has a decision that waits for a second person; confirm or reject that one."
        )
    decision = PayoutDecision(
        payout_id=payout.id,
        verdict=verdict,
        reason=reason[:200],
        status=DecisionStatus.WAITING,
        decided_by=desk.actor,
        decided_at=desk.now,
    )
    session.add(decision)
    session.flush()
    if payout.amount_minor <= desk.second_person_above_minor:
        _carry_out(session, payout, decision, desk)
    return decision


def confirm(session: Session, payout_id: UUID, desk: Desk) -> PayoutDecision:
    """The second person's yes.

    Raises `NotFound` where no decision waits, `Refused` for whoever took it, and `Conflict` where the payout has
    moved on meanwhile and takes it no more.
    """
    payout = _locked(session, payout_id)
    decision = _found(session, payout_id)
    decision.second(desk.actor, desk.now)
    _check(session, payout, decision.verdict)
    _carry_out(session, payout, decision, desk)
    return decision


def reject(session: Session, payout_id: UUID, reason: str, desk: Desk) -> PayoutDecision:
    """Strike a decision that waits; the payout waits for another. Raises `NotFound` where none waits."""
    _locked(session, payout_id)
    decision = _found(session, payout_id)
    decision.reject(desk.actor, reason, desk.now)
    session.flush()
    return decision


def close_alarm(session: Session, payout_id: UUID, reason: str, desk: Desk) -> Payout:
    """Say that a person has seen to a provider's contradiction. Raises `NotFound`, and `Conflict` without one."""
    payout = _locked(session, payout_id)
    if payout.alarmed_at is None:
        raise Conflict("The payout has no alarm.")
    payout.alarmed_at = None
    turn = Turn(session, payout, _attempts(session, payout_id)[-1], desk.heard, desk.now)
    code = f"{desk.actor}: {reason}"[:200]
    keep(turn, Word(Observation(ObservedStatus.UNCLEAR, code=code), "operator", "operator"))
    session.flush()
    return payout


def decisions(session: Session, payout_id: UUID) -> Iterable[PayoutDecision]:
    """All of them, in the order in which they were taken."""
    query = select(PayoutDecision).where(PayoutDecision.payout_id == payout_id).order_by(PayoutDecision.id)
    return session.scalars(query).all()


def _check(session: Session, payout: Payout, verdict: Verdict) -> None:
    if verdict not in _OF_REVIEWS:
        if not _late(session, payout.id):
            raise Conflict("Nothing of that payout is owed to the programme.")
        return
    by_hand = payout.provider == manual.NAME
    takes_it = payout.status is PayoutStatus.NEEDS_REVIEW or (
        by_hand and payout.status is PayoutStatus.PENDING
    )
    if not takes_it:
        raise Conflict(f"The payout is {payout.status.value}; only one in review takes a decision.")
    if by_hand and (verdict is Verdict.PAID or manual.standing_proof(session, payout.id) is not None):
        raise Conflict("What is paid by hand is decided by its proof: record, confirm or reject that.")


def _carry_out(session: Session, payout: Payout, decision: PayoutDecision, desk: Desk) -> None:
    decision.status = DecisionStatus.ACCEPTED
    log.info("payout.decided", payout_id=str(payout.id), verdict=decision.verdict.value)
    seen = Observation(_SAID[decision.verdict], code=f"{desk.actor}: {decision.reason}"[:200])
    word = Word(seen, "operator", "operator")
    if decision.verdict in _OF_REVIEWS:
        made = _attempts(session, payout.id)
        turn = Turn(session, payout, next((one for one in made if one.open), made[-1]), desk.heard, desk.now)
        keep(turn, word)
        payout.review_reason = decision.reason
        if decision.verdict is Verdict.PAID:
            turn.settle()
        else:
            turn.payout.because = Because.PERSON
            turn.give_back(AttemptResult.FAILED)
        return
    for attempt in _late(session, payout.id):
        keep(Turn(session, payout, attempt, desk.heard, desk.now), word)
        if decision.verdict is Verdict.RECOVERED:
            attempt.result = AttemptResult.RECOVERED
            booking.recovered(session, payout, attempt, desk.now)
        else:
            attempt.result = AttemptResult.WRITTEN_OFF
            booking.written_off(session, payout, attempt, desk.now)
    payout.alarmed_at = None
    session.flush()


def _attempts(session: Session, payout_id: UUID) -> list[PayoutAttempt]:
    query = select(PayoutAttempt).where(PayoutAttempt.payout_id == payout_id).order_by(PayoutAttempt.id)
    return list(session.scalars(query))


def _late(session: Session, payout_id: UUID) -> list[PayoutAttempt]:
    return [one for one in _attempts(session, payout_id) if one.result is AttemptResult.LATE]


def _waiting(session: Session, payout_id: UUID) -> PayoutDecision | None:
    return session.scalar(
        select(PayoutDecision).where(
            PayoutDecision.payout_id == payout_id, PayoutDecision.status == DecisionStatus.WAITING
        )
    )


def _found(session: Session, payout_id: UUID) -> PayoutDecision:
    decision = _waiting(session, payout_id)
    if decision is None:
        raise NotFound("No decision about that payout waits.")
    return decision


def _locked(session: Session, payout_id: UUID) -> Payout:
    payout = session.get(Payout, payout_id, with_for_update=True, populate_existing=True)
    if payout is None:
        raise NotFound("There is no such payout.")
    return payout
