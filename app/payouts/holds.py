"""Whether what is set aside is exactly what is being paid out, or is promised otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger import reading
from app.payouts.models import Payout
from app.payouts.statuses import DUE, PayoutStatus

HOLDING: Final = DUE | {PayoutStatus.NEEDS_REVIEW}
"""Payouts in these states have their amount on hold."""


def check(session: Session, claims: Iterable[Mapping[UUID, int]] = ()) -> list[str]:
    """Every hold that is not the sum of what it is held for, in plain sentences.

    `claims` are what others than payouts keep there, such as vouchers: minor units by the hold's account.
    """
    of_payouts = (
        select(Payout.hold_account_id, func.sum(Payout.amount_minor))
        .where(Payout.status.in_(HOLDING))
        .group_by(Payout.hold_account_id)
    )
    promised_minor: Counter[UUID] = Counter()
    for claim in (dict(session.execute(of_payouts).all()), *claims):
        promised_minor.update({account_id: int(amount) for account_id, amount in claim.items()})
    return [
        f"{held.code} has {held.balance_minor} on hold, but what it is held for comes to {promised_minor[held.id]}"
        for held in reading.holds(session)
        if held.balance_minor != promised_minor[held.id]
    ]
