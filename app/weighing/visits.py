"""Reading back what was recorded at a door, and what may be weighed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.weighing.lines import WeighedLine, lines_of
from app.weighing.models import Material, Visit, VisitOutcome, Weighing, WeighingLine


@dataclass(frozen=True)
class RecordedVisit:
    id: UUID
    pickup_id: UUID
    collector_id: UUID
    weighed: bool
    """False where the stop was reported missed."""
    note: str | None
    lines: tuple[WeighedLine, ...]

    @property
    def grams(self) -> int:
        return sum(line.grams for line in self.lines)

    @property
    def credit_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


def visit(session: Session, visit_id: UUID) -> RecordedVisit | None:
    found = session.get(Visit, visit_id)
    if found is None:
        return None
    return RecordedVisit(
        id=found.id,
        pickup_id=found.pickup_id,
        collector_id=found.collector_id,
        weighed=found.outcome is VisitOutcome.COLLECTED,
        note=found.note,
        lines=tuple(lines_of(session, found.id)),
    )


def of_pickup(session: Session, pickup_id: UUID) -> RecordedVisit | None:
    """The pickup's weighing or, where there is none, the last word that it was missed."""
    weighed = select(Weighing.id).where(Weighing.pickup_id == pickup_id)
    latest = select(Visit.id).where(Visit.pickup_id == pickup_id).order_by(Visit.received_at.desc()).limit(1)
    found = session.scalar(weighed) or session.scalar(latest)
    return visit(session, found) if found is not None else None


def most_grams(session: Session, household_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The most that each household has ever given at once; none for one that has given nothing."""
    of_each = (
        select(Weighing.household_id, func.sum(WeighingLine.grams).label("grams"))
        .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
        .where(Weighing.household_id.in_(household_ids))
        .group_by(Weighing.household_id, Weighing.id)
        .subquery()
    )
    rows = session.execute(
        select(of_each.c.household_id, func.max(of_each.c.grams)).group_by(of_each.c.household_id)
    )
    return {household_id: int(grams) for household_id, grams in rows}


def materials(session: Session) -> list[Material]:
    """What is taken now, by code."""
    return list(session.scalars(select(Material).where(Material.active).order_by(Material.code)))
