"""What is stored before each call to a provider, so that the process may die between any two steps.

Before a submit: the attempt with its reference and exact body, the payout SUBMITTING. Only the process that
committed that row calls, once. If its answer is never recorded, the payout comes due again as one whose call may
have been made: it is asked after. It is sent again at most once, under the same reference, where `app.payouts.resending`
says so; that too is stored first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnExpressionArgument, select
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.payouts import booking
from app.payouts.choosing import choose
from app.payouts.models import AttemptResult, Payout, PayoutAttempt
from app.payouts.ports import (
    CannotPay,
    PaymentProvider,
    PayoutListener,
    WireRequest,
)
from app.payouts.statuses import DUE, PayoutStatus
from app.payouts.turning import Turn, move

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=1)
LEASE_MARGIN = timedelta(seconds=30)
"""How much longer than the provider's longest call a submit may go without its answer being recorded."""
GIVE_UP_AFTER = timedelta(days=3)
"""Asked after for so long, a payout goes to a person."""
_PAID = AttemptResult.SUCCEEDED

log = structlog.get_logger()


@dataclass(frozen=True)
class Call:
    """One call to make, now that the database knows of it."""

    attempt_id: UUID
    provider: str
    request: WireRequest
    provider_reference: str | None
    submit: bool
    """True = pay; False = ask what became of it."""
    again: bool = False
    """It was sent before, under the same reference."""


@dataclass(frozen=True)
class Office:
    """What paying out needs besides the database."""

    providers: Mapping[str, PaymentProvider]
    heard: PayoutListener
    not_found_final_after: timedelta
    """The house's own least time before a payment that cannot be found counts as never made."""


@dataclass(frozen=True)
class Claimed:
    payout_id: UUID
    call: Call | None
    """None where the payout needed no call after all."""


def claim(session: Session, office: Office, now: datetime) -> Claimed | None:
    """Take the payout that has been due longest, and the call it needs; None where nothing is due.

    Another worker's payout is passed over. It comes due again by itself if this process dies.
    """
    payout = session.scalar(
        select(Payout)
        .where(Payout.status.in_(DUE | {PayoutStatus.PAID}), Payout.next_check_at <= now)
        .order_by(Payout.next_check_at, Payout.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if payout is None:
        return None
    payout.checks += 1
    payout.next_check_at = now + delay(payout.checks)
    if payout.status is PayoutStatus.RESERVED:
        return Claimed(payout.id, _begin(session, payout, office, now))
    if payout.provider not in office.providers:
        log.error("payout.provider_not_configured", payout_id=str(payout.id), provider=payout.provider)
        return Claimed(payout.id, None)
    if payout.status is PayoutStatus.PAID:
        payout.next_check_at = None
        return Claimed(
            payout.id, call_of(_attempt(session, payout, PayoutAttempt.result == _PAID), submit=False)
        )
    attempt = _attempt(session, payout, PayoutAttempt.open)
    turn = Turn(session, payout, attempt, office.heard, now)
    if payout.status is PayoutStatus.SUBMITTING:
        turn.move(PayoutStatus.UNKNOWN)  # whoever was calling has died, or its answer was lost
    if now - payout.created_at >= GIVE_UP_AFTER:
        turn.review(f"no clear answer for {GIVE_UP_AFTER.days} days")
        return Claimed(payout.id, None)
    return Claimed(payout.id, call_of(attempt, submit=False))


def delay(checks: int) -> timedelta:
    """15 s, 30 s, 1 min … 1 h."""
    return min(FIRST_DELAY * (1 << min(checks - 1, 10)), LONGEST_DELAY)


def _begin(session: Session, payout: Payout, office: Office, now: datetime) -> Call | None:
    """Choose who pays, store reference and body; the commit after this is the point of no return."""
    attempt_id = new_id()
    try:
        chosen = choose(session, office.providers, payout, attempt_id, now)
    except CannotPay as error:
        log.warning("payout.cannot_be_planned", payout_id=str(payout.id), reason=str(error))
        payout.review_reason, payout.because = str(error)[:200], error.because
        booking.release(session, payout, now)
        move(session, payout, PayoutStatus.FAILED, office.heard, now)
        return None
    if chosen is None:
        return None
    payout.provider = chosen.name
    attempt = PayoutAttempt(
        id=attempt_id,
        payout_id=payout.id,
        provider=chosen.name,
        reference=chosen.request.reference,
        body=chosen.request.body,
        body_sha256=hashlib.sha256(chosen.request.body.encode()).hexdigest(),
        created_at=now,
    )
    session.add(attempt)
    session.flush()
    move(session, payout, PayoutStatus.SUBMITTING, office.heard, now)
    payout.next_check_at = now + chosen.provider.capabilities.timeout + LEASE_MARGIN
    return call_of(attempt, submit=True)


def _attempt(session: Session, payout: Payout, which: ColumnExpressionArgument[bool]) -> PayoutAttempt:
    return session.scalars(select(PayoutAttempt).where(PayoutAttempt.payout_id == payout.id, which)).one()


def call_of(attempt: PayoutAttempt, *, submit: bool) -> Call:
    """Of an attempt as it is stored."""
    request = WireRequest(attempt.reference, attempt.body)
    return Call(attempt.id, attempt.provider, request, attempt.provider_reference, submit)
