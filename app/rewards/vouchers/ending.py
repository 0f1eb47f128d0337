"""Vouchers that nobody took: a text before they expire, the credit back when they have, and taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.kernel.money import Money
from app.ledger import service as ledger
from app.messaging.post import Post, Value
from app.rewards import giving_back
from app.rewards.models import Redemption, RedemptionStatus
from app.rewards.vouchers import booking, codes
from app.rewards.vouchers.models import Voucher, VoucherStatus, check_move
from app.rewards.vouchers.rules import VoucherRules
from app.weighing.receipt import tell_household

EXPIRE_VOUCHERS: Final = "expire_vouchers"
"""The job that does all of it."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Ender:
    post: Post
    rules: VoucherRules


def remind_one(session: Session, ender: Ender, now: datetime) -> bool:
    """Tell the household of the voucher that expires next and has not been told of; False where there is none.

    Not at night: the text waits for the morning.
    """
    rules = ender.rules
    voucher = session.scalar(
        _open()
        .where(
            Voucher.reminded_at.is_(None),
            Voucher.expires_at > now,
            Voucher.expires_at <= now + rules.remind_before,
        )
        .order_by(Voucher.expires_at, Voucher.id)
        .limit(1)
    )
    if voucher is None or rules.hours.opening(now, rules.timezone) != now:
        return False
    voucher.reminded_at = now
    session.flush()
    values: dict[str, Value] = {
        "amount": Money(voucher.amount_minor, voucher.currency),
        "digits": codes.tail(voucher.code),
        "date": voucher.last_day,
    }
    _tell(session, ender, voucher, key="voucher.expires", values=values, now=now)
    return True


def expire_one(session: Session, ender: Ender, now: datetime) -> bool:
    """Give back the credit of the voucher that has been expired longest; False where there is none."""
    voucher = session.scalar(
        _open().where(Voucher.expires_at <= now).order_by(Voucher.expires_at, Voucher.id).limit(1)
    )
    if voucher is None:
        return False
    _end(session, voucher, VoucherStatus.EXPIRED, now)
    _tell_back(session, ender, voucher, "voucher.expired", now)
    return True


def cancel(session: Session, ender: Ender, voucher_id: UUID, now: datetime) -> Voucher:
    """Take an open voucher back, as when it was made by mistake; the household is told.

    Raises `NotFound`, and `IllegalTransition` for one that is not open any more.
    """
    voucher = session.scalar(
        select(Voucher)
        .where(Voucher.id == voucher_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if voucher is None:
        raise NotFound("There is no such voucher.")
    _end(session, voucher, VoucherStatus.CANCELLED, now)
    _tell_back(session, ender, voucher, "voucher.cancelled", now)
    return voucher


def _open() -> Select[Voucher]:
    return (
        select(Voucher)
        .where(Voucher.status == VoucherStatus.OPEN)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _end(session: Session, voucher: Voucher, status: VoucherStatus, now: datetime) -> None:
    check_move(voucher.status, status)
    voucher.status = status
    voucher.closed_at = now
    session.flush()
    booking.release(session, voucher, now)
    redemption = session.get_one(Redemption, voucher.redemption_id)
    giving_back.give_back(session, redemption, RedemptionStatus.GIVEN_BACK, now)
    log.info("voucher.ended", voucher_id=str(voucher.id), status=status.value)


def _tell_back(session: Session, ender: Ender, voucher: Voucher, key: str, now: datetime) -> None:
    values: dict[str, Value] = {
        "amount": Money(voucher.amount_minor, voucher.currency),
        "digits": codes.tail(voucher.code),
        "balance": Money(ledger.balance(session, voucher.household_id), voucher.currency),
    }
    _tell(session, ender, voucher, key=key, values=values, now=now)


def _tell(
    session: Session, ender: Ender, voucher: Voucher, *, key: str, values: dict[str, Value], now: datetime
) -> None:
    tell_household(
        session,
        ender.post,
        voucher.household_id,
        key=key,
        values=values,
        dedupe_key=f"voucher:{voucher.id}:{key}",
        idle=ender.rules.idle,
        now=now,
    )
