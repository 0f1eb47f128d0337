"""What is stored after each call to a provider, and whenever one speaks of a payment by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.payouts import asking, resending
from app.payouts.calling import LEASE_MARGIN, Call, Office, call_of, delay
from app.payouts.exchanging import Exchange
from app.payouts.floats.watching import tried
from app.payouts.health import note, note_short
from app.payouts.models import AttemptResult, Payout, PayoutAttempt
from app.payouts.observing import Word, keep, observe
from app.payouts.ports import (
    AuthLevel,
    Observation,
    ObservedStatus,
    PayoutListener,
    SubmitOutcome,
    SubmitResult,
)
from app.payouts.statuses import IN_FLIGHT, PayoutStatus
from app.payouts.telling import Told
from app.payouts.turning import Turn

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
    seen = resending.meant(result) if call.again else _worded(result)
    word = Word(seen, "submit", exchange=exchange)
    note(session, call.provider, result, now)
    if result.outcome is SubmitOutcome.NOT_SENT and not call.again:
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
) -> Call | None:
    """Record what a query came to; where it shows that the payment is to be sent again, the call that does."""
    turn = _turn(session, call.attempt_id, office.heard, now)
    word = Word(seen, "query", exchange=exchange)
    capabilities = office.providers[call.provider].capabilities
    if not resending.is_due(turn, seen, capabilities):
        _observe(turn, office, word)
        return None
    keep(turn, word)
    resending.begin(turn)
    turn.payout.next_check_at = now + capabilities.timeout + LEASE_MARGIN
    return replace(call_of(turn.attempt, submit=True), again=True)


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
