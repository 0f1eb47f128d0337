"""Whose weighings a household's credit came from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.weighing.models import Weighing


def main_collector(session: Session, household_id: UUID, since: datetime) -> UUID | None:
    """The collector who weighed in most of its credit since then; None where nothing was weighed."""
    return session.scalar(
        select(Weighing.collector_id)
        .where(Weighing.household_id == household_id, Weighing.weighed_at >= since)
        .group_by(Weighing.collector_id)
        .order_by(func.sum(Weighing.credit_minor).desc(), Weighing.collector_id)
        .limit(1)
    )
