"""The report on how fast the zones were found to be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.routing.models import ZonePace
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/reports", tags=["reports"])
READER = [Depends(needs("reports:read"))]


class PaceOut(Output):
    model_config = example(
        zone_id="0193572a-6b00-7000-8000-000000000002",
        factor=1.18,
        stop_seconds=262.5,
        pairs=412,
        learnt_at="2026-11-29T02:15:40Z",
    )

    zone_id: UUID
    factor: float = Field(description="Of the expected time of a way: 1.2 is a fifth slower.")
    stop_seconds: float = Field(description="At each stop.")
    pairs: int = Field(description="Pairs of stops that it was learnt from.")
    learnt_at: datetime


@router.get("/paces", summary="How fast the zones are", dependencies=READER)
def paces(asked: Annotated[ListQuery, Query()], container: Here) -> Page[PaceOut]:
    """What was learnt from recorded stops, by zone; a zone that is not here goes as expected."""
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, select(ZonePace), asked, ZonePace.zone_id)
    return Page(items=[PaceOut.model_validate(row) for row in rows], next_cursor=next_cursor)
