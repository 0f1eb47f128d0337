"""Who did what on a day, through whichever hands a stop went."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.places import service as places
from app.teams.book import book_of
from app.web.admin.auth import needs
from app.web.admin.shapes import DayFilter, Output, example
from app.web.deps import Here
from app.weighing.models import VisitOutcome

router = APIRouter(prefix="/routes", tags=["routes"])
READER = [Depends(needs("routes:read"))]
_TUNDE, _NGOZI = "0193572a-6b00-7000-8000-000000000011", "0193572a-6b00-7000-8000-000000000012"


class BookQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hub_id: UUID
    date: DayFilter


class MoveOut(Output):
    at: datetime
    from_id: UUID
    to_id: UUID


class StopRecordOut(Output):
    pickup_id: UUID
    planned_for_id: UUID = Field(description="Whose it was before collectors arranged anything.")
    moves: list[MoveOut] = Field(description="Among collectors, in order.")
    with_id: UUID = Field(description="On whose route it is.")
    visited_by_id: UUID | None
    outcome: VisitOutcome | None


class BookOut(Output):
    model_config = example(
        stops=[
            {
                "pickup_id": "0193572a-6b00-7000-8000-000000000030",
                "planned_for_id": _TUNDE,
                "moves": [{"at": "2026-12-01T08:12:00Z", "from_id": _TUNDE, "to_id": _NGOZI}],
                "with_id": _NGOZI,
                "visited_by_id": _NGOZI,
                "outcome": "collected",
            }
        ]
    )

    stops: list[StopRecordOut] = Field(description="By route and position.")


@router.get("/book", summary="Who did what on a day", dependencies=READER)
def read_book(asked: Annotated[BookQuery, Query()], container: Here) -> BookOut:
    """Of each stop of a hub's day: who was planned, through whose hands it went, who has it, and who was there."""
    with container.database.unit_of_work() as session:
        places.hub(session, asked.hub_id)
        found = book_of(session, asked.hub_id, asked.date)
    return BookOut(stops=[StopRecordOut.model_validate(one) for one in found])
