"""Whether what households have set aside is exactly what is being paid out to them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger import reading
from app.payouts.models import Payout
from app.payouts.statuses import DUE, PayoutStatus

HOLDING: Final = DUE | {PayoutStatus.NEEDS_REVIEW}
"""Payouts in these states have their amount on hold."""


def check(session: Session) -> list[str]:
    """Every household whose hold is not the sum of its open payouts, in plain sentences."""
    open_minor = dict(
        session.execute(
            select(Payout.household_id, func.sum(Payout.amount_minor))
            .where(Payout.status.in_(HOLDING))
            .group_by(Payout.household_id)
        ).all()
    )
    held_minor = reading.holds(session)
    return [
        f"household {household_id} has {held_minor.get(household_id, 0)} on hold,"
        f" but its open payouts come to {open_minor.get(household_id, 0)}"
        for household_id in sorted(open_minor.keys() | held_minor.keys())
        if held_minor.get(household_id, 0) != open_minor.get(household_id, 0)
    ]
