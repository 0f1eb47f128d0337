"""What about rewards has waited too long for somebody, told to whoever is paged by the log; as `app.payouts.alarms`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.payouts.seconding import DecisionStatus
from app.rewards.models import HoldStatus, RedemptionHold, RewardDecision

AFTER: Final = timedelta(hours=4)
"""How long it may wait, as a payout's decision may."""

log = structlog.get_logger()


def watch(session: Session, now: datetime) -> int:
    """Write what is overdue into the log; how much there is."""
    decisions = session.execute(
        select(func.count(), func.min(RewardDecision.decided_at)).where(
            RewardDecision.status == DecisionStatus.WAITING, RewardDecision.decided_at <= now - AFTER
        )
    ).one()
    holds = session.execute(
        select(func.count(), func.min(RedemptionHold.held_at)).where(
            RedemptionHold.status == HoldStatus.WAITING, RedemptionHold.held_at <= now - AFTER
        )
    ).one()
    for event, (count, oldest) in (("reward.decision_waits", decisions), ("redemption.still_held", holds)):
        if count:
            log.error(event, waiting=count, oldest_hours=round((now - oldest) / timedelta(hours=1), 1))
    return int(decisions[0] + holds[0])
