"""Weigh-ins: what was weighed a second time, at the hub, and whether it agrees with the doors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app.access.keys import Caller
from app.collectors import service as collectors
from app.errors import NotFound
from app.integrity.hub_day import compare
from app.integrity.hub_weighins import Rules, lines_of
from app.integrity.models import HubWeighin
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Day, DayFilter, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/hub-weighins", tags=["hub-weighins"])
Reader = Annotated[Caller, Depends(needs("hub-weighins:read"))]
_COLLECTOR = "0193572a-6b00-7000-8000-000000000011"


class WeighinQuery(ListQuery):
    hub_id: UUID | None = None
    collector_id: UUID | None = None
    date: DayFilter | None = None


class DayQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    collector_id: UUID
    date: Day


class WeighinOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000081",
        hub_id="0193572a-6b00-7000-8000-000000000001",
        collector_id=_COLLECTOR,
        weighed_by="0193572a-6b00-7000-8000-000000000012",
        date="2026-12-01",
        grams={"PET": 12_400},
        weighed_at="2026-12-01T13:00:00Z",
        taken_back_at=None,
    )

    id: UUID = Field(description="Made in the form; the same load sent again is this one.")
    hub_id: UUID
    collector_id: UUID = Field(description="Who brought it.")
    weighed_by: UUID = Field(description="Who read the scale.")
    date: dt.date = Field(description="The day of the stops that it came from.")
    grams: dict[str, int] = Field(description="By material code.")
    weighed_at: datetime
    taken_back_at: datetime | None = Field(
        description="From then on it counts no more: a slip of the finger."
    )


class ComparedOut(Output):
    code: str
    stops_grams: int = Field(description="At the doors; corrections count.")
    hub_grams: int
    difference_grams: int = Field(description="Above zero: there was more at the hub.")
    allowed_grams: int = Field(description="For moisture and rounding, by settings.")
    agrees: bool


class DayOut(Output):
    model_config = example(
        collector_id=_COLLECTOR,
        date="2026-12-01",
        materials=[
            {
                "code": "PET",
                "stops_grams": 12_500,
                "hub_grams": 12_400,
                "difference_grams": -100,
                "allowed_grams": 825,
                "agrees": True,
            }
        ],
    )

    collector_id: UUID
    date: dt.date
    materials: list[ComparedOut]


@router.get("", summary="List weigh-ins")
def list_weighins(
    asked: Annotated[WeighinQuery, Query()], caller: Reader, container: Here
) -> Page[WeighinOut]:
    """Loads weighed in at a hub, newest first, also those taken back. What was shown is kept in the audit trail."""
    query = select(HubWeighin).where(
        *matching(
            (HubWeighin.hub_id, asked.hub_id),
            (HubWeighin.collector_id, asked.collector_id),
            (HubWeighin.date, asked.date),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, HubWeighin.id)
        lines = lines_of(session, [row.id for row in rows])
        trail.listed(
            session, caller, "hub_weighin", (row.id for row in rows), asked, now=container.clock.now()
        )
    return Page(items=[_shown(row, lines[row.id]) for row in rows], next_cursor=next_cursor)


@router.get("/day", summary="Compare a collector's day")
def compare_day(asked: Annotated[DayQuery, Query()], caller: Reader, container: Here) -> DayOut:
    """What the doors and the hub say now of a collector's day; stops that come in late are in it."""
    with container.database.unit_of_work() as session:
        collector = collectors.get(session, asked.collector_id)
        rules = Rules.of(session, collector.hub_id, container.settings)
        found = compare(session, collector.id, asked.date, rules.timezone, rules.allowance)
        trail.read(session, caller, "collector", collector.id, now=container.clock.now())
    materials = [ComparedOut.model_validate(one) for one in found]
    return DayOut(collector_id=asked.collector_id, date=asked.date, materials=materials)


@router.get("/{weighin_id}", summary="Read a weigh-in")
def read_weighin(weighin_id: UUID, caller: Reader, container: Here) -> WeighinOut:
    """One load. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.get(HubWeighin, weighin_id)
        if row is None:
            raise NotFound("There is no such weigh-in.")
        lines = lines_of(session, [row.id])
        trail.read(session, caller, "hub_weighin", weighin_id, now=container.clock.now())
    return _shown(row, lines[row.id])


def _shown(row: HubWeighin, grams: Mapping[str, int]) -> WeighinOut:
    fields = {name: getattr(row, name) for name in WeighinOut.model_fields if name != "grams"}
    return WeighinOut(**fields, grams=dict(sorted(grams.items())))
