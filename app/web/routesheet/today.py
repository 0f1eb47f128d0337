"""The day's list."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.collectors.sessions import SignedIn
from app.container import Container
from app.kernel.clock import local_date
from app.places import service as places
from app.routing.sheet import RouteSheet, SheetStop, sheet_for
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)


def todays_sheet(session: Session, container: Container, who: SignedIn, now: datetime) -> RouteSheet:
    """All that a collector may see of households: those of today, as the clocks at the hub have it."""
    timezone = places.hub_timezone(session, who.hub_id) or container.settings.timezone
    return sheet_for(session, who.collector_id, local_date(now, timezone))


def mark(stop: SheetStop) -> str:
    """How a stop looks at a glance: the style sheet's and the list's word for it."""
    if stop.off:
        return "off"
    return stop.status.value if stop.done else "open"


@router.get("/route")
def show(request: Request, container: Here) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        day = todays_sheet(session, container, who, now)
    return render(
        container, "today.html", who.language, day=day, next=day.next_after(), mark=mark, collector=who.name
    )
