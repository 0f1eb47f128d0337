"""Moving a payout from one state to the next: the book, the attempt and the listener move with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from app.payouts import booking
from app.payouts.models import AttemptResult, Payout, PayoutAttempt
from app.payouts.ports import PayoutListener
from app.payouts.statuses import DUE, PayoutStatus, check_move

log = structlog.get_logger()


@dataclass(frozen=True)
class Turn:
    """One payout, locked, with the attempt at hand."""

    session: Session
    payout: Payout
    attempt: PayoutAttempt
    heard: PayoutListener
    now: datetime

    def move(self, status: PayoutStatus) -> None:
        """Raises `IllegalTransition`."""
        move(self.session, self.payout, status, self.heard, self.now)

    def close(self, result: AttemptResult) -> None:
        """What came of the attempt; a late word may still turn it into success."""
        self.attempt.result = result
        self.attempt.open = False
        self.attempt.closed_at = self.now

    def settle(self) -> None:
        """It is paid: hold to float."""
        self.close(AttemptResult.SUCCEEDED)
        booking.settle(self.session, self.payout, self.attempt.provider, self.now)
        self.move(PayoutStatus.PAID)

    def give_back(self, result: AttemptResult) -> None:
        """It will not be paid: hold to credit."""
        self.close(result)
        booking.release(self.session, self.payout, self.now)
        self.move(PayoutStatus.FAILED)

    def review(self, reason: str) -> None:
        """Leave it to a person; nothing is paid or given back meanwhile."""
        log.error("payout.needs_review", payout_id=str(self.payout.id), reason=reason)
        self.payout.review_reason = reason
        self.move(PayoutStatus.NEEDS_REVIEW)

    def alarm(self, reason: str) -> None:
        """Somebody must act outside the book; the state stays as it is."""
        log.error("payout.alarm", payout_id=str(self.payout.id), reason=reason)
        self.payout.review_reason = reason
        self.payout.alarmed_at = self.payout.alarmed_at or self.now


def move(
    session: Session, payout: Payout, status: PayoutStatus, heard: PayoutListener, now: datetime
) -> None:
    """Raises `IllegalTransition`."""
    check_move(payout.status, status)
    log.info("payout.moved", payout_id=str(payout.id), before=payout.status.value, after=status.value)
    payout.status = status
    payout.updated_at = now
    if status not in DUE:
        payout.next_check_at = None
    session.flush()
    heard.moved(session, payout, now)
