"""The landmarks of one zone: what people name when they say where they live."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.kernel.place import Location
from app.places import landmarks, service
from app.places.models import Landmark
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import (
    Flag,
    Input,
    Latitude,
    Longitude,
    Name,
    Output,
    absent,
    changes,
    example,
)
from app.web.deps import Here

router = APIRouter(prefix="/zones/{zone_id}/landmarks", tags=["zones"])
READER = [Depends(needs("zones:read"))]
Writer = Annotated[Caller, Depends(needs("zones:write"))]

Aliases = Annotated[
    list[Name], Field(max_length=landmarks.ALIASES_MAX, description="What else people call it.")
]
Uncertainty = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=landmarks.UNCERTAINTY_MAX,
        description="How far from it those live who name it.",
    ),
]


class LandmarkQuery(ListQuery):
    active: bool | None = None


class NewLandmark(Input):
    model_config = example(
        name="Celestial Church, Tejuosho", aliases=["Cele"], latitude=6.4969, longitude=3.3488
    )

    name: Name
    aliases: Aliases = Field(default_factory=list)
    latitude: Latitude
    longitude: Longitude
    uncertainty_metres: Uncertainty = landmarks.UNCERTAINTY_METRES


class LandmarkChange(Input):
    model_config = example(aliases=["Cele", "Celestial"])

    name: Name = absent()
    aliases: Aliases = absent()
    latitude: Latitude = absent()
    longitude: Longitude = absent()
    uncertainty_metres: Uncertainty = absent()
    active: Flag = absent()


class LandmarkOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000091",
        zone_id="0193572a-6b00-7000-8000-000000000002",
        name="Celestial Church, Tejuosho",
        aliases=["Cele"],
        latitude=6.4969,
        longitude=3.3488,
        uncertainty_metres=150,
        active=True,
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    zone_id: UUID
    name: str
    aliases: list[str]
    latitude: float
    longitude: float
    uncertainty_metres: int
    active: bool
    created_at: datetime


@router.get("", summary="List a zone's landmarks", dependencies=READER)
def list_landmarks(
    zone_id: UUID, asked: Annotated[LandmarkQuery, Query()], container: Here
) -> Page[LandmarkOut]:
    """Landmarks, newest first."""
    query = select(Landmark).where(Landmark.zone_id == zone_id, *matching((Landmark.active, asked.active)))
    with container.database.unit_of_work() as session:
        service.zone(session, zone_id)
        rows, next_cursor = fetch(session, query, asked, Landmark.id)
    return Page(items=[LandmarkOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("", status_code=201, summary="Create a landmark")
def create_landmark(zone_id: UUID, new: NewLandmark, caller: Writer, container: Here) -> LandmarkOut:
    """Households of the zone that name it, and of which no more is known, are looked for there from now on.

    Its names are unique within the zone, so asking twice makes one: the second answer is 409.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        made = landmarks.create(
            session,
            zone_id=zone_id,
            name=new.name,
            aliases=new.aliases,
            location=Location(new.latitude, new.longitude),
            uncertainty_metres=new.uncertainty_metres,
            now=now,
        )
        trail.wrote(session, caller, "created", "landmark", made.id, now=now)
    return LandmarkOut.model_validate(made)


@router.patch("/{landmark_id}", summary="Change a landmark")
def change_landmark(
    zone_id: UUID, landmark_id: UUID, change: LandmarkChange, caller: Writer, container: Here
) -> LandmarkOut:
    """Set the fields that are sent; the others stay. One with `active: false` is looked for no more."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        made = landmarks.change(session, zone_id, landmark_id, changes(change))
        trail.wrote(session, caller, "changed", "landmark", made.id, now=now, fields=sorted(changes(change)))
    return LandmarkOut.model_validate(made)
