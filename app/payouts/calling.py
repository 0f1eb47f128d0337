"""What is stored before and after each call to a provider, so that the process may die between any two steps.

Before a submit: the attempt with its reference and exact body, the payout SUBMITTING. Only the process that
committed that row calls, once. If its answer is never recorded, the payout comes due again as one whose call may
have been made: it is asked after, never sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnExpressionArgument, func, select
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.payouts import asking, booking
from app.payouts.choosing import choose
from app.payouts.exchanging import Exchange
from app.payouts.floats.watching import tried
from app.payouts.health import note, note_short
from app.payouts.models import AttemptResult, Payout, PayoutAttempt
from app.payouts.observing import Word, keep, observe
from app.payouts.ports import (
    AuthLevel,
    CannotPay,
    Observation,
    ObservedStatus,
    PaymentProvider,
    PayoutListener,
    SubmitOutcome,
    SubmitResult,
    WireRequest,
)
from app.payouts.statuses import DUE, IN_FLIGHT, PayoutStatus
from app.payouts.telling import Told
from app.payouts.turning import Turn, move

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=1)
LEASE_MARGIN = timedelta(seconds=30)
"""How much longer than the provider's longest call a submit may go without its answer being recorded."""
GIVE_UP_AFTER = timedelta(days=3)
"""Asked after for so long, a payout goes to a person."""
UNSENT_FOR = timedelta(hours=12)
"""A provider that could not even be reached for so long: the credit is given back."""

_PAID = AttemptResult.SUCCEEDED

log = structlog.get_logger()

_STATUS_OF = {
    SubmitOutcome.ACCEPTED: ObservedStatus.PROCESSING,
    SubmitOutcome.SETTLED: ObservedStatus.SUCCEEDED,
    SubmitOutcome.REJECTED_FINAL: ObservedStatus.FAILED,
    SubmitOutcome.DUPLICATE: ObservedStatus.UNCLEAR,
    SubmitOutcome.INDETERMINATE: ObservedStatus.UNCLEAR,
    SubmitOutcome.NOT_SENT: ObservedStatus.UNCLEAR,
}


@dataclass(frozen=True)
class Call:
    """One call to make, now that the database knows of it."""

    attempt_id: UUID
    provider: str
    request: WireRequest
    provider_reference: str | None
    submit: bool
    """True = pay; False = ask what became of it."""


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
            payout.id, _call(_attempt(session, payout, PayoutAttempt.result == _PAID), submit=False)
        )
    attempt = _attempt(session, payout, PayoutAttempt.open)
    turn = Turn(session, payout, attempt, office.heard, now)
    if payout.status is PayoutStatus.SUBMITTING:
        turn.move(PayoutStatus.UNKNOWN)  # whoever was calling has died, or its answer was lost
    if now - payout.created_at >= GIVE_UP_AFTER:
        turn.review(f"no clear answer for {GIVE_UP_AFTER.days} days")
        return Claimed(payout.id, None)
    return Claimed(payout.id, _call(attempt, submit=False))


def answered(
    session: Session,
    office: Office,
    call: Call,
    result: SubmitResult,
    now: datetime,
    *,
    exchange: Sequence[Exchange] = (),
) -> None:
    """Record what a submit came to."""
    turn = _turn(session, call.attempt_id, office.heard, now)
    word = Word(_worded(result), "submit", exchange=exchange)
    note(session, call.provider, result, now)
    if result.outcome is SubmitOutcome.NOT_SENT:
        keep(turn, word)
        _not_sent(turn)
        return
    _observe(turn, office, word)
    if turn.payout.status in IN_FLIGHT:
        # A provider that calls it a duplicate knows the reference, so it can tell us at once.
        wait = timedelta() if result.outcome is SubmitOutcome.DUPLICATE else delay(turn.payout.checks)
        turn.payout.next_check_at = now + wait


def looked_up(
    session: Session,
    office: Office,
    call: Call,
    seen: Observation,
    now: datetime,
    *,
    exchange: Sequence[Exchange] = (),
) -> None:
    """Record what a query came to."""
    turn = _turn(session, call.attempt_id, office.heard, now)
    _observe(turn, office, Word(seen, "query", exchange=exchange))


