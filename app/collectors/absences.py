"""Leave and sickness: who does not ride on which days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors import service
from app.collectors.models import AbsenceReason, Collector, CollectorAbsence
from app.errors import InvalidInput, NotFound

LONGEST: Final = timedelta(days=366)


def add(
    session: Session,
    collector_id: UUID,
    *,
    first_day: date,
    last_day: date,
    reason: AbsenceReason,
    now: datetime,
) -> CollectorAbsence:
    """Both days included. Raises `NotFound`, and `InvalidInput` for days in the wrong order or too many."""
    service.get(session, collector_id)
    if last_day < first_day:
        raise InvalidInput("last_day", "The last day cannot lie before the first.")
    if last_day - first_day > LONGEST:
        raise InvalidInput("last_day", f"At most {LONGEST.days} days at a time.")
    made = CollectorAbsence(
        collector_id=collector_id, first_day=first_day, last_day=last_day, reason=reason, created_at=now
    )
    session.add(made)
    session.flush()
    return made


def get(session: Session, collector_id: UUID, absence_id: UUID) -> CollectorAbsence:
    """Raises `NotFound`."""
    found = session.get(CollectorAbsence, absence_id)
    if found is None or found.collector_id != collector_id:
        raise NotFound("There is no such absence.")
    return found


def remove(session: Session, collector_id: UUID, absence_id: UUID) -> CollectorAbsence:
    """The collector rides on those days after all. Raises `NotFound`."""
    found = get(session, collector_id, absence_id)
    session.delete(found)
    session.flush()
    return found


def away(session: Session, hub_id: UUID, day: date) -> set[UUID]:
    """The hub's collectors who do not ride on `day`."""
    return set(
        session.scalars(
            select(CollectorAbsence.collector_id)
            .join(Collector, Collector.id == CollectorAbsence.collector_id)
            .where(
                Collector.hub_id == hub_id,
                CollectorAbsence.first_day <= day,
                CollectorAbsence.last_day >= day,
            )
        )
    )
