"""A day's routes as a picture, and for other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.audit import record
from app.access.keys import Caller
from app.container import Container
from app.places import service as places
from app.routing.exporting import GEOJSON_TYPE, GPX_TYPE, geojson, gpx
from app.routing.picture import SVG_TYPE, draw, words_of
from app.routing.tracks import DayTracks, tracks_of
from app.web.admin.auth import needs
from app.web.admin.shapes import DayFilter
from app.web.deps import Here

router = APIRouter(prefix="/routes", tags=["routes"])
Reader = Annotated[Caller, Depends(needs("routes:read"))]


class DayQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    date: DayFilter
    hub_id: UUID | None = Field(None, description="Of this hub alone.")


def _gives(media_type: str, kind: str = "string") -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": kind}}}, "description": "The day's routes."}}


@router.get("/map", summary="Draw a day's routes", response_class=Response, responses=_gives(SVG_TYPE))
def draw_routes(asked: Annotated[DayQuery, Query()], caller: Reader, container: Here) -> Response:
    """A map without tiles, as SVG: hubs, routes, stops in order, a scale and north. The read is kept in the trail."""
    return _answer(container, caller, asked, "map", media_type=SVG_TYPE, written=_svg)


@router.get(
    "/geojson",
    summary="Export routes as GeoJSON",
    response_class=Response,
    responses=_gives(GEOJSON_TYPE, "object"),
)
def export_geojson(asked: Annotated[DayQuery, Query()], caller: Reader, container: Here) -> Response:
    """Routes as lines, stops and hubs as points (RFC 7946), without names of households. Kept in the trail."""
    return _answer(container, caller, asked, "geojson", media_type=GEOJSON_TYPE, written=geojson)


@router.get("/gpx", summary="Export routes as GPX", response_class=Response, responses=_gives(GPX_TYPE))
def export_gpx(asked: Annotated[DayQuery, Query()], caller: Reader, container: Here) -> Response:
    """A route for each collector, for navigation apps (GPX 1.1), without names of households. Kept in the trail."""
    return _answer(container, caller, asked, "gpx", media_type=GPX_TYPE, written=gpx)


def _svg(day: DayTracks) -> str:
    return draw(day, words_of(day))


def _answer(
    container: Container,
    caller: Caller,
    asked: DayQuery,
    what: str,
    *,
    media_type: str,
    written: Callable[[DayTracks], str],
) -> Response:
    with container.database.unit_of_work() as session:
        if asked.hub_id is not None:
            places.hub(session, asked.hub_id)
        day = tracks_of(session, asked.date, hub_id=asked.hub_id)
        detail = {
            "date": asked.date.isoformat(),
            "as": what,
            "routes": [str(one.route_id) for one in day.tracks],
        }
        record(session, caller.actor, "exported", "route", None, now=container.clock.now(), detail=detail)
    return Response(written(day), media_type=media_type)
