"""Cases of collectors, until a person has answered them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.cases.models import CaseKind, CaseStatus, CollectorCase
from app.collectors.models import Collector
from app.db import lock_name
from app.errors import Conflict, InvalidInput, NotFound
from app.kernel.ids import new_id
from app.messaging.post import Post

ANSWER_MAX = 100
"""So that it fits into one text, with what it is about."""
SAID_MAX = 480

log = structlog.get_logger()


class Since(enum.StrEnum):
    """What made the hub and the doors be compared anew, as the book of a case says it."""

    WEIGH_IN = "a weigh-in"
    TAKEN_BACK = "a weigh-in was taken back"
    STOP = "a stop was sent or corrected later"


def open_hub_difference(
    session: Session,
    collector_id: UUID,
    day: date,
    figures: Sequence[dict[str, Any]],
    *,
    since: Since,
    by: str,
    now: datetime,
) -> CollectorCase:
    """The day's open case with these figures: a new one, or the one that there is."""
    known = _open_hub_difference(session, collector_id, day)
    if known is None:
        return _open(
            session,
            CaseKind.HUB_DIFFERENCE,
            collector_id,
            day,
            figures=list(figures),
            by=by,
            now=now,
            since=since.value,
        )
    if known.figures != list(figures):
        known.figures = list(figures)
        session.flush()
        record(session, by, "changed", "case", known.id, now=now, detail={"since": since.value})
    return known


def close_hub_difference(
    session: Session, collector_id: UUID, day: date, *, since: Since, by: str, now: datetime
) -> None:
    """The day agrees: its case, if there is an open one, needs nobody any more."""
    known = _open_hub_difference(session, collector_id, day)
    if known is not None:
        _close(session, known, f"Agrees since {since}.", by=by, now=now)


def open_possible_duplicate(
    session: Session, collector_id: UUID, day: date, household_ids: Sequence[UUID], *, by: str, now: datetime
) -> CollectorCase:
    """The first of the households, which that collector enrolled, may be the second."""
    ids = [str(one) for one in household_ids]
    return _open(session, CaseKind.POSSIBLE_DUPLICATE, collector_id, day, household_ids=ids, by=by, now=now)


def ask(
    session: Session, collector_id: UUID, day: date, said: str, *, by: str, now: datetime
) -> CollectorCase:
    """A collector's question about their own work; while it is open, more words go into the same one.

    Raises `InvalidInput` for no words at all.
    """
    said = said.strip()
    if not said:
        raise InvalidInput("said", "Please say what is wrong.")
    lock_name(session, f"case-question:{collector_id}")
    known = session.scalar(
        select(CollectorCase)
        .where(
            CollectorCase.kind == CaseKind.QUESTION,
            CollectorCase.collector_id == collector_id,
            CollectorCase.status == CaseStatus.OPEN,
        )
        .with_for_update()
    )
    if known is not None:
        if said not in known.said:
            known.said = f"{known.said}; {said}"[:SAID_MAX]
            session.flush()
        return known
    return _open(session, CaseKind.QUESTION, collector_id, day, said=said[:SAID_MAX], by=by, now=now)


def questions_of(session: Session, collector_id: UUID, most: int) -> Sequence[CollectorCase]:
    """The collector's last questions, newest first."""
    return session.scalars(
        select(CollectorCase)
        .where(CollectorCase.kind == CaseKind.QUESTION, CollectorCase.collector_id == collector_id)
        .order_by(CollectorCase.opened_at.desc(), CollectorCase.id.desc())
        .limit(most)
    ).all()


def answer(
    session: Session, case_id: UUID, said: str, *, by: str, now: datetime, post: Post
) -> CollectorCase:
    """Answer an open case; who asked is told by text. Raises `NotFound`, `InvalidInput`, and `Conflict` where it is closed."""
    case = session.get(CollectorCase, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound("There is no such case.")
    if case.status is not CaseStatus.OPEN:
        raise Conflict("That case is closed.")
    if not said.strip():
        raise InvalidInput("answer", "Please say what was found, in a few words.")
    _close(session, case, said.strip()[:ANSWER_MAX], by=by, now=now)
    if case.kind is CaseKind.QUESTION:
        collector = session.get_one(Collector, case.collector_id)
        post.text(
            session,
            phone=collector.phone,
            language=collector.language,
            key="case.answered",
            values={"date": case.date, "text": case.answer or ""},
            now=now,
            dedupe_key=f"case:{case.id}",
        )
    return case


def _open(
    session: Session,
    kind: CaseKind,
    collector_id: UUID,
    day: date,
    *,
    said: str = "",
    figures: list[dict[str, Any]] | None = None,
    household_ids: list[str] | None = None,
    by: str,
    now: datetime,
    **detail: str,
) -> CollectorCase:
    case = CollectorCase(
        id=new_id(),
        kind=kind,
        collector_id=collector_id,
        date=day,
        said=said,
        figures=figures,
        household_ids=household_ids,
        status=CaseStatus.OPEN,
        opened_by=by,
        opened_at=now,
    )
    session.add(case)
    session.flush()
    record(session, by, "opened", "case", case.id, now=now, detail={"kind": kind.value, **detail})
    log.info("case.opened", case_id=str(case.id), kind=kind.value)
    return case


def _close(session: Session, case: CollectorCase, said: str, *, by: str, now: datetime) -> None:
    case.status, case.answer = CaseStatus.CLOSED, said
    case.closed_by, case.closed_at = by, now
    session.flush()
    record(session, by, "closed", "case", case.id, now=now, detail={"answer": said})
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
