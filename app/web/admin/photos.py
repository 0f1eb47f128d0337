"""Photos that collectors took at doors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import defer

from app.access.keys import Caller
from app.fieldwork import photos
from app.fieldwork.models import FieldPhoto
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Output, example
from app.web.deps import Here

router = APIRouter(prefix="/photos", tags=["photos"])
Reader = Annotated[Caller, Depends(needs("photos:read"))]


class PhotoQuery(ListQuery):
    pickup_id: UUID | None = None
    collector_id: UUID | None = None


class LookQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["json", "jpeg"] = "json"


class PhotoOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000041",
        pickup_id="0193572a-6b00-7000-8000-000000000012",
        collector_id="0193572a-6b00-7000-8000-000000000011",
        about_id="0193572a-6b00-7000-8000-000000000014",
        received_at="2026-12-01T09:30:00Z",
    )

    id: UUID
    pickup_id: UUID
    collector_id: UUID
    about_id: UUID = Field(
        description="The record it was taken for: a weighing, or a word that a stop was missed."
    )
    received_at: datetime


@router.get("", summary="List photos")
def list_photos(asked: Annotated[PhotoQuery, Query()], caller: Reader, container: Here) -> Page[PhotoOut]:
    """Which photos there are, the last received first. What was shown is kept in the audit trail."""
    query = (
        select(FieldPhoto)
        .options(defer(FieldPhoto.jpeg))
        .where(
            *matching((FieldPhoto.pickup_id, asked.pickup_id), (FieldPhoto.collector_id, asked.collector_id))
        )
    )
    with container.database.unit_of_work() as session:
        # Their ids are made on collectors' phones, so they do not say which came last.
        rows, next_cursor = fetch(session, query, asked, FieldPhoto.id, newest_by=FieldPhoto.received_at)
        trail.listed(session, caller, "photo", (row.id for row in rows), asked, now=container.clock.now())
        return Page(items=[PhotoOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get(
    "/{photo_id}",
    summary="See a photo",
    response_model=PhotoOut,
    responses={
        200: {
            "content": {
                "image/jpeg": {"schema": {"type": "string", "format": "binary"}, "example": "(a JPEG)"}
            }
        }
    },
)
def see_photo(
    photo_id: UUID, asked: Annotated[LookQuery, Query()], caller: Reader, container: Here
) -> Response | PhotoOut:
    """One photo's facts, or with `format=jpeg` the photo. The look at it is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = photos.get(session, photo_id)
        trail.read(session, caller, "photo", photo_id, now=container.clock.now())
    if asked.format == "json":
        return PhotoOut.model_validate(row)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Response(row.jpeg, media_type="image/jpeg", headers=headers)
