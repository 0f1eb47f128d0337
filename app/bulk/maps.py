"""A day's routes, for maps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from sqlalchemy import select

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.container import Container
from app.errors import NotFound
from app.places.models import Hub
from app.routing.exporting import geojson, gpx
from app.routing.picture import draw, words_of
from app.routing.tracks import DayTracks, tracks_of


def _svg(day: DayTracks) -> str:
    return draw(day, words_of(day))


FORMATS: Final[dict[str, Callable[[DayTracks], str]]] = {"geojson": geojson, "gpx": gpx, "svg": _svg}


def export(container: Container, written_as: str, day: date, hub_code: str | None = None) -> str:
    """The day's routes in one of `FORMATS`. Raises `NotFound` for the hub."""
    with container.database.unit_of_work() as session:
        hub_id = None
        if hub_code is not None:
            hub_id = session.scalar(select(Hub.id).where(Hub.code == hub_code.strip().upper()))
            if hub_id is None:
                raise NotFound("There is no such hub.")
        tracks = tracks_of(session, day, hub_id=hub_id)
        detail = {"date": day.isoformat(), "as": written_as}
        record(
            session, COMMAND_LINE.actor, "exported", "route", None, now=container.clock.now(), detail=detail
        )
    return FORMATS[written_as](tracks)
