"""Exceptions: holidays, moved days and extra days."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, model_validator
from sqlalchemy import select

from app.access.keys import Caller
from app.pickups import service as pickups
from app.places import changing, editing
from app.places.models import ExceptionKind, ServiceException
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import ClockTime, Day, DayFilter, Input, Line, Output, TimeOut, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/exceptions", tags=["exceptions"])
READER = [Depends(needs("exceptions:read"))]
Writer = Annotated[Caller, Depends(needs("exceptions:write"))]


class ExceptionQuery(ListQuery):
    zone_id: UUID | None = None
    kind: ExceptionKind | None = None
    since: DayFilter | None = Field(None, description="On this date or later.")
    until: DayFilter | None = Field(None, description="On this date or earlier.")


class NewException(Input):
    model_config = example(date="2026-12-25", kind="closed", moved_to="2026-12-28", reason="Christmas Day")

    zone_id: UUID | None = Field(None, description="Everywhere where left out or null.")
    date: Day
    kind: ExceptionKind = Field(description="`closed`, or `extra` for a collection besides the usual days.")
    moved_to: Day | None = Field(None, description="Of a closed day: when the collection is instead.")
    window_start: ClockTime | None = Field(None, description="The usual hours where left out.")
    window_end: ClockTime | None = None
    reason: Line = Field(max_length=120)

    @model_validator(mode="after")
    def _whole_window(self) -> Self:
        if (self.window_start is None) != (self.window_end is None):
            raise ValueError("window_start and window_end are given together or not at all")
        return self


class ExceptionOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000013",
        zone_id=None,
        date="2026-12-25",
        kind="closed",
        moved_to="2026-12-28",
        window_start=None,
        window_end=None,
        reason="Christmas Day",
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    zone_id: UUID | None = Field(description="Null for everywhere.")
    date: dt.date
    kind: ExceptionKind
    moved_to: dt.date | None
    window_start: TimeOut | None
    window_end: TimeOut | None
    reason: str
    created_at: datetime


@router.get("", summary="List exceptions", dependencies=READER)
def list_exceptions(asked: Annotated[ExceptionQuery, Query()], container: Here) -> Page[ExceptionOut]:
    """Holidays and other exceptions, the last made first."""
    query = select(ServiceException).where(
        *matching((ServiceException.zone_id, asked.zone_id), (ServiceException.kind, asked.kind))
    )
    if asked.since is not None:
        query = query.where(ServiceException.date >= asked.since)
    if asked.until is not None:
        query = query.where(ServiceException.date <= asked.until)
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, ServiceException.id)
    return Page(items=[ExceptionOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{exception_id}", summary="Read an exception", dependencies=READER)
def read_exception(exception_id: UUID, container: Here) -> ExceptionOut:
    """One exception."""
    with container.database.unit_of_work() as session:
        return ExceptionOut.model_validate(changing.exception(session, exception_id))


@router.post("", status_code=201, summary="Create an exception")
def create_exception(new: NewException, caller: Writer, container: Here) -> ExceptionOut:
    """Close, move or add a day. Planned pickups move along and their households are told, once each.

    A place and day have one exception at most, so asking twice makes one: the second answer is 409.
    """
    now = container.clock.now()
    window = (new.window_start, new.window_end) if new.window_start and new.window_end else None
    with container.database.unit_of_work() as session:
        with naming("zone_id"):
            made = editing.add_exception(
                session,
                day=new.date,
                kind=new.kind,
                reason=new.reason,
                now=now,
                zone_id=new.zone_id,
                moved_to=new.moved_to,
                window=window,
            )
        timetable = pickups.Timetable.of(container.settings)
        moved = pickups.apply_exception(session, made.id, now, container.post, timetable)
        container.jobs.enqueue(session, pickups.EXTEND_PICKUPS)
        trail.wrote(session, caller, "created", "exception", made.id, now=now, pickups_changed=moved)
    return ExceptionOut.model_validate(made)


@router.delete("/{exception_id}", status_code=204, summary="Take an exception away")
def delete_exception(exception_id: UUID, caller: Writer, container: Here) -> Response:
    """The usual days hold again: pickups that still lie ahead move back, and their households are told."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        gone = editing.remove_exception(session, exception_id)
        timetable = pickups.Timetable.of(container.settings)
        moved = pickups.settle(session, now, container.post, zone_id=gone.zone_id, timetable=timetable)
        trail.wrote(session, caller, "deleted", "exception", exception_id, now=now, pickups_changed=moved)
    return Response(status_code=204)
