"""Hubs: where collectors start and are weighed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from app.access.keys import Caller
from app.places import changing, editing, service
from app.places.models import Hub
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import (
    Code,
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

router = APIRouter(prefix="/hubs", tags=["hubs"])
READER = [Depends(needs("hubs:read"))]
Writer = Annotated[Caller, Depends(needs("hubs:write"))]


class HubQuery(ListQuery):
    code: str | None = None
    active: bool | None = None


class NewHub(Input):
    model_config = example(code="YAB", name="Yaba hub", latitude=6.5095, longitude=3.3711)

    code: Code
    name: Name
    latitude: Latitude
    longitude: Longitude


class HubChange(Input):
    model_config = example(name="Yaba hub, Herbert Macaulay Way")

    name: Name = absent()
    latitude: Latitude = absent()
    longitude: Longitude = absent()
    active: Flag = absent()


class HubOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000001",
        code="YAB",
        name="Yaba hub",
        latitude=6.5095,
        longitude=3.3711,
        active=True,
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    code: str
    name: str
    latitude: float
    longitude: float
    active: bool
    created_at: datetime


@router.get("", summary="List hubs", dependencies=READER)
def list_hubs(asked: Annotated[HubQuery, Query()], container: Here) -> Page[HubOut]:
    """Hubs, newest first."""
    query = select(Hub).where(*matching((Hub.code, asked.code), (Hub.active, asked.active)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Hub.id)
    return Page(items=[HubOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{hub_id}", summary="Read a hub", dependencies=READER)
def read_hub(hub_id: UUID, container: Here) -> HubOut:
    """One hub."""
    with container.database.unit_of_work() as session:
        return HubOut.model_validate(service.hub(session, hub_id))


@router.post("", status_code=201, summary="Create a hub")
def create_hub(new: NewHub, caller: Writer, container: Here) -> HubOut:
    """A new hub. Its code is unique, so asking twice makes one: the second answer is 409."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        hub = editing.create_hub(session, **new.model_dump(), now=now)
        trail.wrote(session, caller, "created", "hub", hub.id, now=now)
    return HubOut.model_validate(hub)


@router.patch("/{hub_id}", summary="Change a hub")
def change_hub(hub_id: UUID, change: HubChange, caller: Writer, container: Here) -> HubOut:
    """Set the fields that are sent; the others stay. A hub is closed with `active: false`, never deleted."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        hub = changing.change_hub(session, hub_id, changes(change))
        trail.wrote(session, caller, "changed", "hub", hub.id, now=now, fields=sorted(changes(change)))
    return HubOut.model_validate(hub)
