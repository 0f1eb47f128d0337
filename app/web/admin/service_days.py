"""Service days: on which weekdays a zone is served."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.pickups.service import EXTEND_PICKUPS
from app.places import changing, editing
from app.places.models import ServiceDay
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import ClockTime, Day, Input, Output, TimeOut, absent, changes, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/service-days", tags=["service-days"])
READER = [Depends(needs("service-days:read"))]
Writer = Annotated[Caller, Depends(needs("service-days:write"))]


class ServiceDayQuery(ListQuery):
    zone_id: UUID | None = None


class NewServiceDay(Input):
    model_config = example(
        zone_id="0193572a-6b00-7000-8000-000000000002",
        weekday=1,
        window_start="08:00",
        window_end="12:00",
        every_weeks=1,
        starts_on="2026-12-01",
    )

    zone_id: UUID
    weekday: int = Field(strict=True, ge=0, le=6, description="Monday is 0.")
    window_start: ClockTime
    window_end: ClockTime
    every_weeks: int = Field(1, strict=True, ge=1, le=52, description="Counted from the week of `starts_on`.")
    starts_on: Day
    ends_on: Day | None = None


class ServiceDayChange(Input):
    model_config = example(ends_on="2027-01-31")

    window_start: ClockTime = absent()
    window_end: ClockTime = absent()
    ends_on: Day | None = Field(None, description="The last day, included; null for no end.")


class ServiceDayOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000003",
        zone_id="0193572a-6b00-7000-8000-000000000002",
        weekday=1,
        window_start="08:00",
        window_end="12:00",
        every_weeks=1,
        starts_on="2026-12-01",
        ends_on=None,
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    zone_id: UUID
    weekday: int
    window_start: TimeOut
    window_end: TimeOut
    every_weeks: int
    starts_on: dt.date
    ends_on: dt.date | None
    created_at: datetime


@router.get("", summary="List service days", dependencies=READER)
def list_service_days(asked: Annotated[ServiceDayQuery, Query()], container: Here) -> Page[ServiceDayOut]:
    """Weekly rules of service, newest first."""
    query = select(ServiceDay).where(*matching((ServiceDay.zone_id, asked.zone_id)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, ServiceDay.id)
    return Page(items=[ServiceDayOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{service_day_id}", summary="Read a service day", dependencies=READER)
def read_service_day(service_day_id: UUID, container: Here) -> ServiceDayOut:
    """One weekly rule."""
    with container.database.unit_of_work() as session:
        return ServiceDayOut.model_validate(changing.service_day(session, service_day_id))


@router.post("", status_code=201, summary="Create a service day")
def create_service_day(new: NewServiceDay, caller: Writer, container: Here) -> ServiceDayOut:
    """Serve a zone on one more weekday; the worker makes the pickups soon after."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        with naming("zone_id"):
            day = editing.add_service_day(session, **new.model_dump(), now=now)
        container.jobs.enqueue(session, EXTEND_PICKUPS)
        trail.wrote(session, caller, "created", "service-day", day.id, now=now)
    return ServiceDayOut.model_validate(day)


@router.patch("/{service_day_id}", summary="Change a service day")
def change_service_day(
    service_day_id: UUID, change: ServiceDayChange, caller: Writer, container: Here
) -> ServiceDayOut:
    """Set the window or the last day; the worker carries planned pickups along, and tells the households."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        day = changing.change_service_day(session, service_day_id, changes(change))
        container.jobs.enqueue(session, EXTEND_PICKUPS)
        trail.wrote(
            session, caller, "changed", "service-day", day.id, now=now, fields=sorted(changes(change))
        )
    return ServiceDayOut.model_validate(day)
