"""A collector's week and the zones he knows: what a plan asks of him."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.collectors import shifts
from app.collectors.shifts import Break, Shift
from app.errors import InvalidInput
from app.places import service as places
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.shapes import ClockTime, Input, Output, TimeOut, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/collectors/{collector_id}", tags=["collectors"])
READER = [Depends(needs("collectors:read"))]
Writer = Annotated[Caller, Depends(needs("collectors:write"))]

_SHIFT: dict[str, Any] = {
    "weekday": 1,
    "starts_at": "07:00",
    "ends_at": "15:00",
    "break_from": "11:00",
    "break_until": "13:00",
    "break_minutes": 30,
}
_ZONE = "0193572a-6b00-7000-8000-000000000002"
Weekday = Annotated[int, Field(strict=True, ge=0, le=6, description="Monday is 0.")]
Minutes = Annotated[int, Field(strict=True, ge=1, le=240)]


class ShiftIn(Input):
    weekday: Weekday
    starts_at: ClockTime
    ends_at: ClockTime
    break_from: ClockTime | None = Field(None, description="The break begins no earlier.")
    break_until: ClockTime | None = Field(None, description="And no later.")
    break_minutes: Minutes | None = None

    def shift(self) -> Shift:
        """Raises `InvalidInput` where a break is said by halves."""
        if self.break_from is None and self.break_until is None and self.break_minutes is None:
            return Shift(self.starts_at, self.ends_at)
        if self.break_from is None or self.break_until is None or self.break_minutes is None:
            raise InvalidInput(
                "shifts", "A break is said with `break_from`, `break_until` and `break_minutes`."
            )
        rest = Break(self.break_from, self.break_until, self.break_minutes)
        return Shift(self.starts_at, self.ends_at, rest)


class WeekIn(Input):
    model_config = example(shifts=[_SHIFT])

    shifts: list[ShiftIn] = Field(
        max_length=7,
        description="The weekdays on which the collector rides. None at all: every day, in the usual hours.",
    )


class ShiftOut(Output):
    weekday: int
    starts_at: TimeOut
    ends_at: TimeOut
    break_from: TimeOut | None
    break_until: TimeOut | None
    break_minutes: int | None


class WeekOut(Output):
    model_config = example(shifts=[_SHIFT])

    shifts: list[ShiftOut] = Field(description="In local time at the hub, by weekday.")


class ZonesIn(Input):
    model_config = example(zone_ids=[_ZONE])

    zone_ids: list[UUID] = Field(max_length=200)


class ZonesOut(Output):
    model_config = example(zone_ids=[_ZONE])

    zone_ids: list[UUID]


@router.get("/shifts", summary="Read a collector's week", dependencies=READER)
def read_week(collector_id: UUID, container: Here) -> WeekOut:
    """The weekdays on which they ride; an empty list means every day, in the usual hours of the settings."""
    with container.database.unit_of_work() as session:
        return _week(session, collector_id)


@router.put("/shifts", summary="Set a collector's week")
def set_week(collector_id: UUID, new: WeekIn, caller: Writer, container: Here) -> WeekOut:
    """The whole week, in place of the one before. Routes that are planned already stay as they are."""
    week = [(one.weekday, one.shift()) for one in new.shifts]
    with container.database.unit_of_work() as session:
        shifts.set_week(session, collector_id, week)
        trail.wrote(session, caller, "week_set", "collector", collector_id, now=container.clock.now())
        return _week(session, collector_id)


@router.get("/zones", summary="Read the zones a collector knows", dependencies=READER)
def read_zones(collector_id: UUID, container: Here) -> ZonesOut:
    """Their ids. A plan sends whoever knows a zone there, where that costs little; it is no permission."""
    with container.database.unit_of_work() as session:
        return ZonesOut(zone_ids=shifts.zones_known(session, collector_id))


@router.put("/zones", summary="Set the zones a collector knows")
def set_zones(collector_id: UUID, new: ZonesIn, caller: Writer, container: Here) -> ZonesOut:
    """All of them, in place of those before."""
    with container.database.unit_of_work() as session:
        with naming("zone_ids"):
            for zone_id in new.zone_ids:
                places.zone(session, zone_id)
        shifts.set_zones(session, collector_id, new.zone_ids)
        trail.wrote(session, caller, "zones_set", "collector", collector_id, now=container.clock.now())
        return ZonesOut(zone_ids=shifts.zones_known(session, collector_id))


def _week(session: Session, collector_id: UUID) -> WeekOut:
    return WeekOut(
        shifts=[
            ShiftOut(
                weekday=weekday,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                break_from=shift.rest.begins_from if shift.rest else None,
                break_until=shift.rest.begins_until if shift.rest else None,
                break_minutes=shift.rest.minutes if shift.rest else None,
            )
            for weekday, shift in shifts.week(session, collector_id)
        ]
    )
