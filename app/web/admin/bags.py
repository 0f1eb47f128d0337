"""Bags with a printed code: making them in runs, printing them, calling a run back, and what was read of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.bags import printing, runs
from app.bags.models import BagReading, BagRun, Finding, Place
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import DayFilter, Input, Output, Whole, example
from app.web.deps import Here

router = APIRouter(prefix="/bags", tags=["bags"])
Reader = Annotated[Caller, Depends(needs("bags:read"))]
Writer = Annotated[Caller, Depends(needs("bags:write"))]


class NewBagRun(Input):
    model_config = example(bags=240, note="Surulere, December")

    bags: Whole = Field(ge=1, le=runs.MOST_BAGS, description="How many; 24 labels fill a page.")
    note: str = Field("", max_length=runs.NOTE_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")


class BagRunOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000091",
        note="Surulere, December",
        bags=240,
        made_by="key:office",
        made_at="2026-12-01T10:00:00Z",
        void_since=None,
    )

    id: UUID
    note: str
    bags: int
    made_by: str
    made_at: datetime
    void_since: datetime | None = Field(description="What is read of its bags from then on is flagged.")


class ReadingQuery(ListQuery):
    finding: Finding | None = None
    place: Place | None = None
    date: DayFilter | None = None
    collector_id: UUID | None = None
    pickup_id: UUID | None = None


class BagReadingOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000092",
        code="48219370",
        place="door",
        finding="known",
        date="2026-12-01",
        pickup_id="0193572a-6b00-7000-8000-000000000015",
        collector_id="0193572a-6b00-7000-8000-000000000011",
        read_at="2026-12-01T09:12:00Z",
        taken_back_at=None,
    )

    id: UUID = Field(description="At the hub it is that of the weigh-in.")
    code: str = Field(description="As it was typed, where it is no code.")
    place: Place
    finding: Finding = Field(
        description="`slip`: a digit is wrong. `unknown`: no bag of ours. `void`: its run was called back. "
        "`twice`: at another stop that day, or weighed at the hub, before. None of them stops a weighing."
    )
    date: dt.date = Field(description="The day of the stop.")
    pickup_id: UUID | None = Field(description="The stop, where it was read at a door.")
    collector_id: UUID = Field(description="Who read it.")
    read_at: datetime
    taken_back_at: datetime | None = Field(description="With its weigh-in.")


@router.get("/runs", summary="List runs of bags")
def list_runs(asked: Annotated[ListQuery, Query()], caller: Reader, container: Here) -> Page[BagRunOut]:
    """Bags are made, printed and called back in runs. Newest first."""
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, select(BagRun), asked, BagRun.id)
        trail.listed(session, caller, "bag_run", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[BagRunOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("/runs", status_code=201, summary="Make a run of bags")
def make_run(new: NewBagRun, caller: Writer, once: Creation, container: Here) -> BagRunOut:
    """New codes, each of eight digits of which the last checks the others. Print them with `sheet`."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def make() -> Mapping[str, Any]:
            run = runs.make(session, bags=new.bags, note=new.note, by=caller.actor, now=now)
            trail.wrote(session, caller, "created", "bag_run", run.id, now=now, bags=run.bags)
            return BagRunOut.model_validate(run).model_dump(mode="json")

        return BagRunOut.model_validate(once.answer(session, now, make))


@router.get("/runs/{run_id}", summary="Read a run of bags")
def read_run(run_id: UUID, caller: Reader, container: Here) -> BagRunOut:
    """One run. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        run = runs.get(session, run_id)
        trail.read(session, caller, "bag_run", run_id, now=container.clock.now())
    return BagRunOut.model_validate(run)


@router.post("/runs/{run_id}/void", summary="Call a run of bags back")
def void_run(run_id: UUID, caller: Writer, container: Here) -> BagRunOut:
    """For labels that were lost or stolen: read from now on, they are flagged. Again, it changes nothing."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        run = runs.void(session, run_id, now)
        trail.wrote(session, caller, "voided", "bag_run", run_id, now=now)
    return BagRunOut.model_validate(run)


@router.get(
    "/runs/{run_id}/sheet",
    summary="Print a run of bags",
    response_class=Response,
    responses={
        200: {
            "content": {"text/html": {"schema": {"type": "string"}}},
            "description": "Labels to print on A4.",
        }
    },
)
def print_run(run_id: UUID, caller: Reader, container: Here) -> Response:
    """A page of HTML that needs nothing else: 24 labels of 70 x 37 mm to a page of A4, each with a QR code that opens the
    route sheet with the bag's code, and the code to read out.
    """
    settings = container.settings
    with container.database.unit_of_work() as session:
        run = runs.get(session, run_id)
        codes = runs.codes_of(session, run_id)
        trail.read(session, caller, "bag_run", run_id, now=container.clock.now())
    made = printing.sheet(
        codes, public_url=settings.public_url, programme=settings.programme_name, note=run.note
    )
    return Response(made, media_type=printing.MEDIA_TYPE)


@router.get("/readings", summary="List readings of bags")
def list_readings(
    asked: Annotated[ReadingQuery, Query()], caller: Reader, container: Here
) -> Page[BagReadingOut]:
    """Codes as they were read at doors and at the hub, newest first; `finding` picks those that something is wrong with."""
    query = select(BagReading).where(
        *matching(
            (BagReading.finding, asked.finding),
            (BagReading.place, asked.place),
            (BagReading.date, asked.date),
            (BagReading.collector_id, asked.collector_id),
            (BagReading.pickup_id, asked.pickup_id),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, BagReading.id, newest_by=BagReading.read_at)
        trail.listed(
            session, caller, "bag_reading", (row.id for row in rows), asked, now=container.clock.now()
        )
    return Page(items=[BagReadingOut.model_validate(row) for row in rows], next_cursor=next_cursor)
