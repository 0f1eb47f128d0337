"""Providers that ask before they pay: yes for exactly what an open attempt asks for, and for nothing else.

So a stolen key pays nobody: the thief's payment matches no attempt, and each attempt answers for one payment.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.payouts.models import Payout, PayoutAttempt
from app.payouts.ports import Approval
from app.payouts.statuses import IN_FLIGHT

log = structlog.get_logger()


def approve(session: Session, provider: str, asked: Sequence[Approval]) -> bool:
    """Whether each of `asked` is an open attempt's payment: amount, currency, and reference or phone are the same.

    The same question again has the same answer; a second payment for the same attempt is refused.
    """
    matches = [(one, _match(session, provider, one)) for one in asked]
    strange = [one.request_id for one, attempt in matches if attempt is None]
    if strange or len({attempt.id for _, attempt in matches if attempt}) < len(matches):
        log.error("payment_approval.refused", provider=provider, request_ids=strange)
        return False
    for one, attempt in matches:
        if attempt is not None:
            attempt.approved_as = one.request_id
    session.flush()
    return True


def _match(session: Session, provider: str, asked: Approval) -> PayoutAttempt | None:
    if asked.reference is None and asked.payee_phone is None:
        return None
    query = (
        select(PayoutAttempt)
        .join(Payout, Payout.id == PayoutAttempt.payout_id)
        .where(
            PayoutAttempt.provider == provider,
            PayoutAttempt.open,
            Payout.status.in_(IN_FLIGHT),
            Payout.amount_minor == asked.amount_minor,
            Payout.currency == asked.currency,
        )
        .order_by(PayoutAttempt.id)
        .with_for_update(of=PayoutAttempt)
        .execution_options(populate_existing=True)
    )
    if asked.reference is not None:
        query = query.where(PayoutAttempt.reference == asked.reference)
    if asked.payee_phone is not None:
        query = query.where(Payout.payee_phone == asked.payee_phone)
    open_ones = session.scalars(query).all()
    again = [one for one in open_ones if one.approved_as == asked.request_id]
    fresh = [one for one in open_ones if one.approved_as is None]
    return next(iter(again + fresh), None)
