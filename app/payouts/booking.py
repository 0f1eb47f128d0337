"""What each turn of a payout means in the book. Every transfer has a key, so a turn books once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.payouts.models import Payout, PayoutAttempt


def reserve(session: Session, payout: Payout, now: datetime) -> None:
    """Credit to hold. Raises `InsufficientBalance`."""
    accounts = ledger.household_accounts(session, payout.household_id)
    _book(session, payout, "reserve", (accounts.credit_id, accounts.hold_id), now)


def settle(session: Session, payout: Payout, provider: str, now: datetime) -> None:
    """Hold to the float of `provider`, the one of the attempt that paid."""
    accounts = ledger.household_accounts(session, payout.household_id)
    _book(session, payout, "settle", (accounts.hold_id, _float(session, provider)), now)


def release(session: Session, payout: Payout, now: datetime) -> None:
    """Hold back to credit: it was not paid."""
    accounts = ledger.household_accounts(session, payout.household_id)
    _book(session, payout, "release", (accounts.hold_id, accounts.credit_id), now)


def reverse(session: Session, payout: Payout, provider: str, now: datetime) -> None:
    """Float back to credit: the provider took a payment back."""
    accounts = ledger.household_accounts(session, payout.household_id)
    _book(session, payout, "reverse", (_float(session, provider), accounts.credit_id), now)


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
