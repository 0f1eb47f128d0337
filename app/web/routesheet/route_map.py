"""The collector's own route as a picture."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.collectors.sessions import SignedIn
from app.container import Container
from app.kernel.clock import local_date
from app.pickups.statuses import PickupStatus
from app.places import service as places
from app.routing.picture import SVG_TYPE, Words, draw
from app.routing.tracks import DayTracks, tracks_of
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.pages import render

router = APIRouter(route_class=guard.PageRoute)
_AHEAD = frozenset({PickupStatus.SCHEDULED, PickupStatus.CONFIRMED, PickupStatus.ROUTED})
# The picture brings its own style, and nothing else.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}


@router.get("/route/map")
def show(request: Request, container: Here) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        day = _todays(session, container, who, now)
    return render(container, "map.html", who.language, said=_said(container, who, day), day=day.date)


@router.get("/route/map.svg")
def picture(request: Request, container: Here) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        day = _todays(session, container, who, now)
    catalogue = container.catalogue.on_screens
    words = Words(catalogue.text("sheet.route-map", who.language), _said(container, who, day))
    return Response(draw(day, words), media_type=SVG_TYPE, headers=_HEADERS)


def _todays(session: Session, container: Container, who: SignedIn, now: datetime) -> DayTracks:
    timezone = places.hub_timezone(session, who.hub_id) or container.settings.timezone
    return tracks_of(session, local_date(now, timezone), collector_id=who.collector_id)


def _said(container: Container, who: SignedIn, day: DayTracks) -> str:
    """The picture in a sentence, for those who do not see it."""
    stops = [stop for track in day.tracks for stop in track.stops]
    done = sum(stop.status not in _AHEAD for stop in stops)
    return container.catalogue.on_screens.text("sheet.count", who.language, done=done, total=len(stops))
