"""Collectors: who rides, from which hub, and how they sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.collectors import changing, service, sessions
from app.collectors.models import BOX_LITRES, LOAD_GRAMS, Collector, CollectorRole
from app.errors import Refused
from app.fieldwork import inviting
from app.places import service as places
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import (
    Flag,
    Input,
    Language,
    Name,
    Output,
    PhoneText,
    absent,
    as_phone,
    changes,
    check_language,
    example,
    naming,
)
from app.web.deps import Here

router = APIRouter(prefix="/collectors", tags=["collectors"])
Reader = Annotated[Caller, Depends(needs("collectors:read"))]
Writer = Annotated[Caller, Depends(needs("collectors:write"))]

Capacity = Annotated[
    int, Field(strict=True, ge=1, le=2_000_000, description="What the bike carries, in grams.")
]
Litres = Annotated[int, Field(strict=True, ge=1, le=20_000, description="What its box holds, in litres.")]
Role = Annotated[
    CollectorRole, Field(description="`hub`: does not ride, weighs in at the hub what the riders bring.")
]
_HUB = "0193572a-6b00-7000-8000-000000000001"


class CollectorQuery(ListQuery):
    hub_id: UUID | None = None
    active: bool | None = None
    phone: str | None = Field(None, max_length=32)


class NewCollector(Input):
    model_config = example(
        name="Tunde Bello",
        phone="+2348000009001",
        language="en",
        hub_id=_HUB,
        capacity_grams=150_000,
        capacity_litres=1_500,
    )

    name: Name
    phone: PhoneText
    language: Language | None = None
    hub_id: UUID
    capacity_grams: Capacity = LOAD_GRAMS
    capacity_litres: Litres = BOX_LITRES
    role: Role = CollectorRole.RIDER


class CollectorChange(Input):
    model_config = example(active=False)

    name: Name = absent()
    language: Language = absent()
    hub_id: UUID = absent()
    capacity_grams: Capacity = absent()
    capacity_litres: Litres = absent()
    role: Role = absent()
    active: Flag = absent()


class NewPin(Input):
    model_config = example(pin="4711")

    pin: str = Field(pattern=r"^[0-9]{4,6}$", description="Four to six digits.")


class CollectorOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000011",
        name="Tunde Bello",
        phone="+2348000009001",
        language="en",
        hub_id=_HUB,
        capacity_grams=150_000,
        capacity_litres=1_500,
        role="rider",
        active=True,
        has_pin=True,
        created_at="2026-11-23T08:00:00Z",
        updated_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    name: str
    phone: str
    language: str
    hub_id: UUID
    capacity_grams: int
    capacity_litres: int
    role: CollectorRole
    active: bool
    has_pin: bool = Field(description="Whether they can sign in.")
    created_at: datetime
    updated_at: datetime


@router.get("", summary="List collectors")
def list_collectors(
    asked: Annotated[CollectorQuery, Query()], caller: Reader, container: Here
) -> Page[CollectorOut]:
    """Collectors, newest first. What was shown is kept in the audit trail."""
    query = select(Collector).where(
        *matching((Collector.hub_id, asked.hub_id), (Collector.active, asked.active))
    )
    if asked.phone is not None:
        query = query.where(Collector.phone == as_phone(asked.phone, container.settings.region, "?phone"))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Collector.id)
        trail.listed(session, caller, "collector", (row.id for row in rows), asked, now=container.clock.now())
    return Page(items=[_shown(row) for row in rows], next_cursor=next_cursor)


@router.get("/{collector_id}", summary="Read a collector")
def read_collector(collector_id: UUID, caller: Reader, container: Here) -> CollectorOut:
    """One collector. The read is kept in the audit trail."""
    with container.database.unit_of_work() as session:
        row = service.get(session, collector_id)
        trail.read(session, caller, "collector", collector_id, now=container.clock.now())
    return _shown(row)


@router.post("", status_code=201, summary="Take on a collector")
def create_collector(new: NewCollector, caller: Writer, container: Here) -> CollectorOut:
    """A new collector, who can sign in once a PIN is set. The phone is unique, so asking twice makes one."""
    now, settings = container.clock.now(), container.settings
    phone = as_phone(new.phone, settings.region, "phone")
    language = check_language(new.language or settings.default_language, settings.languages)
    with container.database.unit_of_work() as session:
        with naming("hub_id"):
            places.hub(session, new.hub_id)
        row = service.create(
            session,
            name=new.name,
            phone=phone,
            language=language,
            hub_id=new.hub_id,
            capacity_grams=new.capacity_grams,
            capacity_litres=new.capacity_litres,
            role=new.role,
            now=now,
        )
        trail.wrote(session, caller, "created", "collector", row.id, now=now)
    return _shown(row)


@router.patch("/{collector_id}", summary="Change a collector")
def change_collector(
    collector_id: UUID, change: CollectorChange, caller: Writer, container: Here
) -> CollectorOut:
    """Set the fields that are sent. Whoever is made inactive is signed out everywhere."""
    now = container.clock.now()
    given = changes(change)
    if "language" in given:
        check_language(change.language, container.settings.languages)
    with container.database.unit_of_work() as session:
        if "hub_id" in given:
            with naming("hub_id"):
                places.hub(session, change.hub_id)
        row = changing.change(session, collector_id, given, now=now)
        trail.wrote(session, caller, "changed", "collector", collector_id, now=now, fields=sorted(given))
    return _shown(row)


@router.put("/{collector_id}/pin", status_code=204, summary="Set a collector's PIN")
def set_pin(collector_id: UUID, new: NewPin, caller: Writer, container: Here) -> Response:
    """A new PIN: whoever was signed in must sign in again, and a lockout ends. It can never be read back."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        service.set_pin(session, collector_id, new.pin, now)
        trail.wrote(session, caller, "pin_set", "collector", collector_id, now=now)
    return Response(status_code=204)


@router.post("/{collector_id}/sign-in-link", status_code=204, summary="Text a collector a link to sign in")
def send_link(collector_id: UUID, caller: Writer, container: Here) -> Response:
    """A link that works once: for 24 hours for whoever has no PIN yet and chooses one there, otherwise for 15 minutes."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        row = service.get(session, collector_id)
        if not row.active:
            raise Refused("That collector is not active.")
        inviting.send_link(session, row, container.settings, container.post, now)
        trail.wrote(session, caller, "link_sent", "collector", collector_id, now=now)
    return Response(status_code=204)


@router.delete("/{collector_id}/sessions", status_code=204, summary="Sign a collector out everywhere")
def revoke(collector_id: UUID, caller: Writer, container: Here) -> Response:
    """As for a lost phone: its browser is asked to sign in again. What waits there unsent stays there."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        service.get(session, collector_id)
        sessions.revoke_all(session, collector_id, now)
        trail.wrote(session, caller, "signed_out", "collector", collector_id, now=now)
    return Response(status_code=204)


def _shown(row: Collector) -> CollectorOut:
    return CollectorOut(
        **{name: getattr(row, name) for name in CollectorOut.model_fields if name != "has_pin"},
        has_pin=row.pin_hash is not None,
    )
