"""Undoing what a redemption took beside the credit itself, once that lies with the household again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.rewards import bonuses, stock
from app.rewards.models import Redemption, RedemptionStatus

GIVEN_BACK: Final = frozenset({RedemptionStatus.GIVEN_BACK, RedemptionStatus.REVERSED})


def give_back(session: Session, redemption: Redemption, status: RedemptionStatus, now: datetime) -> None:
    """Close `redemption` as `status`, one of `GIVEN_BACK`, once: the bonus goes back, and one piece into stock.

    All that it was worth must have been booked to the household's credit in this transaction, and that account
    still be locked.
    """
    if redemption.status in GIVEN_BACK:
        return
    bonuses.give_back(session, redemption, now)
    stock.put_back(session, redemption)
    redemption.status = status
    redemption.updated_at = now
