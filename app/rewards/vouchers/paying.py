"""A merchant takes a voucher: once, whole, and with a reason where it cannot be.

Nothing here is raised: a wrong guess must be counted, so whoever calls this commits whatever comes of it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.money import Money
from app.merchants import service as merchants
from app.merchants import statements
from app.merchants.models import Merchant
from app.messaging.post import Post
from app.rewards.models import Redemption, RedemptionStatus
from app.rewards.vouchers import booking, codes, guesses
from app.rewards.vouchers.models import Voucher, VoucherStatus, check_move
from app.rewards.vouchers.rules import VoucherRules
from app.weighing.receipt import tell_household

log = structlog.get_logger()


class Verdict(enum.StrEnum):
    TAKEN = "taken"
    TAKEN_BEFORE = "taken-before"
    """By this merchant: it has been credited already."""
    EMPTY = "empty"
    LENGTH = "length"
    """Not as many digits as a code has."""
    SLIP = "slip"
    """The check digit says that one was mistyped."""
    UNKNOWN = "unknown"
    SPENT = "spent"
    """Another merchant has taken it."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    """It is good at another merchant alone."""
    INACTIVE = "inactive"
    """The merchant does not honour vouchers any more."""
    BARRED = "barred"
    """Too many wrong codes in the last hour."""
    LOCKED = "locked"
    """Too many wrong codes in all: the office has to look."""


@dataclass(frozen=True)
class Answer:
    verdict: Verdict
    voucher: Voucher | None = None
    owed_minor: int = 0
    """What is owed to the merchant now."""
    only_at: str = ""
    """The name of the merchant that alone may take it."""

    @property
    def credited(self) -> bool:
        """Whether the merchant is owed its worth, now or since before."""
        return self.verdict in {Verdict.TAKEN, Verdict.TAKEN_BEFORE}


_SLIPS = {
    codes.Slip.NONE_GIVEN: Verdict.EMPTY,
    codes.Slip.LENGTH: Verdict.LENGTH,
    codes.Slip.CHECK: Verdict.SLIP,
}
_CLOSED = {VoucherStatus.EXPIRED: Verdict.EXPIRED, VoucherStatus.CANCELLED: Verdict.CANCELLED}


@dataclass(frozen=True)
class Counter:
    """Where vouchers are taken."""

    post: Post
    rules: VoucherRules


def take(
    session: Session,
    counter: Counter,
    merchant_id: UUID,
    *,
    phone: str,
    typed: str,
    told_by_reply: bool,
    now: datetime,
) -> Answer:
    """What comes of a code that `phone` sent for the merchant.

    The same code again from the same merchant changes nothing. Where it is taken, the household is texted; so is the
    merchant, unless `told_by_reply`: the answer goes to it as a text anyhow.
    """
    # Held until the end: two codes of one merchant come one after another, so wrong guesses are counted exactly.
    merchant = merchants.lock(session, merchant_id)
    if not merchant.active:
        return Answer(Verdict.INACTIVE)
    code = codes.read(typed)
    if isinstance(code, codes.Slip):
        return Answer(_SLIPS[code])
    if guesses.barred(session, merchant, phone, counter.rules, now):
        locked = guesses.is_locked(session, merchant, counter.rules, now)
        return Answer(Verdict.LOCKED if locked else Verdict.BARRED)
    voucher = session.scalar(
        select(Voucher)
        .where(Voucher.code == code)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if voucher is None:
        guesses.count(session, merchant, phone, counter.rules, now)
        return Answer(Verdict.UNKNOWN)
    refusal = _refusal(session, merchant, voucher, now)
    if refusal is not None:
        return refusal
    _close(session, voucher, merchant, phone, now)
    answer = Answer(Verdict.TAKEN, voucher, statements.owed(session, merchant.code))
    _tell(
        session,
        counter,
        merchant,
        voucher,
        owed_minor=answer.owed_minor,
        phone=None if told_by_reply else phone,
        now=now,
    )
    return answer


def _refusal(session: Session, merchant: Merchant, voucher: Voucher, now: datetime) -> Answer | None:
    if voucher.status is VoucherStatus.PAID:
        ours = voucher.paid_to_id == merchant.id
        return Answer(
            Verdict.TAKEN_BEFORE if ours else Verdict.SPENT,
            voucher,
            statements.owed(session, merchant.code) if ours else 0,
        )
    if voucher.status in _CLOSED:
        return Answer(_CLOSED[voucher.status], voucher)
    if voucher.only_at_id not in {None, merchant.id}:
        return Answer(Verdict.ELSEWHERE, voucher, only_at=merchants.get(session, voucher.only_at_id).name)
    if voucher.expires_at <= now:
        return Answer(Verdict.EXPIRED, voucher)
    return None


def _close(session: Session, voucher: Voucher, merchant: Merchant, phone: str, now: datetime) -> None:
    check_move(voucher.status, VoucherStatus.PAID)
    voucher.status = VoucherStatus.PAID
    voucher.closed_at = now
    voucher.paid_to_id = merchant.id
    voucher.paid_through = phone
    redemption = session.get_one(Redemption, voucher.redemption_id)
    redemption.status = RedemptionStatus.PAID
    redemption.updated_at = now
    session.flush()
    booking.pay(session, voucher, merchant.code, now)
    log.info("voucher.taken", voucher_id=str(voucher.id), merchant_id=str(merchant.id))


def _tell(
    session: Session,
    counter: Counter,
    merchant: Merchant,
    voucher: Voucher,
    *,
    owed_minor: int,
    phone: str | None,
    now: datetime,
) -> None:
    amount = Money(voucher.amount_minor, voucher.currency)
    tell_household(
        session,
        counter.post,
        voucher.household_id,
        key="voucher.taken",
        values={"amount": amount, "shop": merchant.name, "digits": codes.tail(voucher.code)},
        dedupe_key=f"voucher:{voucher.id}:taken",
        idle=counter.rules.idle,
        now=now,
    )
    if phone is not None:
        counter.post.text(
            session,
            phone=phone,
            language=merchant.language,
            key="paid.taken",
            values={
                "amount": amount,
                "digits": codes.tail(voucher.code),
                "owed": Money(owed_minor, voucher.currency),
            },
            now=now,
            dedupe_key=f"voucher:{voucher.id}:merchant",
        )
