"""Rates: what a kilogram is worth, from which day, and where."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.kernel.clock import local_date
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Day, Input, Output, Whole, example
from app.web.deps import Here
from app.weighing import prices
from app.weighing.models import Rate

router = APIRouter(prefix="/rates", tags=["rates"])
READER = [Depends(needs("rates:read"))]
Writer = Annotated[Caller, Depends(needs("rates:write"))]


class RateQuery(ListQuery):
    material_id: UUID | None = None
    zone_id: UUID | None = None


class NewRate(Input):
    model_config = example(
        material_id="0193572a-6b00-7000-8000-000000000004",
        zone_id=None,
        amount_minor_per_kilogram=12000,
        valid_from="2026-12-01",
    )

    material_id: UUID
    zone_id: UUID | None = Field(None, description="Only there; everywhere where left out or null.")
    amount_minor_per_kilogram: Whole = Field(description="In minor units (kobo).", le=100_000_000)
    valid_from: Day


class RateOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000005",
        material_id="0193572a-6b00-7000-8000-000000000004",
        zone_id=None,
        amount_minor_per_kilogram=12000,
        valid_from="2026-12-01",
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    material_id: UUID
    zone_id: UUID | None
    amount_minor_per_kilogram: int
    valid_from: dt.date
    created_at: datetime


@router.get("", summary="List rates", dependencies=READER)
def list_rates(asked: Annotated[RateQuery, Query()], container: Here) -> Page[RateOut]:
    """Rates past, present and to come, newest first."""
    query = select(Rate).where(
        *matching((Rate.material_id, asked.material_id), (Rate.zone_id, asked.zone_id))
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Rate.id)
    return Page(items=[RateOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{rate_id}", summary="Read a rate", dependencies=READER)
def read_rate(rate_id: UUID, container: Here) -> RateOut:
    """One rate."""
    with container.database.unit_of_work() as session:
        return RateOut.model_validate(prices.rate(session, rate_id))


@router.post("", status_code=201, summary="Set a rate")
def create_rate(new: NewRate, caller: Writer, container: Here) -> RateOut:
    """A new rate from a day on. Rates are never edited: weighings were credited by them; set a later one."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        rate = prices.set_rate(
            session,
            material_id=new.material_id,
            zone_id=new.zone_id,
            amount_minor_per_kilogram=new.amount_minor_per_kilogram,
            valid_from=new.valid_from,
            today=local_date(now, container.settings.timezone),
            now=now,
        )
        trail.wrote(session, caller, "created", "rate", rate.id, now=now)
    return RateOut.model_validate(rate)
