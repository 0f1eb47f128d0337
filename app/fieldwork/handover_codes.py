"""How often a handover code was given at the doors that were weighed at, by collector.

That there is none is no fault: phones are off, reminders come late. A collector who never has one may be worth a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.db.periods import within
from app.fieldwork.models import FieldRecord, FieldRecordKind, Verdict
from app.weighing.models import Weighing


@dataclass(frozen=True)
class HandoverCodes:
    """The weighings of one collector in a month, each counted in one of the last three."""

    collector_id: UUID
    weighings: int
    right: int
    wrong: int
    """A code was typed, and never the right one."""

    @property
    def none(self) -> int:
        return self.weighings - self.right - self.wrong


def by_collector(session: Session, edges: Sequence[datetime]) -> list[HandoverCodes]:
    """Of what was weighed between `edges`, by the collector's id."""
    typed = (
        select(
            FieldRecord.pickup_id,
            func.max(case((FieldRecord.verdict == Verdict.RIGHT, 1), else_=0)).label("right"),
        )
        .where(FieldRecord.kind == FieldRecordKind.HANDOVER)
        .group_by(FieldRecord.pickup_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Weighing.collector_id,
            func.count(),
            func.coalesce(func.sum(typed.c.right), 0),
            func.coalesce(func.sum(1 - typed.c.right), 0),
        )
        .outerjoin(typed, typed.c.pickup_id == Weighing.pickup_id)
        .where(within(Weighing.weighed_at, edges))
        .group_by(Weighing.collector_id)
        .order_by(Weighing.collector_id)
    )
    return [HandoverCodes(one, int(count), int(right), int(wrong)) for one, count, right, wrong in rows]
