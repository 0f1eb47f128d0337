"""The day's list."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.bags import codes, runs
from app.collectors.models import CollectorRole
from app.collectors.sessions import SignedIn
from app.container import Container
from app.kernel.clock import local_date
from app.places import service as places
from app.routing.sheet import RouteSheet, sheet_for
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.day_data import day_data, in_page
from app.web.routesheet.looks import mark
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
data_router = APIRouter(route_class=guard.DataRoute)


def todays_sheet(session: Session, container: Container, who: SignedIn, now: datetime) -> RouteSheet:
    """All that a collector may see of households: those of today, as the clocks at the hub have it."""
    timezone = places.hub_timezone(session, who.hub_id) or container.settings.timezone
    return sheet_for(session, who.collector_id, local_date(now, timezone))


@router.get("/route")
def show(request: Request, container: Here) -> Response:
    """The list, with all that the sheet's script needs to go on without network.

    `bag` is the code of a bag whose QR code was read by the phone's own camera: the page asks whose it is.
    """
    now = container.clock.now()
    code = codes.read(request.query_params.get("bag", "")) or ""
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        if who.role is CollectorRole.HUB:
            return RedirectResponse(f"/hub?bag={code}" if code else "/hub", 303)
        day = todays_sheet(session, container, who, now)
        data = day_data(session, container, who, day, now)
        with_bags = runs.in_use(session)
    return render(
        container,
        "today.html",
        who.language,
        day=day,
        data=in_page(data),
        next=day.next_after(),
        mark=mark,
        with_bags=with_bags,
        bag=code,
        collector=who.name,
    )


@data_router.get("/route/day")
def anew(request: Request, container: Here) -> Response:
    """The day as data, for a sheet that is open."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        data = day_data(session, container, who, todays_sheet(session, container, who, now), now)
    return JSONResponse({"collector": str(who.collector_id), "day": data})
