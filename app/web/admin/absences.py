"""Collectors' leave and sickness."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from app.access.keys import Caller
from app.collectors import absences, service
from app.collectors.models import AbsenceReason, CollectorAbsence
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch
from app.web.admin.shapes import Day, Input, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/collectors/{collector_id}/absences", tags=["collectors"])
Reader = Annotated[Caller, Depends(needs("collectors:read"))]
Writer = Annotated[Caller, Depends(needs("collectors:write"))]


class NewAbsence(Input):
    model_config = example(first_day="2026-12-07", last_day="2026-12-11", reason="leave")

    first_day: Day
    last_day: Day
    reason: AbsenceReason


class AbsenceOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000081",
        collector_id="0193572a-6b00-7000-8000-000000000011",
        first_day="2026-12-07",
        last_day="2026-12-11",
        reason="leave",
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    collector_id: UUID
    first_day: dt.date
    last_day: dt.date
    reason: AbsenceReason
    created_at: datetime


@router.get("", summary="List a collector's absences")
def list_absences(
    collector_id: UUID, asked: Annotated[ListQuery, Query()], caller: Reader, container: Here
) -> Page[AbsenceOut]:
    """Days of leave and sickness, the last entered first. What was shown is kept in the audit trail."""
    query = select(CollectorAbsence).where(CollectorAbsence.collector_id == collector_id)
    with container.database.unit_of_work() as session:
        service.get(session, collector_id)
        rows, next_cursor = fetch(session, query, asked, CollectorAbsence.id)
        trail.listed(session, caller, "absence", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[AbsenceOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("", status_code=201, summary="Enter an absence")
def add_absence(collector_id: UUID, new: NewAbsence, caller: Writer, container: Here) -> AbsenceOut:
    """Days on which the collector does not ride, both included. His turn at the rounds goes on meanwhile."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        made = absences.add(session, collector_id, **new.model_dump(), now=now)
        trail.wrote(session, caller, "created", "absence", made.id, now=now, collector_id=str(collector_id))
    return AbsenceOut.model_validate(made)


@router.delete("/{absence_id}", status_code=204, summary="Take an absence away")
def delete_absence(collector_id: UUID, absence_id: UUID, caller: Writer, container: Here) -> Response:
    """The collector rides on those days after all; routes that are planned already stay as they are."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        absences.remove(session, collector_id, absence_id)
        trail.wrote(
            session, caller, "deleted", "absence", absence_id, now=now, collector_id=str(collector_id)
        )
    return Response(status_code=204)
