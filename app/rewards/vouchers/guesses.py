"""Wrong guesses at codes: counted per phone and per merchant, limited, and told to the office.

Counted from rows, not by counters, so that the office sees who guessed when. The caller holds the merchant's row, so two
guesses at once count as two.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.merchants.models import Merchant
from app.rewards.vouchers.models import VoucherGuess
from app.rewards.vouchers.rules import GUESSES_REMEMBERED, GUESSES_WINDOW, VoucherRules

log = structlog.get_logger()


def count(session: Session, merchant: Merchant, phone: str, rules: VoucherRules, now: datetime) -> None:
    """One more wrong guess; the one that reaches a limit is an alarm."""
    session.add(VoucherGuess(merchant_id=merchant.id, phone=phone, at=now))
    session.flush()
    if barred(session, merchant, phone, rules, now):
        log.error(
            "voucher.guessing", merchant_id=str(merchant.id), locked=is_locked(session, merchant, rules, now)
        )


def barred(session: Session, merchant: Merchant, phone: str, rules: VoucherRules, now: datetime) -> bool:
    """Whether no further code of this phone is looked at for now."""
    window = (
        VoucherGuess.merchant_id == merchant.id,
        VoucherGuess.at > _since(merchant, now - GUESSES_WINDOW),
    )
    by_all = func.count()
    by_phone = func.count().filter(VoucherGuess.phone == phone)
    all_of_it, of_phone = session.execute(select(by_all, by_phone).where(*window)).one()
    return (
        of_phone >= rules.guesses_per_phone
        or all_of_it >= rules.guesses_per_merchant
        or is_locked(session, merchant, rules, now)
    )


def is_locked(session: Session, merchant: Merchant, rules: VoucherRules, now: datetime) -> bool:
    """Whether the office has to look before the merchant may go on."""
    since = _since(merchant, now - GUESSES_REMEMBERED)
    made = session.scalar(
        select(func.count()).where(VoucherGuess.merchant_id == merchant.id, VoucherGuess.at > since)
    )
    return (made or 0) >= rules.guesses_before_lock


def forgive(merchant: Merchant, now: datetime) -> None:
    """Count from now on: the office has looked."""
    merchant.guesses_count_from = now
    merchant.updated_at = now


def _since(merchant: Merchant, moment: datetime) -> datetime:
    return max(moment, merchant.guesses_count_from or moment)
