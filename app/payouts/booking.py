"""What each turn of a payout means in the book. Every transfer has a key, so a turn books once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.payouts.models import Payout, PayoutAttempt


def reserve(session: Session, payout: Payout, now: datetime) -> None:
    """Source to hold. Raises `InsufficientBalance`."""
    _book(session, payout, "reserve", (payout.source_account_id, payout.hold_account_id), now)


def settle(session: Session, payout: Payout, provider: str, now: datetime) -> None:
    """Hold to the float of `provider`, the one of the attempt that paid."""
    _book(session, payout, "settle", (payout.hold_account_id, _float(session, provider)), now)


def release(session: Session, payout: Payout, now: datetime) -> None:
    """Hold back to source: it was not paid."""
    _book(session, payout, "release", (payout.hold_account_id, payout.source_account_id), now)


def reverse(session: Session, payout: Payout, provider: str, now: datetime) -> None:
    """Float back to source: the provider took a payment back."""
    _book(session, payout, "reverse", (_float(session, provider), payout.source_account_id), now)


def late(session: Session, payout: Payout, attempt: PayoutAttempt, now: datetime) -> None:
    """Receivable to float: paid after its credit had been given back, or paid a second time.

    The household keeps what it has; somebody must get the money back from the provider.
    """
    receivable = ledger.named(session, ledger.RECEIVABLE_PAYOUTS)
    _book(session, payout, f"late:{attempt.id}", (receivable, _float(session, attempt.provider)), now)


def late_reversed(session: Session, payout: Payout, attempt: PayoutAttempt, now: datetime) -> None:
    """Float back to receivable: the provider has taken a late payment back itself."""
    receivable = ledger.named(session, ledger.RECEIVABLE_PAYOUTS)
    way = (_float(session, attempt.provider), receivable)
    _book(session, payout, f"late-reversed:{attempt.id}", way, now)


def _float(session: Session, provider: str) -> UUID:
    return ledger.named(session, ledger.float_code(provider))


def _book(session: Session, payout: Payout, what: str, way: tuple[UUID, UUID], now: datetime) -> None:
    kind = what.partition(":")[0].replace("-", "_")
    ledger.transfer(
        session,
        key=f"payout:{payout.id}:{what}",
        kind=f"payout_{kind}",
        postings=[ledger.Posting(*way, payout.amount_minor)],
        reason=f"payout through {payout.provider}",
        cause=ledger.Cause("payout", payout.id),
        effective_at=now,
        now=now,
    )
