"""Households from a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.bulk.rows import Columns, Outcome, Row, bring_in, degrees
from app.container import Container
from app.errors import InvalidInput
from app.households import service as households
from app.kernel.phone import NotAPhone, parse_phone
from app.kernel.place import Location
from app.pickups.service import EXTEND_PICKUPS
from app.places import pluscodes
from app.places import service as places
from app.places.models import Zone

COLUMNS: Final = Columns(
    required=("phone", "name", "zone", "landmark"),
    optional=("language", "latitude", "longitude", "plus_code"),
    passed_over=("id", "status", "joined_at", "balance_minor", "error"),
)


def import_households(container: Container, path: Path) -> Iterator[Outcome]:
    """Enrol each row's household. One with the same phone and name is known already, so a file can be imported
    again after an interruption.
    """

    def schedule(session: Session) -> None:
        container.jobs.enqueue(session, EXTEND_PICKUPS)

    return bring_in(container, path, COLUMNS, partial(_enrol, container), schedule)


def _enrol(container: Container, session: Session, values: Row) -> bool:
    settings, now = container.settings, container.clock.now()
    try:
        phone = parse_phone(values["phone"], settings.region)
    except NotAPhone as error:
        raise InvalidInput("phone", "is no possible phone number") from error
    zone = places.zone_by_code(session, values["zone"])
    if zone is None:
        raise InvalidInput("zone", "there is no such zone")
    language = values.get("language") or settings.default_language
    if language not in settings.languages:
        raise InvalidInput("language", f"is none of {', '.join(settings.languages)}")
    location = _location(values, zone)
    if any(known.name == values["name"] for known in households.for_phone(session, phone)):
        return False
    made = households.enrol(
        session,
        phone=phone,
        name=values["name"],
        language=language,
        zone_id=zone.id,
        landmark=values["landmark"],
        location=location,
        now=now,
    )
    record(session, COMMAND_LINE.actor, "imported", "household", made.id, now=now)
    return True


def _location(values: Row, zone: Zone) -> Location | None:
    """By coordinates, or else by plus code, a short one as one says it within the zone."""
    point = degrees(values)
    if point is not None:
        return Location(*point, source="import")
    code = values.get("plus_code")
    return pluscodes.read(code, Location(zone.latitude, zone.longitude)) if code else None
