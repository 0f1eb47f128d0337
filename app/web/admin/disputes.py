"""Disputes: weighings that a household says are wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.cases import service
from app.cases.models import Dispute, DisputeStatus
from app.errors import NotFound
from app.integrity.hub_weighins import look_again
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Input, Line, Output, Whole, example
from app.web.deps import Here
from app.weighing.models import Weighing
from app.weighing.service import Limits

router = APIRouter(prefix="/disputes", tags=["disputes"])
Reader = Annotated[Caller, Depends(needs("disputes:read"))]
Writer = Annotated[Caller, Depends(needs("disputes:write"))]

MaterialCode = Annotated[Line, Field(max_length=12)]


class DisputeQuery(ListQuery):
    household_id: UUID | None = None
    weighing_id: UUID | None = None
    status: DisputeStatus | None = None


class Resolution(Input):
    model_config = example(grams={"PET": 3500}, decision="The hub weighed 3.5 kg.")

    grams: dict[MaterialCode, Whole] | None = Field(
        None,
        max_length=50,
        description="What is right, all materials; the first weighing stands where left out or null.",
    )
    decision: Line = Field(max_length=300, description="Why, in a few words.")


class DisputeOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000019",
        household_id="0193572a-6b00-7000-8000-000000000010",
        weighing_id="0193572a-6b00-7000-8000-000000000014",
        phone="+2348000000001",
        said="it was two full bags",
        status="corrected",
        corrected_grams={"PET": 3500},
        transfer_id="0193572a-6b00-7000-8000-000000000020",
        resolved_by="dispatch board 0193572a-6b00-7000-8000-000000000006",
        resolution="The hub weighed 3.5 kg.",
        opened_at="2026-12-01T10:00:00Z",
        resolved_at="2026-12-01T15:00:00Z",
    )

    id: UUID
    household_id: UUID
    weighing_id: UUID
    phone: str
    said: str
    status: DisputeStatus
    corrected_grams: dict[str, int] | None
    transfer_id: UUID | None
    resolved_by: str | None
    resolution: str | None
    opened_at: datetime
    resolved_at: datetime | None


@router.get("", summary="List disputes")
def list_disputes(
    asked: Annotated[DisputeQuery, Query()], caller: Reader, container: Here
) -> Page[DisputeOut]:
    """Disputes, newest first. What was shown is kept in the audit trail."""
    query = select(Dispute).where(
        *matching(
            (Dispute.household_id, asked.household_id),
            (Dispute.weighing_id, asked.weighing_id),
            (Dispute.status, asked.status),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Dispute.id)
        trail.listed(session, caller, "dispute", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[DisputeOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{dispute_id}", summary="Read a dispute")
def read_dispute(dispute_id: UUID, caller: Reader, container: Here) -> DisputeOut:
    """One dispute. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = session.get(Dispute, dispute_id)
        if row is None:
            raise NotFound("There is no such dispute.")
        trail.read(session, caller, "dispute", dispute_id, now=container.clock.now())
    return DisputeOut.model_validate(row)


@router.post("/{dispute_id}/resolve", summary="Resolve a dispute")
def resolve_dispute(dispute_id: UUID, resolution: Resolution, caller: Writer, container: Here) -> DisputeOut:
    """Correct the weighing with a new entry in the book, or let it stand; the household is told.

    A dispute is answered once: another try gets 409.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = service.resolve(
            session,
            dispute_id,
            grams=resolution.grams,
            decision=resolution.decision,
            by=caller.name,
            now=now,
            post=container.post,
            limits=Limits.of(container.settings),
        )
        pickup_id = session.get_one(Weighing, row.weighing_id).pickup_id
        look_again(session, pickup_id, container.settings, by=caller.actor, now=now)
        trail.wrote(session, caller, "resolved", "dispute", dispute_id, now=now, status=row.status)
    return DisputeOut.model_validate(row)
