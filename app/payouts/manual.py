"""Payouts that a person makes by hand: the proof, and the second person above an amount.

A proof counts once: neither a payout nor a receipt can stand in two proofs. Who recorded it cannot confirm it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.payouts.models import (
    Payout,
    PayoutAttempt,
    PayoutDecision,
    PayoutProof,
)
from app.payouts.observing import Word, keep
from app.payouts.ports import Observation, ObservedStatus, PayoutListener
from app.payouts.seconding import DecisionStatus, check_another
from app.payouts.statuses import PayoutStatus
from app.payouts.turning import Turn

NAME: Final = "manual"
"""The provider that is a person."""
_WAITING_FOR_PROOF = frozenset({PayoutStatus.PENDING, PayoutStatus.UNKNOWN, PayoutStatus.NEEDS_REVIEW})


class Method(enum.StrEnum):
    """How it was paid."""

    AIRTIME = "airtime"
    MOBILE_MONEY = "mobile_money"
    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"


@dataclass(frozen=True)
class Receipt:
    """What the person who paid has in hand."""

    method: Method
    number: str
    """As whoever took the money issued it: the same number is the same payment."""
    paid_by: str
    paid_at: datetime


@dataclass(frozen=True)
class Desk:
    """Who is at work, by what rule, and who wants to hear."""

    actor: str
    """As the audit trail names them; two people have two names."""
    second_person_above_minor: int
    heard: PayoutListener
    now: datetime


def record_proof(session: Session, payout_id: UUID, receipt: Receipt, desk: Desk) -> PayoutProof:
    """Take the proof of a payment made by hand; it is PAID at once, or waits for a second person above the amount.

    The same receipt again returns the first proof. Raises `NotFound`, `InvalidInput` for a time to come,
    and `Conflict` for a payout that is not waiting to be paid by hand, has another proof, or a receipt that
    proved another payout.
    """
    payout = _locked(session, payout_id)
    number = receipt.number.strip().upper()
    if receipt.paid_at > desk.now:
        raise InvalidInput("paid_at", "That time is yet to come.")
    standing = standing_proof(session, payout_id)
    if standing is not None:
        if (standing.method, standing.receipt_number) == (receipt.method, number):
            return standing
        raise Conflict("The payout has another proof; reject that one first.")
    turn = _waiting(session, payout, desk)
    if session.scalar(
        select(PayoutDecision.id).where(
            PayoutDecision.payout_id == payout_id, PayoutDecision.status == DecisionStatus.WAITING
        )
    ):
        raise Conflict("The payout has a decision that waits for a second person; reject that one first.")
    known = select(PayoutProof.id).where(
        PayoutProof.method == receipt.method,
        PayoutProof.receipt_number == number,
        PayoutProof.status != DecisionStatus.REJECTED,
    )
    if session.scalar(known) is not None:
        raise Conflict("That receipt has proved another payout.")
    proof = PayoutProof(
        payout_id=payout.id,
        method=receipt.method,
        receipt_number=number,
        paid_by=receipt.paid_by,
        paid_at=receipt.paid_at,
        status=DecisionStatus.WAITING,
        recorded_by=desk.actor,
        recorded_at=desk.now,
    )
    session.add(proof)
    session.flush()
    if payout.amount_minor <= desk.second_person_above_minor:
        _accept(turn, proof)
    return proof


def confirm_proof(session: Session, payout_id: UUID, desk: Desk) -> PayoutProof:
    """The second person's yes: the payout is PAID. Again, it changes nothing.

    Raises `NotFound` where there is no proof, and `Refused` for whoever recorded it.
    """
    payout = _locked(session, payout_id)
    proof = _found(session, payout_id)
    if proof.status is DecisionStatus.ACCEPTED:
        return proof
    check_another(proof.recorded_by, desk.actor)
    proof.decided_by, proof.decided_at = desk.actor, desk.now
    _accept(_waiting(session, payout, desk), proof)
    return proof


def reject_proof(session: Session, payout_id: UUID, reason: str, desk: Desk) -> PayoutProof:
    """Strike a proof that waits; the payout waits for another. Raises `NotFound`, and `Conflict` once it is paid."""
    _locked(session, payout_id)
    proof = _found(session, payout_id)
    if proof.status is DecisionStatus.ACCEPTED:
        raise Conflict("The payout is paid; its proof stands.")
    proof.status = DecisionStatus.REJECTED
    proof.decided_by, proof.decided_at, proof.reason = desk.actor, desk.now, reason[:200]
    session.flush()
    return proof


def standing_proof(session: Session, payout_id: UUID) -> PayoutProof | None:
    """The proof that waits or was accepted."""
    return session.scalar(
        select(PayoutProof).where(
            PayoutProof.payout_id == payout_id, PayoutProof.status != DecisionStatus.REJECTED
        )
    )


def proofs(session: Session, payout_id: UUID) -> Iterable[PayoutProof]:
    """All of them, in the order in which they came."""
    query = select(PayoutProof).where(PayoutProof.payout_id == payout_id).order_by(PayoutProof.id)
    return session.scalars(query).all()


def _accept(turn: Turn, proof: PayoutProof) -> None:
    payout = turn.payout
    proof.status = DecisionStatus.ACCEPTED
    turn.attempt.provider_reference = proof.receipt_number
    seen = Observation(
        ObservedStatus.SUCCEEDED,
        provider_reference=proof.receipt_number,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        code=proof.method,
    )
    keep(turn, Word(seen, "operator", "operator"))
    turn.settle()


def _waiting(session: Session, payout: Payout, desk: Desk) -> Turn:
    if payout.provider != NAME or payout.status not in _WAITING_FOR_PROOF:
        raise Conflict(
            f"The payout is {payout.status.value} with {payout.provider}; only one that waits to be paid by hand"
            " takes a proof."
        )
    attempt = session.scalars(
        select(PayoutAttempt).where(PayoutAttempt.payout_id == payout.id, PayoutAttempt.open)
    ).one()
    return Turn(session, payout, attempt, desk.heard, desk.now)


def _locked(session: Session, payout_id: UUID) -> Payout:
    payout = session.get(Payout, payout_id, with_for_update=True, populate_existing=True)
    if payout is None:
        raise NotFound("There is no such payout.")
    return payout


def _found(session: Session, payout_id: UUID) -> PayoutProof:
    proof = standing_proof(session, payout_id)
    if proof is None:
        raise NotFound("The payout has no proof.")
    return proof
