"""Cases of collectors, until a person has answered them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.cases.models import CaseKind, CaseStatus, CollectorCase
from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.ids import new_id

ANSWER_MAX = 300
_AGREES_NOW = "Agrees since a later weigh-in."

log = structlog.get_logger()


def open_hub_difference(
    session: Session,
    collector_id: UUID,
    day: date,
    figures: Sequence[dict[str, Any]],
    *,
    by: str,
    now: datetime,
) -> CollectorCase:
    """The day's open case with these figures: a new one, or the one that there is."""
    known = _open_hub_difference(session, collector_id, day)
    if known is not None:
        known.figures = list(figures)
        session.flush()
        return known
    case = CollectorCase(
        id=new_id(),
        kind=CaseKind.HUB_DIFFERENCE,
        collector_id=collector_id,
        date=day,
        said="",
        figures=list(figures),
        status=CaseStatus.OPEN,
        opened_by=by,
        opened_at=now,
    )
    session.add(case)
    session.flush()
    record(session, by, "opened", "case", case.id, now=now, detail={"kind": case.kind.value})
    log.info("case.opened", case_id=str(case.id), kind=case.kind.value)
    return case


def close_hub_difference(session: Session, collector_id: UUID, day: date, *, by: str, now: datetime) -> None:
    """The day agrees: its case, if there is an open one, needs nobody any more."""
    known = _open_hub_difference(session, collector_id, day)
    if known is not None:
        _close(session, known, _AGREES_NOW, by=by, now=now)


def answer(session: Session, case_id: UUID, said: str, *, by: str, now: datetime) -> CollectorCase:
    """Answer an open case. Raises `NotFound`, `InvalidInput`, and `Conflict` where it is closed."""
    case = session.get(CollectorCase, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound("There is no such case.")
    if case.status is not CaseStatus.OPEN:
        raise Conflict("That case is closed.")
    if not said.strip():
        raise InvalidInput("answer", "Please say what was found, in a few words.")
    _close(session, case, said.strip()[:ANSWER_MAX], by=by, now=now)
    return case


def _close(session: Session, case: CollectorCase, said: str, *, by: str, now: datetime) -> None:
    case.status, case.answer = CaseStatus.CLOSED, said
    case.closed_by, case.closed_at = by, now
    session.flush()
    record(session, by, "closed", "case", case.id, now=now)
    log.info("case.closed", case_id=str(case.id), kind=case.kind.value)


def _open_hub_difference(session: Session, collector_id: UUID, day: date) -> CollectorCase | None:
    return session.scalar(
        select(CollectorCase)
        .where(
            CollectorCase.kind == CaseKind.HUB_DIFFERENCE,
            CollectorCase.collector_id == collector_id,
            CollectorCase.date == day,
            CollectorCase.status == CaseStatus.OPEN,
        )
        .with_for_update()
    )
