"""Zones: neighbourhoods served on the same days."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.places import changing, editing, service
from app.places.models import Zone
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import (
    Code,
    Flag,
    Input,
    Latitude,
    Line,
    Longitude,
    Name,
    Output,
    absent,
    changes,
    example,
    naming,
)
from app.web.deps import Here

router = APIRouter(prefix="/zones", tags=["zones"])
READER = [Depends(needs("zones:read"))]
Writer = Annotated[Caller, Depends(needs("zones:write"))]

TimeZone = Annotated[Line, Field(max_length=64)]


class ZoneQuery(ListQuery):
    code: str | None = None
    hub_id: UUID | None = None
    active: bool | None = None


class NewZone(Input):
    model_config = example(
        code="SUR",
        name="Surulere",
        hub_id="0193572a-6b00-7000-8000-000000000001",
        timezone="Africa/Lagos",
        latitude=6.4969,
        longitude=3.3488,
    )

    code: Code
    name: Name
    hub_id: UUID
    timezone: TimeZone | None = Field(None, description="IANA name; the service's own where left out.")
    latitude: Latitude
    longitude: Longitude


class ZoneChange(Input):
    model_config = example(name="Surulere West", active=True)

    name: Name = absent()
    hub_id: UUID = absent()
    timezone: TimeZone = absent()
    latitude: Latitude = absent()
    longitude: Longitude = absent()
    active: Flag = absent()


class ZoneOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000002",
        code="SUR",
        name="Surulere",
        hub_id="0193572a-6b00-7000-8000-000000000001",
        timezone="Africa/Lagos",
        latitude=6.4969,
        longitude=3.3488,
        active=True,
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    code: str
    name: str
    hub_id: UUID
    timezone: str
    latitude: float
    longitude: float
    active: bool
    created_at: datetime


@router.get("", summary="List zones", dependencies=READER)
def list_zones(asked: Annotated[ZoneQuery, Query()], container: Here) -> Page[ZoneOut]:
    """Zones, newest first."""
    query = select(Zone).where(
        *matching((Zone.code, asked.code), (Zone.hub_id, asked.hub_id), (Zone.active, asked.active))
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Zone.id)
    return Page(items=[ZoneOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{zone_id}", summary="Read a zone", dependencies=READER)
def read_zone(zone_id: UUID, container: Here) -> ZoneOut:
    """One zone."""
    with container.database.unit_of_work() as session:
        return ZoneOut.model_validate(service.zone(session, zone_id))


@router.post("", status_code=201, summary="Create a zone")
def create_zone(new: NewZone, caller: Writer, container: Here) -> ZoneOut:
    """A new zone. Its code is unique, so asking twice makes one: the second answer is 409."""
    now = container.clock.now()
    given = new.model_dump() | {"timezone": new.timezone or container.settings.timezone}
    with container.database.unit_of_work() as session:
        with naming("hub_id"):
            zone = editing.create_zone(session, **given, now=now)
        trail.wrote(session, caller, "created", "zone", zone.id, now=now)
    return ZoneOut.model_validate(zone)


@router.patch("/{zone_id}", summary="Change a zone")
def change_zone(zone_id: UUID, change: ZoneChange, caller: Writer, container: Here) -> ZoneOut:
    """Set the fields that are sent; the others stay. A zone is closed with `active: false`, never deleted."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        zone = changing.change_zone(session, zone_id, changes(change))
        trail.wrote(session, caller, "changed", "zone", zone.id, now=now, fields=sorted(changes(change)))
    return ZoneOut.model_validate(zone)
