"""How far a campaign has come: every recipient under exactly one heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.campaigns.kinds import RecipientStatus
from app.campaigns.models import CampaignRecipient
from app.messaging.leases import OPTED_OUT
from app.messaging.models import OutboxMessage, OutboxStatus

_BY_OUTBOX: Final = {
    OutboxStatus.QUEUED: "queued",
    OutboxStatus.SENDING: "queued",
    OutboxStatus.SENT: "sent",
    OutboxStatus.DELIVERED: "delivered",
    OutboxStatus.UNDELIVERED: "failed",
    OutboxStatus.FAILED: "failed",
    OutboxStatus.UNCLEAR: "unclear",
}


@dataclass(frozen=True)
class Progress:
    planned: int = 0
    """All recipients; the sum of what follows."""
    left: int = 0
    """Still to be queued."""
    queued: int = 0
    sent: int = 0
    """A gateway has taken it; what became of it is not known yet."""
    delivered: int = 0
    failed: int = 0
    unclear: int = 0
    """The gateway's answer was lost; it is not sent again."""
    opted_out: int = 0
    """Since it started."""
    capped: int = 0
    gone: int = 0
    expired: int = 0
    cancelled: int = 0


def progress(session: Session, campaign_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Of each of these campaigns, in one query; one that has not started has nobody."""
    rows = session.execute(
        select(
            CampaignRecipient.campaign_id,
            CampaignRecipient.status,
            OutboxMessage.status.label("sending"),
            OutboxMessage.error_code,
            func.count().label("count"),
        )
        .outerjoin(OutboxMessage, OutboxMessage.id == CampaignRecipient.outbox_id)
        .where(CampaignRecipient.campaign_id.in_(campaign_ids))
        .group_by(
            CampaignRecipient.campaign_id,
            CampaignRecipient.status,
            OutboxMessage.status,
            OutboxMessage.error_code,
        )
    )
    counts: dict[UUID, Counter[str]] = {campaign_id: Counter() for campaign_id in campaign_ids}
    for row in rows:
        heading = _heading(row.status, row.sending, row.error_code)
        counts[row.campaign_id].update({heading: row.count, "planned": row.count})
    return {campaign_id: Progress(**found) for campaign_id, found in counts.items()}


def _heading(status: RecipientStatus, sending: OutboxStatus | None, error_code: str | None) -> str:
    if status is RecipientStatus.PLANNED:
        return "left"
    if status is not RecipientStatus.WRITTEN or sending is None:
        return status.value
    if sending is OutboxStatus.DROPPED:  # one that expired unsent is written again, or its time is over
        return "opted_out" if error_code == OPTED_OUT else "left"
    return _BY_OUTBOX[sending]
