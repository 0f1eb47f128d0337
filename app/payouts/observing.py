"""What is made of a provider's word: what each word means in each state.

Never a guess: only success and failure that an adapter has on its list move money, and only where amount,
currency and payee are the ones that were asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.kernel.phone import mask
from app.payouts import booking
from app.payouts.exchanging import Exchange, redacted
from app.payouts.models import AttemptResult, Payout, PayoutObservation
from app.payouts.ports import Capabilities, Observation, ObservedStatus
from app.payouts.statuses import IN_FLIGHT, PayoutStatus
from app.payouts.turning import Turn

NOT_FOUND_SPACING = timedelta(minutes=5)
"""Two reads that find nothing must lie that far apart: one may have hit a replica that lags."""
ANSWER = "direct"
"""The level of an answer on a connection that we opened ourselves."""

_S = PayoutStatus
_CLOSED = frozenset({AttemptResult.RECOVERED, AttemptResult.WRITTEN_OFF})
_PAID_ONCE = frozenset({AttemptResult.SUCCEEDED, AttemptResult.LATE, AttemptResult.REVERSED}) | _CLOSED


@dataclass(frozen=True)
class Word:
    """An observation, with who brought it and how far it is to be believed."""

    observation: Observation
    source: str
    """`submit`, `query`, `callback`, `statement` or `operator`."""
    auth_level: str = ANSWER
    exchange: Sequence[Exchange] = ()
    """What went over the wire."""


def observe(turn: Turn, word: Word, capabilities: Capabilities, final_after: timedelta) -> None:
    """Record `word` and move the payout where it says.

    `final_after` is the house's own least time before a payment that cannot be found counts as never made;
    the provider's stated time is kept to as well.
    """
    seen = word.observation
    keep(turn, word)
    # The answer to our own submit is surer than what a callback before it may have told.
    if seen.provider_reference and (turn.attempt.provider_reference is None or word.source == "submit"):
        turn.attempt.provider_reference = seen.provider_reference
    match seen.status:
        case ObservedStatus.SUCCEEDED:
            _succeeded(turn, seen)
        case ObservedStatus.FAILED:
            _failed(turn, seen)
        case ObservedStatus.REVERSED:
            _reversed(turn, seen)
        case ObservedStatus.PROCESSING:
            _processing(turn)
        case ObservedStatus.NOT_FOUND:
            _not_found(turn, capabilities, final_after)
        case ObservedStatus.UNCLEAR:
            if turn.payout.status is _S.SUBMITTING and turn.attempt.open:
                turn.move(_S.UNKNOWN)
    _note_fee(turn, seen)
    turn.session.flush()


def keep(turn: Turn, word: Word) -> None:
    """Write down what was said, with the payee masked."""
    seen = word.observation
    turn.session.add(
        PayoutObservation(
            attempt_id=turn.attempt.id,
            source=word.source,
            auth_level=word.auth_level,
            outcome=seen.status.value,
            detail={
                "code": seen.code,
                "provider_reference": seen.provider_reference,
                "amount_minor": seen.amount_minor,
                "currency": seen.currency,
                "payee_phone": mask(seen.payee_phone) if seen.payee_phone else None,
            },
            exchange=redacted(word.exchange, turn.payout.payee_phone, seen.question) or None,
            observed_at=turn.now,
        )
    )


def _processing(turn: Turn) -> None:
    turn.attempt.first_not_found_at = None
    if turn.payout.status in {_S.SUBMITTING, _S.UNKNOWN} and turn.attempt.open:
        turn.move(_S.PENDING)
    elif turn.payout.status is _S.FAILED:
        turn.alarm("the provider is working on a payout that was given back")


def _succeeded(turn: Turn, seen: Observation) -> None:
    if turn.attempt.result in _PAID_ONCE:
        return
    difference = _difference(turn.payout, seen)
    if turn.payout.status in IN_FLIGHT or turn.payout.status is _S.RESERVED:
        if difference:
            turn.review(difference)
        else:
            turn.settle()
    elif turn.payout.status is _S.NEEDS_REVIEW:
        return  # kept for whoever decides
    elif difference:
        turn.alarm(difference)
    else:
        # Paid though it was given back, or paid a second time by another attempt.
        turn.close(AttemptResult.LATE)
        booking.late(turn.session, turn.payout, turn.attempt, turn.now)
        turn.alarm("paid after it was closed; get it back from the provider")


def _failed(turn: Turn, seen: Observation) -> None:
    if turn.payout.status in IN_FLIGHT and turn.attempt.open:
        turn.payout.because = seen.because
        turn.give_back(AttemptResult.FAILED)
    elif turn.attempt.open:
        turn.close(AttemptResult.FAILED)
    elif turn.attempt.result is AttemptResult.SUCCEEDED:
        turn.alarm("the provider says that a paid payout failed")


def _reversed(turn: Turn, seen: Observation) -> None:
    payout, attempt = turn.payout, turn.attempt
    if attempt.result is AttemptResult.REVERSED:
        return
    difference = _difference(payout, seen)
    if difference and payout.status in IN_FLIGHT:
        turn.review(difference)
    elif difference:
        turn.alarm(difference)
    elif attempt.result is AttemptResult.SUCCEEDED:
        attempt.result = AttemptResult.REVERSED
        booking.reverse(turn.session, payout, attempt.provider, turn.now)
        turn.move(_S.REVERSED)
    elif attempt.result is AttemptResult.LATE:
        attempt.result = AttemptResult.REVERSED
        booking.late_reversed(turn.session, payout, attempt, turn.now)
    elif attempt.result in _CLOSED:
        turn.alarm("the provider took back a late payment that had been settled otherwise")
    elif payout.status in IN_FLIGHT and attempt.open:
        turn.give_back(AttemptResult.REVERSED)  # paid and taken back before we ever heard


def _not_found(turn: Turn, capabilities: Capabilities, final_after: timedelta) -> None:
    payout, attempt = turn.payout, turn.attempt
    if payout.status not in IN_FLIGHT or not attempt.open:
        return
    if payout.status is _S.SUBMITTING:
        turn.move(_S.UNKNOWN)
    first = attempt.first_not_found_at
    if first is None:
        attempt.first_not_found_at = turn.now
    elif turn.now - first < NOT_FOUND_SPACING:
        return
    elif payout.status is _S.PENDING or attempt.provider_reference is not None:
        turn.review("the provider no longer knows a payment that it took")
    else:
        stated = capabilities.not_found_final_after
        if stated is not None and turn.now - attempt.sent_at >= max(stated, final_after):
            turn.give_back(AttemptResult.NOT_FOUND)


def _note_fee(turn: Turn, seen: Observation) -> None:
    """Book what the provider kept for a payment that it made, the first time that it says so."""
    attempt = turn.attempt
    made = attempt.result in {AttemptResult.SUCCEEDED, AttemptResult.LATE}
    if made and seen.fee_minor and seen.status is ObservedStatus.SUCCEEDED and attempt.fee_minor is None:
        attempt.fee_minor = seen.fee_minor
        booking.fee(turn.session, turn.payout, attempt, seen.fee_minor, turn.now)


def _difference(payout: Payout, seen: Observation) -> str | None:
    """How what was paid differs from what was asked for, without personal data."""
    if seen.amount_minor is not None and seen.amount_minor != payout.amount_minor:
        return f"the provider paid {seen.amount_minor}, not {payout.amount_minor}"
    if seen.currency is not None and seen.currency != payout.currency:
        return f"the provider paid in {seen.currency}, not {payout.currency}"
    if seen.payee_phone is not None and seen.payee_phone != payout.payee_phone:
        return f"the provider paid {mask(seen.payee_phone)}, not {mask(payout.payee_phone)}"
    return None
