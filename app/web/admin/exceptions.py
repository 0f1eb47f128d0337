"""Exceptions: holidays, moved days and extra days."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.places import changing
from app.places.models import ExceptionKind, ServiceException
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import DayFilter, Output, TimeOut, example
from app.web.deps import Here

router = APIRouter(prefix="/exceptions", tags=["exceptions"])
READER = [Depends(needs("exceptions:read"))]


class ExceptionQuery(ListQuery):
    zone_id: UUID | None = None
    kind: ExceptionKind | None = None
    since: DayFilter | None = Field(None, description="On this date or later.")
    until: DayFilter | None = Field(None, description="On this date or earlier.")


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
