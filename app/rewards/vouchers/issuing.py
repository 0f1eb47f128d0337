"""Making vouchers, and finding those of a household again."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import conflict
from app.errors import Conflict, NotFound
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.rewards.vouchers import booking, codes
from app.rewards.vouchers.models import Voucher, VoucherStatus
from app.rewards.vouchers.rules import VoucherRules

_TRIES: Final = 20


def issue(
    session: Session,
    *,
    redemption_id: UUID,
    household_id: UUID,
    amount_minor: int,
    what: str,
    rules: VoucherRules,
    only_at_id: UUID | None = None,
    now: datetime,
) -> Voucher:
    """A voucher of `amount_minor` for `what`, its worth moved from the household's credit to its hold.

    `only_at_id` is the one merchant that may take it. Nothing is texted. Raises `InsufficientBalance`.
    """
    accounts = ledger.household_accounts(session, household_id)
    last_day = rules.last_day(now)
    values = {
        "redemption_id": redemption_id,
        "household_id": household_id,
        "hold_account_id": accounts.hold_id,
        "amount_minor": amount_minor,
        "currency": accounts.currency,
        "what": what[:60],
        "only_at_id": only_at_id,
        "status": VoucherStatus.OPEN,
        "issued_at": now,
        "last_day": last_day,
        "expires_at": rules.end_of(last_day),
    }
    for _ in range(_TRIES):
        made = session.scalar(
            conflict.insert(session, Voucher)
            .values(id=new_id(), code=codes.new_code(), **values)
            .on_conflict_do_nothing(index_elements=[Voucher.code])
            .returning(Voucher.id)
        )
        if made is not None:
            voucher = session.get_one(Voucher, made)
            booking.reserve(session, voucher, now)
            return voucher
    raise Conflict("No code is left for another voucher.")


def get(session: Session, voucher_id: UUID) -> Voucher:
    """Raises `NotFound`."""
    voucher = session.get(Voucher, voucher_id)
    if voucher is None:
        raise NotFound("There is no such voucher.")
    return voucher


def claims(session: Session) -> dict[UUID, int]:
    """What vouchers that can still be spent keep on hold: minor units by the hold's account."""
    kept = (
        select(Voucher.hold_account_id, func.sum(Voucher.amount_minor))
        .where(Voucher.status == VoucherStatus.OPEN)
        .group_by(Voucher.hold_account_id)
    )
    return {account_id: int(amount) for account_id, amount in session.execute(kept)}


def open_of(session: Session, household_id: UUID) -> list[Voucher]:
    """The household's vouchers that can still be spent, the one that expires first, first."""
    return list(
        session.scalars(
            select(Voucher)
            .where(Voucher.household_id == household_id, Voucher.status == VoucherStatus.OPEN)
            .order_by(Voucher.expires_at, Voucher.id)
        )
    )
