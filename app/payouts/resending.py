"""Sending a payment that never arrived once more, under the reference that it has.

Where a provider cannot find a payment in two spaced reads, the call was most likely lost on its way. Before the credit is
given back, the very same reference and body are sent a second time, once, and only to a provider that never takes a
reference twice (`Capabilities.resendable`): if the first call arrived after all, the second is called a duplicate.

What the second call comes to says less than what a first one does. A refusal is about the second alone (a phone that
was topped up a moment ago is refused), so it gives nothing back; and a duplicate says that the first has arrived.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import structlog

from app.payouts.observing import NOT_FOUND_SPACING
from app.payouts.ports import Capabilities, Observation, ObservedStatus, SubmitOutcome, SubmitResult
from app.payouts.statuses import PayoutStatus
from app.payouts.turning import Turn

_MEANS: Final = {
    SubmitOutcome.ACCEPTED: ObservedStatus.PROCESSING,
    SubmitOutcome.DUPLICATE: ObservedStatus.PROCESSING,
    SubmitOutcome.SETTLED: ObservedStatus.SUCCEEDED,
}
"""All else is unclear."""

log = structlog.get_logger()


def is_due(turn: Turn, seen: Observation, capabilities: Capabilities) -> bool:
    """Whether a read that found nothing is the second, of a payment that the provider has shown no sign of."""
    attempt = turn.attempt
    return (
        capabilities.resendable
        and seen.status is ObservedStatus.NOT_FOUND
        and turn.payout.status is PayoutStatus.UNKNOWN
        and attempt.open
        and attempt.resent_at is None
        and attempt.provider_reference is None
        and attempt.approved_as is None
        and attempt.first_not_found_at is not None
        and turn.now - attempt.first_not_found_at >= NOT_FOUND_SPACING
    )


def begin(turn: Turn) -> None:
    """Note that it goes out again; the commit after this is the point of no return, and reads count anew."""
    log.warning("payout.resent", payout_id=str(turn.payout.id), attempt_id=str(turn.attempt.id))
    turn.attempt.resent_at = turn.now
    turn.attempt.first_not_found_at = None
    turn.session.flush()


def meant(result: SubmitResult) -> Observation:
    """What the second call's answer says of the payment."""
    status = _MEANS.get(result.outcome, ObservedStatus.UNCLEAR)
    return replace(result.observation, status=status, code=result.observation.code or result.outcome.value)
