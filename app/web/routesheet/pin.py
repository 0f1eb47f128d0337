"""Saying where a door is, as one stands before it: typed, or sent by the phone with its position."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.access.audit import record
from app.container import Container
from app.errors import InvalidInput, NotFound
from app.households.pinning import SOURCE, drop_pin
from app.kernel.place import Location
from app.places import pluscodes
from app.places import service as places
from app.routing.sheet import SheetStop
from app.web.deps import Here
from app.web.routesheet import guard
from app.web.routesheet.forms import Fields
from app.web.routesheet.pages import render
from app.web.routesheet.today import todays_sheet

router = APIRouter(route_class=guard.PageRoute)
_COORDINATES = re.compile(r"\s*(-?\d{1,2}(?:[.,]\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*", re.ASCII)
_TYPED_LONGEST = 60


@router.get("/route/stops/{pickup_id}/pin")
def show(request: Request, container: Here, pickup_id: UUID) -> Response:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        who = guard.signed_in(session, request, container, now)
        stop = todays_sheet(session, container, who, now).stop(pickup_id)
    if stop is None:
        raise NotFound("not one of today's stops")
    return _page(container, who.language, stop)


@router.post("/route/stops/{pickup_id}/pin")
def drop(request: Request, container: Here, pickup_id: UUID, fields: Fields) -> Response:
    """Take the place of one of today's stops: `place` as typed, or `pin_latitude`, `pin_longitude` and
    `pin_accuracy_metres` from the phone.
    """
    now = container.clock.now()
    try:
        with container.database.unit_of_work() as session:
            who = guard.signed_in(session, request, container, now)
            stop = todays_sheet(session, container, who, now).stop(pickup_id)
            if stop is None:
                raise NotFound("not one of today's stops")
            centre = _centre(session, stop.zone_id)
            drop_pin(session, stop.household_id, _read(fields, centre), near=centre, now=now)
            actor = f"collector:{who.collector_id}"
            record(session, actor, "pinned", "household", stop.household_id, now=now)
    except InvalidInput:
        assert stop is not None  # what was typed is read only then
        typed = fields.get("place", "")[:_TYPED_LONGEST]
        return _page(container, who.language, stop, typed=typed, wrong=True)
    return RedirectResponse(f"/route/stops/{pickup_id}", 303)


def _page(
    container: Container, language: str, stop: SheetStop, *, typed: str = "", wrong: bool = False
) -> Response:
    status = 422 if wrong else 200
    return render(container, "pin.html", language, status=status, stop=stop, typed=typed, wrong=wrong)


def _centre(session: Session, zone_id: UUID) -> Location:
    zone = places.zone(session, zone_id)
    return Location(zone.latitude, zone.longitude)


def _read(fields: Mapping[str, str], near: Location) -> Location:
    """Raises `InvalidInput` for what is no place."""
    if fields.get("pin_latitude") or fields.get("pin_longitude"):
        accuracy = fields.get("pin_accuracy_metres")
        return _point(
            fields.get("pin_latitude", ""),
            fields.get("pin_longitude", ""),
            math.ceil(_number(accuracy)) if accuracy else None,
        )
    typed = fields.get("place", "")
    coordinates = _COORDINATES.fullmatch(typed)
    if coordinates is not None:
        return _point(coordinates[1], coordinates[2])
    found = pluscodes.read(typed, near, "place")
    return Location(found.latitude, found.longitude, SOURCE, found.uncertainty_metres)


def _point(latitude: str, longitude: str, accuracy_metres: int | None = None) -> Location:
    north, east = _number(latitude), _number(longitude)
    if abs(north) > 90 or abs(east) > 180 or (accuracy_metres or 0) < 0:  # noqa: PLR2004 - degrees
        raise InvalidInput("place", "There is no such place on earth.")
    return Location(north, east, SOURCE, accuracy_metres)


def _number(written: str) -> float:
    try:
        number = float(written.replace(",", "."))
    except ValueError as error:
        raise InvalidInput("place", "That is no number.") from error
    if not math.isfinite(number):
        raise InvalidInput("place", "That is no number.")
    return number
