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
from app.routing import plan
from app.routing.models import Route, RouteStatus, RouteStop
from app.routing.ports import RoutingFailed
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Code, Day, DayFilter, Input, Output, example, naming
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
    "created_at": "2026-11-30T17:00:00Z",
    "updated_at": "2026-11-30T17:00:00Z",
    "stops": [{"position": 1, "pickup_id": "0193572a-6b00-7000-8000-000000000012"}],
}


class RouteQuery(ListQuery):
    date: DayFilter | None = None
    collector_id: UUID | None = None
    hub_id: UUID | None = None
    status: RouteStatus | None = None


class NewPlan(Input):
    model_config = example(date="2026-12-01", zone="SUR")

    date: Day
    zone: Code | None = Field(None, description="Add the pickups of this zone alone, by its code.")


class StopOut(Output):
    position: int
    pickup_id: UUID


class RouteOut(Output):
    model_config = example(**_EXAMPLE)

    id: UUID
    date: dt.date
    collector_id: UUID
    hub_id: UUID
    status: RouteStatus
    distance_metres: int
    created_at: datetime
    updated_at: datetime
    stops: list[StopOut] = Field(description="In the order in which they are visited.")


class UnplannedOut(Output):
    pickup_id: UUID
    why: plan.WhyUnplanned


class PlanOut(Output):
    model_config = example(
        date="2026-12-01",
        added=1,
        routes=[_EXAMPLE],
        unplanned=[{"pickup_id": "0193572a-6b00-7000-8000-000000000030", "why": "no_collector"}],
    )

    date: dt.date
    added: int = Field(description="How many pickups were put on a route.")
    routes: list[RouteOut]
    unplanned: list[UnplannedOut] = Field(description="Pickups that nobody can go to.")


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
    """Plan a day. May be repeated: what is done, and who goes where, stays; what is new is added."""
    now = container.clock.now()
    try:
        with container.database.unit_of_work() as session, naming("zone"):
            planned = plan.plan_day(
                session,
                new.date,
                container.route_optimiser,
                container.travel_times,
                now,
                zone_code=new.zone,
            )
            for route in planned.routes:
                trail.wrote(session, caller, "planned", "route", route.id, now=now)
            return PlanOut(
                date=planned.date,
                added=planned.added,
                routes=_shown(session, planned.routes),
                unplanned=[UnplannedOut.model_validate(one) for one in planned.unplanned],
            )
    except RoutingFailed as error:
        log.exception("routing_failed")
        raise Refused("No route could be planned for that day; it has been recorded.") from error


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