def called_back(
    session: Session,
    office: Office,
    attempt_id: UUID,
    *,
    seen: Observation,
    level: AuthLevel,
    now: datetime,
    exchange: Sequence[Exchange] = (),
) -> bool:
    """Record a callback. A signed one is an answer, and so is one that bears a question of ours.

    Any other only makes us ask at once (True).

    Also of a payout that is paid, where the callback says that it was not, or was taken back.
    """
    turn = _turn(session, attempt_id, office.heard, now)
    word = Word(seen, "callback", level.name.lower(), exchange)
    if level >= AuthLevel.SIGNED:
        _observe(turn, office, word)
        return False
    if level >= AuthLevel.SECRET and _answers(turn, office, seen):
        _observe(turn, office, replace(word, auth_level="asked"))
        return False
    keep(turn, word)
    if turn.attempt.provider_reference is None and level >= AuthLevel.SECRET:
        provider = office.providers.get(turn.attempt.provider)
        if provider is not None and provider.capabilities.names_payee_in_callbacks:
            turn.attempt.provider_reference = seen.provider_reference
    ask = turn.payout.status in {PayoutStatus.PENDING, PayoutStatus.UNKNOWN} or (
        turn.payout.status is PayoutStatus.PAID
        and turn.attempt.result is _PAID
        and seen.status in {ObservedStatus.FAILED, ObservedStatus.REVERSED}
    )
    if ask:
        turn.payout.next_check_at = now
    session.flush()
    return ask


def stated(session: Session, office: Office, payout_id: UUID, seen: Observation, now: datetime) -> bool:
    """Record what the provider's own statement, asked for by us, says of a payout whose fate is open.

    False where a person decides about it already.
    """
    attempt_id = session.scalar(
        select(PayoutAttempt.id).where(
            PayoutAttempt.payout_id == payout_id,
            PayoutAttempt.open,
            PayoutAttempt.reference == seen.reference,
        )
    )
    if attempt_id is None:
        return False
    turn = _turn(session, attempt_id, office.heard, now)
    if turn.payout.status not in IN_FLIGHT:
        return False
    _observe(turn, office, Word(seen, "statement"))
    return True


def delay(checks: int) -> timedelta:
    """15 s, 30 s, 1 min … 1 h."""
    return min(FIRST_DELAY * (1 << min(checks - 1, 10)), LONGEST_DELAY)


def _answers(turn: Turn, office: Office, seen: Observation) -> bool:
    """Whether a callback answers a call that we made about this very attempt, for the first time."""
    attempt = turn.attempt
    provider = office.providers.get(attempt.provider)
    if provider is None or not provider.capabilities.answers_by_callback or seen.question is None:
        return False
    if seen.reference not in {None, attempt.reference}:
        return False
    return asking.answer(turn.session, attempt.id, seen.question, turn.now)


def _observe(turn: Turn, office: Office, word: Word) -> None:
    capabilities = office.providers[turn.attempt.provider].capabilities
    if word.observation.question and word.source != "callback":
        asking.ask(turn.session, turn.attempt, word.observation.question, turn.now)
    if word.observation.short_of_float:
        note_short(turn.session, turn.attempt.provider, turn.payout.amount_minor, turn.now)
    if word.observation.balance_minor is not None:
        tried(turn.session, turn.attempt.provider, Told(word.observation.balance_minor), turn.now)
    observe(turn, word, capabilities, office.not_found_final_after)


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
    return _call(attempt, submit=True)


def _attempt(session: Session, payout: Payout, which: ColumnExpressionArgument[bool]) -> PayoutAttempt:
    return session.scalars(select(PayoutAttempt).where(PayoutAttempt.payout_id == payout.id, which)).one()


def _call(attempt: PayoutAttempt, *, submit: bool) -> Call:
    request = WireRequest(attempt.reference, attempt.body)
    return Call(attempt.id, attempt.provider, request, attempt.provider_reference, submit)


def _turn(session: Session, attempt_id: UUID, heard: PayoutListener, now: datetime) -> Turn:
    """The payout is locked first, then its attempt is read: two words about one payout come one after another."""
    payout = session.scalars(
        select(Payout)
        .where(
            Payout.id
            == select(PayoutAttempt.payout_id).where(PayoutAttempt.id == attempt_id).scalar_subquery()
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    attempt = session.get_one(PayoutAttempt, attempt_id, populate_existing=True)
    return Turn(session, payout, attempt, heard, now)


def _not_sent(turn: Turn) -> None:
    """Nothing left this machine: try again later under a new reference, or give up and give back."""
    if turn.payout.status is not PayoutStatus.SUBMITTING or not turn.attempt.open:
        return
    if turn.now - turn.payout.created_at >= UNSENT_FOR:
        turn.give_back(AttemptResult.NOT_SENT)
        return
    turn.close(AttemptResult.NOT_SENT)
    turn.move(PayoutStatus.RESERVED)
    made = turn.session.scalar(
        select(func.count()).select_from(PayoutAttempt).where(PayoutAttempt.payout_id == turn.payout.id)
    )
    turn.payout.next_check_at = turn.now + delay(made or 1)


def _worded(result: SubmitResult) -> Observation:
    seen = result.observation
    return replace(seen, status=_STATUS_OF[result.outcome], code=seen.code or result.outcome.value)
