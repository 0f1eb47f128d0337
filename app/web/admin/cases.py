"""Cases: something of a collector's day that a person should look at."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.cases import of_collectors
from app.cases.models import CaseKind, CaseStatus, CollectorCase
from app.errors import NotFound
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import DayFilter, Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/cases", tags=["cases"])
Reader = Annotated[Caller, Depends(needs("cases:read"))]
Writer = Annotated[Caller, Depends(needs("cases:write"))]


class CaseQuery(ListQuery):
    kind: CaseKind | None = None
    status: CaseStatus | None = None
    collector_id: UUID | None = None
    date: DayFilter | None = None


class Answer(Input):
    model_config = example(answer="A bag lay in the box of another bike.")

    answer: Line = Field(max_length=of_collectors.ANSWER_MAX, description="What was found.")


class FiguresOut(Output):
    material: str
    stops_grams: int
    hub_grams: int
    allowed_grams: int


class CaseOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000082",
        kind="hub_difference",
        collector_id="0193572a-6b00-7000-8000-000000000011",
        date="2026-12-01",
        said="",
        figures=[{"material": "PET", "stops_grams": 12_500, "hub_grams": 9_000, "allowed_grams": 825}],
        household_ids=None,
        status="open",
        answer=None,
        opened_by="hub:0193572a-6b00-7000-8000-000000000012",
        opened_at="2026-12-01T13:00:00Z",
        closed_by=None,
        closed_at=None,
    )

    id: UUID
    kind: CaseKind
    collector_id: UUID
    date: dt.date
    said: str
    figures: list[FiguresOut] | None = Field(description="Of the materials that lie too far apart.")
    household_ids: list[UUID] | None = Field(
        description="Of a possible duplicate: the household that was enrolled at its door, and the one it may be."
    )
    status: CaseStatus
    answer: str | None
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


@router.get("", summary="List cases")
def list_cases(asked: Annotated[CaseQuery, Query()], caller: Reader, container: Here) -> Page[CaseOut]:
    """Cases of collectors, newest first. What was shown is kept in the audit trail."""
    query = select(CollectorCase).where(
        *matching(
            (CollectorCase.kind, asked.kind),
            (CollectorCase.status, asked.status),
            (CollectorCase.collector_id, asked.collector_id),
            (CollectorCase.date, asked.date),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, CollectorCase.id)
        trail.listed(session, caller, "case", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[CaseOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{case_id}", summary="Read a case")
def read_case(case_id: UUID, caller: Reader, container: Here) -> CaseOut:
    """One case. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.get(CollectorCase, case_id)
        if row is None:
            raise NotFound("There is no such case.")
        trail.read(session, caller, "case", case_id, now=container.clock.now())
    return CaseOut.model_validate(row)


@router.post("/{case_id}/answer", summary="Answer a case")
def answer_case(case_id: UUID, given: Answer, caller: Writer, container: Here) -> CaseOut:
    """Close an open case with what was found; a collector who asked is told by text. A case is answered once: another try gets 409."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = of_collectors.answer(
            session, case_id, given.answer, by=caller.actor, now=now, post=container.post
        )
    return CaseOut.model_validate(row)
