"""Weighings: what was on the scale at each door, and the credit it earned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Output, example
from app.web.deps import Here
from app.weighing.models import Material, Weighing, WeighingLine

router = APIRouter(prefix="/weighings", tags=["weighings"])
READER = [Depends(needs("weighings:read"))]


class WeighingQuery(ListQuery):
    household_id: UUID | None = None
    collector_id: UUID | None = None
    pickup_id: UUID | None = None
    since: AwareDatetime | None = Field(None, description="Weighed then or later.")
    until: AwareDatetime | None = Field(None, description="Weighed before.")


class LineOut(Output):
    material: str = Field(description="The material's code.")
    grams: int
    rate_minor_per_kilogram: int
    amount_minor: int


class WeighingOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000014",
        pickup_id="0193572a-6b00-7000-8000-000000000012",
        household_id="0193572a-6b00-7000-8000-000000000010",
        collector_id="0193572a-6b00-7000-8000-000000000011",
        weighed_at="2026-12-01T09:12:00Z",
        credit_minor=30000,
        transfer_id="0193572a-6b00-7000-8000-000000000015",
        created_at="2026-12-01T09:13:00Z",
        lines=[{"material": "PET", "grams": 2500, "rate_minor_per_kilogram": 12000, "amount_minor": 30000}],
    )

    id: UUID
    pickup_id: UUID
    household_id: UUID
    collector_id: UUID
    weighed_at: datetime
    credit_minor: int
    transfer_id: UUID | None
    created_at: datetime
    lines: list[LineOut]


@router.get("", summary="List weighings", dependencies=READER)
def list_weighings(asked: Annotated[WeighingQuery, Query()], container: Here) -> Page[WeighingOut]:
    """Weighings with their lines, the last received first. They are never edited: see disputes."""
    query = select(Weighing).where(
        *matching(
            (Weighing.household_id, asked.household_id),
            (Weighing.collector_id, asked.collector_id),
            (Weighing.pickup_id, asked.pickup_id),
        )
    )
    if asked.since is not None:
        query = query.where(Weighing.weighed_at >= asked.since)
    if asked.until is not None:
        query = query.where(Weighing.weighed_at < asked.until)
    with container.database.unit_of_work() as session:
        # Their ids are made on collectors' phones, so they do not say which came last.
        rows, next_cursor = fetch(session, query, asked, Weighing.id, newest_by=Weighing.created_at)
        return Page(items=_shown(session, rows), next_cursor=next_cursor)


@router.get("/{weighing_id}", summary="Read a weighing", dependencies=READER)
def read_weighing(weighing_id: UUID, container: Here) -> WeighingOut:
    """One weighing with its lines."""
    with container.database.unit_of_work() as session:
        row = session.get(Weighing, weighing_id)
        if row is None:
            raise NotFound("There is no such weighing.")
        return _shown(session, [row])[0]


def _shown(session: Session, rows: Sequence[Weighing]) -> list[WeighingOut]:
    lines: defaultdict[UUID, list[LineOut]] = defaultdict(list)
    found = session.execute(
        select(WeighingLine, Material.code)
        .join(Material, Material.id == WeighingLine.material_id)
        .where(WeighingLine.weighing_id.in_([row.id for row in rows]))
        .order_by(Material.code)
    )
    for line, code in found:
        lines[line.weighing_id].append(
            LineOut(
                material=code,
                grams=line.grams,
                rate_minor_per_kilogram=line.rate_minor_per_kilogram,
                amount_minor=line.amount_minor,
            )
        )
    return [
        WeighingOut(
            **{name: getattr(row, name) for name in WeighingOut.model_fields if name != "lines"},
            lines=lines[row.id],
        )
        for row in rows
    ]
