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


def recovered(session: Session, payout: Payout, attempt: PayoutAttempt, now: datetime) -> None:
    """The programme's bank to receivable: somebody has paid a late payment back."""
    bank = ledger.named(session, ledger.FUNDING_PROGRAMME)
    receivable = ledger.named(session, ledger.RECEIVABLE_PAYOUTS)
    _book(session, payout, f"recovered:{attempt.id}", (bank, receivable), now)


def written_off(session: Session, payout: Payout, attempt: PayoutAttempt, now: datetime) -> None:
    """Written-off to receivable: nobody will pay a late payment back."""
    lost = ledger.named(session, ledger.WRITTEN_OFF)
    receivable = ledger.named(session, ledger.RECEIVABLE_PAYOUTS)
    _book(session, payout, f"written-off:{attempt.id}", (lost, receivable), now)


def fee(session: Session, payout: Payout, attempt: PayoutAttempt, fee_minor: int, now: datetime) -> None:
    """Fees to float: the provider kept something for its work. A discount goes the other way."""
    fees = ledger.named(session, ledger.fees_code(attempt.provider))
    ours = _float(session, attempt.provider)
    way = (fees, ours) if fee_minor > 0 else (ours, fees)
    _book(session, payout, f"fee:{attempt.id}", way, now, amount_minor=abs(fee_minor))


def _float(session: Session, provider: str) -> UUID:
    return ledger.named(session, ledger.float_code(provider))


def _book(
    session: Session,
    payout: Payout,
    what: str,
    way: tuple[UUID, UUID],
    now: datetime,
    *,
    amount_minor: int | None = None,
) -> None:
    kind = what.partition(":")[0].replace("-", "_")
    ledger.transfer(
        session,
        key=f"payout:{payout.id}:{what}",
        kind=f"payout_{kind}",
        postings=[ledger.Posting(*way, amount_minor or payout.amount_minor)],
        reason=f"payout through {payout.provider}",
        cause=ledger.Cause("payout", payout.id),
        effective_at=now,
        now=now,
    )
