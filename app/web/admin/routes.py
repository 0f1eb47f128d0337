"""Routes: each collector's day, in order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.errors import NotFound, Refused
from app.routing.models import Route, RouteStatus, RouteStop, UnservedPickup, WhyUnplanned
from app.routing.plan import DayPlan
from app.routing.ports import Effort, RoutingFailed
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Code, Day, DayFilter, Input, Output, Whole, example, naming
from app.web.deps import Here

router = APIRouter(prefix="/routes", tags=["routes"])
READER = [Depends(needs("routes:read"))]
Writer = Annotated[Caller, Depends(needs("routes:write"))]

log = structlog.get_logger()

_EXAMPLE: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000017",
    "date": "2026-12-01",
    "collector_id": "0193572a-6b00-7000-8000-000000000011",
    "hub_id": "0193572a-6b00-7000-8000-000000000001",
    "status": "planned",
    "distance_metres": 8200,
    "returns_at": "2026-12-01T10:40:00Z",
    "rests_at": None,
    "created_at": "2026-11-30T17:00:00Z",
    "updated_at": "2026-11-30T17:00:00Z",
    "stops": [
        {
            "position": 1,
            "pickup_id": "0193572a-6b00-7000-8000-000000000012",
            "trip": 1,
            "arrives_at": "2026-12-01T07:12:00Z",
        }
    ],
}
_UNPLANNED: dict[str, Any] = {
    "pickup_id": "0193572a-6b00-7000-8000-000000000030",
    "why": "no_room_left",
    "next_pickup_id": "0193572a-6b00-7000-8000-000000000031",
    "next_date": "2026-12-04",
    "moved": True,
}


class RouteQuery(ListQuery):
    date: DayFilter | None = None
    collector_id: UUID | None = None
    hub_id: UUID | None = None
    status: RouteStatus | None = None


class UnservedQuery(ListQuery):
    date: DayFilter | None = None
    hub_id: UUID | None = None


class NewPlan(Input):
    model_config = example(date="2026-12-01", zone="SUR")

    date: Day
    zone: Code | None = Field(None, description="Add the pickups of this zone alone, by its code.")
    seconds: float | None = Field(
        None,
        gt=0,
        le=120,
        description="How long to look for better routes, per hub; left out: as long as is worth it.",
    )
    seed: Whole = Field(0, description="The same day, seed and no `seconds` give the same routes.")


class StopOut(Output):
    position: int
    pickup_id: UUID
    trip: int = Field(description="1 is the first; between two trips the box is emptied at the hub.")
    arrives_at: datetime | None = Field(description="When the collector is expected.")


class RouteOut(Output):
    model_config = example(**_EXAMPLE)

    id: UUID
    date: dt.date
    collector_id: UUID
    hub_id: UUID
    status: RouteStatus
    distance_metres: int
    returns_at: datetime | None = Field(description="When the collector is expected back for good.")
    rests_at: datetime | None = Field(description="When the collector's break is planned to begin.")
    created_at: datetime
    updated_at: datetime
    stops: list[StopOut] = Field(description="In the order in which they are visited.")


class UnplannedOut(Output):
    pickup_id: UUID
    why: WhyUnplanned
    next_pickup_id: UUID | None = Field(description="The one in its place, which must be served.")
    next_date: dt.date | None
    moved: bool = Field(
        description="Whether it was called off and the household told; otherwise it still stands, and is planned again."
    )


class PlanOut(Output):
    model_config = example(
        date="2026-12-01",
        added=1,
        routes=[_EXAMPLE],
        unplanned=[_UNPLANNED],
        doubtful=[],
    )

    date: dt.date
    added: int = Field(description="How many pickups were put on a route.")
    routes: list[RouteOut]
    unplanned: list[UnplannedOut] = Field(description="Pickups that nobody can go to, and why.")
    doubtful: list[UUID] = Field(
        description="Households whose coordinates lie far from their zone; they are placed at its centre."
    )


class UnservedOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000032",
        date="2026-12-01",
        hub_id="0193572a-6b00-7000-8000-000000000001",
        pickup_id=_UNPLANNED["pickup_id"],
        why="no_room_left",
        next_pickup_id=_UNPLANNED["next_pickup_id"],
        created_at="2026-11-30T17:00:00Z",
    )

    id: UUID
    date: dt.date
    hub_id: UUID
    pickup_id: UUID
    why: WhyUnplanned
    next_pickup_id: UUID | None = Field(description="None where no further day is planned in the zone.")
    created_at: datetime


@router.get("", summary="List routes", dependencies=READER)
def list_routes(asked: Annotated[RouteQuery, Query()], container: Here) -> Page[RouteOut]:
    """Routes with their stops, the last planned first."""
    query = select(Route).where(
        *matching(
            (Route.date, asked.date),
            (Route.collector_id, asked.collector_id),
            (Route.hub_id, asked.hub_id),
            (Route.status, asked.status),
        )
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Route.id)
        return Page(items=_shown(session, rows), next_cursor=next_cursor)


@router.get("/unserved", summary="List pickups that nobody could come to", dependencies=READER)
def list_unserved(asked: Annotated[UnservedQuery, Query()], container: Here) -> Page[UnservedOut]:
    """Why, and the pickup in their place: the newest first. Their households were told by text."""
    query = (
        select(UnservedPickup)
        .where(*matching((UnservedPickup.date, asked.date), (UnservedPickup.hub_id, asked.hub_id)))
        .execution_options(populate_existing=True)
    )
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, UnservedPickup.id)
        return Page(items=[UnservedOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{route_id}", summary="Read a route", dependencies=READER)
def read_route(route_id: UUID, container: Here) -> RouteOut:
    """One route with its stops."""
    with container.database.unit_of_work() as session:
        row = session.get(Route, route_id)
        if row is None:
            raise NotFound("There is no such route.")
        return _shown(session, [row])[0]


@router.post("", status_code=201, summary="Plan a day's routes")
def plan_routes(new: NewPlan, caller: Writer, container: Here) -> PlanOut:
    """Plan a day. May be repeated: what is done, and who goes where, stays; what is new is added.

    Whoever cannot be served is named with the reason. Today and tomorrow they are told by text and given the next day
    on which their zone is served; for later days there is time, and nobody is told yet.
    """
    now = container.clock.now()
    shown: list[RouteOut] = []

    def also(session: Session, planned: DayPlan) -> None:
        for route in planned.routes:
            trail.wrote(session, caller, "planned", "route", route.id, now=now)
        shown.extend(_shown(session, planned.routes))

    effort = Effort(seconds=new.seconds, seed=new.seed)
    try:
        with naming("zone"):
            planned = container.planner(effort).plan(new.date, now, zone_code=new.zone, also=also)
    except RoutingFailed as error:
        log.exception("routing_failed")
        raise Refused("No route could be planned for that day; it has been recorded.") from error
    return PlanOut(
        date=planned.date,
        added=planned.added,
        routes=shown,
        unplanned=[UnplannedOut.model_validate(one) for one in planned.unplanned],
        doubtful=planned.doubtful,
    )


def _shown(session: Session, rows: Sequence[Route]) -> list[RouteOut]:
    stops: defaultdict[UUID, list[StopOut]] = defaultdict(list)
    for stop in session.scalars(
        select(RouteStop).where(RouteStop.route_id.in_([row.id for row in rows])).order_by(RouteStop.position)
    ):
        stops[stop.route_id].append(StopOut.model_validate(stop))
    return [
        RouteOut(
            **{name: getattr(row, name) for name in RouteOut.model_fields if name != "stops"},
            stops=stops[row.id],
        )
        for row in rows
    ]
