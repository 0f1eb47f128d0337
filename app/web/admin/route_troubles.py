"""What goes wrong on a route: a broken bike, a full box. The plan follows within a minute."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.errors import NotFound
from app.routing import troubles
from app.routing.following import FOLLOW_DAY
from app.routing.models import DayTrouble, Route, TroubleKind
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.shapes import Input, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/routes/{route_id}/troubles", tags=["routes"])
READER = [Depends(needs("routes:read"))]
Writer = Annotated[Caller, Depends(needs("routes:write"))]

_EXAMPLE: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000033",
    "kind": "bike_broken",
    "trip": 1,
    "reported_by": "collector",
    "reported_at": "2026-12-01T09:10:00Z",
    "resolved_at": None,
}


class NewTrouble(Input):
    model_config = example(kind="bike_broken")

    kind: TroubleKind


class TroubleOut(Output):
    model_config = example(**_EXAMPLE)

    id: UUID
    kind: TroubleKind
    trip: int = Field(description="On which trip it happened.")
    reported_by: str
    reported_at: datetime
    resolved_at: datetime | None


class Troubles(Output):
    model_config = example(items=[_EXAMPLE])

    items: list[TroubleOut] = Field(description="All of that day, the oldest first.")


@router.get("", summary="List what went wrong on a route", dependencies=READER)
def list_troubles(route_id: UUID, container: Here) -> Troubles:
    """Broken bikes and full boxes of the route's collector on its day; those that are over, too."""
    with container.database.unit_of_work() as session:
        route = _route(session, route_id)
        rows = session.scalars(
            select(DayTrouble)
            .where(DayTrouble.collector_id == route.collector_id, DayTrouble.date == route.date)
            .order_by(DayTrouble.reported_at, DayTrouble.id)
        )
        return Troubles(items=[TroubleOut.model_validate(row) for row in rows])


@router.post("", status_code=201, summary="Say what went wrong on a route")
def report_trouble(route_id: UUID, new: NewTrouble, caller: Writer, container: Here) -> TroubleOut:
    """`bike_broken`: the stops ahead go to others, or to another day. `box_full`: it is emptied before the next stop.

    Said again while it lasts, it is the same trouble.
    """
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        route = _route(session, route_id)
        row = troubles.report(
            session, route.collector_id, route.date, new.kind, by=caller.actor[:80], now=now
        )
        trail.wrote(session, caller, "trouble_reported", "route", route_id, now=now, kind=new.kind.value)
        container.jobs.enqueue(session, FOLLOW_DAY)
        return TroubleOut.model_validate(row)


@router.post("/{kind}/resolve", summary="Say that it is over")
def resolve_trouble(route_id: UUID, kind: TroubleKind, caller: Writer, container: Here) -> TroubleOut:
    """The collector is back in the plan; stops that went to others stay with them."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        route = _route(session, route_id)
        row = troubles.resolve(session, route.collector_id, route.date, kind, now)
        if row is None:
            raise NotFound("There is no such open trouble.")
        trail.wrote(session, caller, "trouble_resolved", "route", route_id, now=now, kind=kind.value)
        container.jobs.enqueue(session, FOLLOW_DAY)
        return TroubleOut.model_validate(row)


def _route(session: Session, route_id: UUID) -> Route:
    found = session.get(Route, route_id)
    if found is None:
        raise NotFound("There is no such route.")
    return found
