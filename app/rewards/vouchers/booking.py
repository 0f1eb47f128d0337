"""What each turn of a voucher means in the book. Every transfer has a key, so a turn books once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.rewards.vouchers.codes import tail
from app.rewards.vouchers.models import Voucher


def reserve(session: Session, voucher: Voucher, now: datetime) -> None:
    """Credit to hold. Raises `InsufficientBalance`."""
    accounts = ledger.household_accounts(session, voucher.household_id)
    _book(session, voucher, "reserve", (accounts.credit_id, voucher.hold_account_id), now)


def pay(session: Session, voucher: Voucher, merchant_code: str, now: datetime) -> None:
    """Hold to what is owed to the merchant."""
    owed = ledger.named(session, ledger.merchant_code(merchant_code))
    _book(session, voucher, "paid", (voucher.hold_account_id, owed), now)


def release(session: Session, voucher: Voucher, now: datetime) -> None:
    """Hold back to credit: nobody will take it any more."""
    accounts = ledger.household_accounts(session, voucher.household_id)
    _book(session, voucher, "release", (voucher.hold_account_id, accounts.credit_id), now)


def _book(session: Session, voucher: Voucher, what: str, way: tuple[UUID, UUID], now: datetime) -> None:
    ledger.transfer(
        session,
        key=f"voucher:{voucher.id}:{what}",
        kind=f"voucher_{what}",
        postings=[ledger.Posting(*way, voucher.amount_minor)],
        reason=f"voucher {tail(voucher.code)}",
        cause=ledger.Cause("voucher", voucher.id),
        effective_at=now,
        now=now,
    )
