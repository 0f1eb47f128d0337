"""Pickups: one household on one date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field, model_validator
from sqlalchemy import select

from app.access.keys import Caller
from app.pickups import service
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import CancelReason, MissedReason, PickupStatus
from app.web.admin import trail
from app.web.admin.auth import Creation, needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Day, DayFilter, Input, Output, TimeOut, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/pickups", tags=["pickups"])
READER = [Depends(needs("pickups:read"))]
Writer = Annotated[Caller, Depends(needs("pickups:write"))]

_HOUSEHOLD = "0193572a-6b00-7000-8000-000000000010"


class PickupQuery(ListQuery):
    household_id: UUID | None = None
    zone_id: UUID | None = None
    status: PickupStatus | None = None
    date: DayFilter | None = None
    since: DayFilter | None = Field(None, description="On this date or later.")
    until: DayFilter | None = Field(None, description="On this date or earlier.")


class NewPickup(Input):
    model_config = example(household_id=_HOUSEHOLD)

    household_id: UUID


class PickupChange(Input):
    model_config = example(status="missed", missed_reason="nobody_home")

    status: Literal["scheduled", "confirmed", "declined", "missed", "cancelled"] = Field(
        description="A pickup becomes `routed` by planning and `collected` by weighing alone."
    )
    missed_reason: MissedReason | None = Field(None, description="Needed for `missed`, and only there.")

    @model_validator(mode="after")
    def _missed_has_a_reason(self) -> Self:
        if (self.status == "missed") != (self.missed_reason is not None):
            raise ValueError("missed_reason is given with the status missed, and only then")
        return self


class NewDay(Input):
    model_config = example(date="2026-12-03")

    date: Day


class PickupOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000012",
        household_id=_HOUSEHOLD,
        zone_id="0193572a-6b00-7000-8000-000000000002",
        date="2026-12-01",
        window_start="08:00",
        window_end="12:00",
        kind="on_demand",
        status="scheduled",
        confirmed=False,
        missed_reason=None,
        cancel_reason=None,
        moved_from=None,
        created_at="2026-11-23T08:00:00Z",
        updated_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    household_id: UUID
    zone_id: UUID
    date: dt.date
    window_start: TimeOut
    window_end: TimeOut
    kind: PickupKind
    status: PickupStatus
    confirmed: bool
    missed_reason: MissedReason | None
    cancel_reason: CancelReason | None
    moved_from: dt.date | None = Field(description="The date it had before a holiday moved it.")
    created_at: datetime
    updated_at: datetime


@router.get("", summary="List pickups", dependencies=READER)
def list_pickups(asked: Annotated[PickupQuery, Query()], container: Here) -> Page[PickupOut]:
    """Pickups, the last made first."""
    query = select(Pickup).where(
        *matching(
            (Pickup.household_id, asked.household_id),
            (Pickup.zone_id, asked.zone_id),
            (Pickup.status, asked.status),
            (Pickup.date, asked.date),
        )
    )
    if asked.since is not None:
        query = query.where(Pickup.date >= asked.since)
    if asked.until is not None:
        query = query.where(Pickup.date <= asked.until)
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Pickup.id)
    return Page(items=[PickupOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{pickup_id}", summary="Read a pickup", dependencies=READER)
def read_pickup(pickup_id: UUID, container: Here) -> PickupOut:
    """One pickup."""
    with container.database.unit_of_work() as session:
        return PickupOut.model_validate(service.get(session, pickup_id))


@router.post("", status_code=201, summary="Ask for a pickup")
def create_pickup(new: NewPickup, caller: Writer, once: Creation, container: Here) -> PickupOut:
    """The household's next service day that still takes requests; asked for twice, it is the same pickup.

    Asking ends a pause and takes back a "not this time".
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:

        def ask() -> Mapping[str, Any]:
            with naming("household_id"):
                timetable = service.Timetable.of(container.settings)
                asked = service.request(session, new.household_id, now, timetable=timetable)
            if asked.created:
                trail.wrote(session, caller, "created", "pickup", asked.pickup.id, now=now)
            return PickupOut.model_validate(asked.pickup).model_dump(mode="json")

        return PickupOut.model_validate(once.answer(session, now, ask))


@router.patch("/{pickup_id}", summary="Change a pickup's status")
def change_pickup(pickup_id: UUID, change: PickupChange, caller: Writer, container: Here) -> PickupOut:
    """Move it to another status. A move that makes no sense is refused with 409 `illegal-transition`."""
    now = container.clock.now()
    status = PickupStatus(change.status)
    reason = CancelReason.OFFICE if status is PickupStatus.CANCELLED else change.missed_reason
    with container.database.unit_of_work() as session:
        pickup = service.get(session, pickup_id)
        before = pickup.status
        service.move_to(session, pickup, status, now, reason)
        trail.wrote(session, caller, "changed", "pickup", pickup_id, now=now, before=before, after=status)
    return PickupOut.model_validate(pickup)


@router.post("/{pickup_id}/reschedule", summary="Give a pickup another day")
def reschedule_pickup(pickup_id: UUID, new: NewDay, caller: Writer, container: Here) -> PickupOut:
    """Call it off and put one on another service day of the zone; the household is told. The answer is the new one."""
    now = container.clock.now()
    timetable = service.Timetable.of(container.settings)
    with container.database.unit_of_work() as session:
        pickup = service.reschedule(
            session, pickup_id, to=new.date, now=now, post=container.post, timetable=timetable
        )
        trail.wrote(session, caller, "rescheduled", "pickup", pickup_id, now=now, new_id=str(pickup.id))
    return PickupOut.model_validate(pickup)
