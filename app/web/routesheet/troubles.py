"""My bike is broken, my box is full: two buttons, and the plan follows."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.collectors.sessions import SignedIn
from app.container import Container
from app.errors import InvalidInput
from app.kernel.clock import local_date
from app.places import service as places
from app.routing import troubles
from app.routing.following import FOLLOW_DAY
from app.routing.models import TroubleKind
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.forms import Fields
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
_MENDED = "mended"
_SAID = {TroubleKind.BIKE_BROKEN.value: "bike", TroubleKind.BOX_FULL.value: "box", _MENDED: "mended"}


@router.get("/route/troubles")
def show(request: Request, container: Here) -> Response:
    """The buttons, and what was said already today."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        there = {
            one.kind.value
            for one in troubles.open_ones(session, who.collector_id, _today(session, container, who, now))
        }
    said = _SAID.get(request.query_params.get("said", ""))
    return render(container, "troubles.html", who.language, there=there, said=said)


@router.post("/route/troubles")
def say(request: Request, container: Here, fields: Fields) -> Response:
    """Take one of the buttons; pressed again it changes nothing."""
    now, what = container.clock.now(), fields.get("what", "")
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        today = _today(session, container, who, now)
        if what == _MENDED:
            troubles.resolve(session, who.collector_id, today, TroubleKind.BIKE_BROKEN, now)
        elif what in _SAID:
            kind = TroubleKind(what)
            troubles.report(session, who.collector_id, today, kind, by=troubles.THE_COLLECTOR, now=now)
        else:
            raise InvalidInput("what", "no such trouble")
        container.jobs.enqueue(session, FOLLOW_DAY)
    return RedirectResponse(f"/route/troubles?said={what}", 303)


def _today(session: Session, container: Container, who: SignedIn, now: datetime) -> date:
    return local_date(now, places.hub_timezone(session, who.hub_id) or container.settings.timezone)
