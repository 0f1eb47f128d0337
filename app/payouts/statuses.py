"""The payout state machine."""

from __future__ import annotations

import enum

from app.errors import IllegalTransition


class PayoutStatus(enum.StrEnum):
    REQUESTED = "requested"
    RESERVED = "reserved"
    """The credit is on hold."""
    SUBMITTING = "submitting"
    """Reference and body are stored; the call may or may not have been made."""
    PENDING = "pending"
    UNKNOWN = "unknown"
    """Nobody knows yet: never paid again under a new reference, never refunded by a guess."""
    PAID = "paid"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    REVERSED = "reversed"


_S = PayoutStatus
TRANSITIONS: dict[PayoutStatus, frozenset[PayoutStatus]] = {
    _S.REQUESTED: frozenset({_S.RESERVED, _S.FAILED}),
    # Paid and in review: word of an attempt that had been thought unsent.
    _S.RESERVED: frozenset({_S.SUBMITTING, _S.FAILED, _S.PAID, _S.NEEDS_REVIEW}),
    # Back to reserved only where the call provably never left: the connection was not made.
    _S.SUBMITTING: frozenset({_S.RESERVED, _S.PENDING, _S.UNKNOWN, _S.PAID, _S.FAILED, _S.NEEDS_REVIEW}),
    _S.PENDING: frozenset({_S.UNKNOWN, _S.PAID, _S.FAILED, _S.NEEDS_REVIEW}),
    _S.UNKNOWN: frozenset({_S.PENDING, _S.PAID, _S.FAILED, _S.NEEDS_REVIEW}),
    _S.NEEDS_REVIEW: frozenset({_S.PAID, _S.FAILED}),
    _S.PAID: frozenset({_S.REVERSED}),
    _S.FAILED: frozenset(),
    _S.REVERSED: frozenset(),
}


IN_FLIGHT = frozenset({_S.SUBMITTING, _S.PENDING, _S.UNKNOWN})
"""The provider may have the money on its way."""
DUE = frozenset({_S.RESERVED}) | IN_FLIGHT
"""Somebody must see to it again at `next_check_at`."""


def check_move(before: PayoutStatus, after: PayoutStatus) -> None:
    """Raises `IllegalTransition`."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition("a payout", before, after)
