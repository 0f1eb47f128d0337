"""Landmarks from a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.bulk.rows import Columns, Outcome, Row, bring_in, degrees
from app.container import Container
from app.errors import InvalidInput
from app.kernel.place import Location
from app.places import landmarks, pluscodes
from app.places import service as places
from app.places.models import Landmark

COLUMNS: Final = Columns(
    required=("zone", "name"),
    optional=("latitude", "longitude", "plus_code", "aliases", "uncertainty_metres"),
)
BETWEEN_ALIASES: Final = "|"


def import_landmarks(container: Container, path: Path) -> Iterator[Outcome]:
    """Make each row's landmark. One of the same name in its zone is known already, and stays as it is."""
    return bring_in(container, path, COLUMNS, partial(_make, container))


def _make(container: Container, session: Session, values: Row) -> bool:
    now = container.clock.now()
    zone = places.zone_by_code(session, values["zone"])
    if zone is None:
        raise InvalidInput("zone", "there is no such zone")
    name = " ".join(values["name"].split())
    if session.scalar(select(Landmark.id).where(Landmark.zone_id == zone.id, Landmark.name == name)):
        return False
    point = degrees(values)
    if point is not None:
        location = Location(*point)
    else:
        location = pluscodes.read(values.get("plus_code", ""), Location(zone.latitude, zone.longitude))
    made = landmarks.create(
        session,
        zone_id=zone.id,
        name=name,
        aliases=[one for one in values.get("aliases", "").split(BETWEEN_ALIASES) if one.strip()],
        location=location,
        uncertainty_metres=_metres(values.get("uncertainty_metres", "")),
        now=now,
    )
    record(session, COMMAND_LINE.actor, "imported", "landmark", made.id, now=now)
    return True


def _metres(written: str) -> int:
    if not written:
        return landmarks.UNCERTAINTY_METRES
    if not written.isascii() or not written.isdigit() or not 1 <= int(written) <= landmarks.UNCERTAINTY_MAX:
        raise InvalidInput("uncertainty_metres", f"is no number from 1 to {landmarks.UNCERTAINTY_MAX}")
    return int(written)
