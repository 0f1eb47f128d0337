"""Collectors from a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.keys import COMMAND_LINE
from app.bulk import weeks
from app.bulk.rows import Columns, Outcome, Row, bring_in
from app.collectors import service, shifts
from app.collectors.models import BOX_LITRES, LOAD_GRAMS, Collector, CollectorRole
from app.container import Container
from app.errors import InvalidInput
from app.kernel.phone import NotAPhone, parse_phone
from app.places import service as places
from app.places.models import Zone

COLUMNS: Final = Columns(
    required=("phone", "name", "hub"),
    optional=("language", "capacity_grams", "capacity_litres", "role", "shifts", "zones"),
    passed_over=("id", "active", "created_at", "error"),
)
BETWEEN_ZONES: Final = "|"
NAME_MAX: Final = 80
GRAMS_MAX: Final = 2_000_000
LITRES_MAX: Final = 20_000


def import_collectors(container: Container, path: Path) -> Iterator[Outcome]:
    """Take on each row's collector, with bike, week and zones known. One with the same phone and name is known
    already, and stays as it is; none can sign in before a PIN is set or a link is sent.
    """
    return bring_in(container, path, COLUMNS, partial(_take_on, container))


def _take_on(container: Container, session: Session, values: Row) -> bool:
    settings, now = container.settings, container.clock.now()
    try:
        phone = parse_phone(values["phone"], settings.region)
    except NotAPhone as error:
        raise InvalidInput("phone", "is no possible phone number") from error
    name = " ".join(values["name"].split())
    if not name or len(name) > NAME_MAX:
        raise InvalidInput("name", f"has from 1 to {NAME_MAX} characters")
    hub = places.hub_by_code(session, values["hub"])
    if hub is None:
        raise InvalidInput("hub", "there is no such hub")
    language = values.get("language") or settings.default_language
    if language not in settings.languages:
        raise InvalidInput("language", f"is none of {', '.join(settings.languages)}")
    week = weeks.read(values.get("shifts", ""))
    zones = [_zone(session, code) for code in filter(None, values.get("zones", "").split(BETWEEN_ZONES))]
    known = session.scalar(select(Collector).where(Collector.phone == phone))
    if known is not None:
        if known.name != name:
            raise InvalidInput("phone", "is the phone of another collector")
        return False
    made = service.create(
        session,
        name=name,
        phone=phone,
        language=language,
        hub_id=hub.id,
        capacity_grams=_number(values, "capacity_grams", LOAD_GRAMS, GRAMS_MAX),
        capacity_litres=_number(values, "capacity_litres", BOX_LITRES, LITRES_MAX),
        role=_role(values.get("role", "")),
        now=now,
    )
    shifts.set_week(session, made.id, week)
    shifts.set_zones(session, made.id, [zone.id for zone in zones])
    record(session, COMMAND_LINE.actor, "imported", "collector", made.id, now=now)
    return True


def _zone(session: Session, code: str) -> Zone:
    zone = places.zone_by_code(session, code.strip())
    if zone is None:
        raise InvalidInput("zones", f"there is no zone {code.strip()}")
    return zone


def _role(written: str) -> CollectorRole:
    try:
        return CollectorRole(written.lower()) if written else CollectorRole.RIDER
    except ValueError as error:
        raise InvalidInput("role", f"is none of {', '.join(CollectorRole)}") from error


def _number(values: Row, name: str, usual: int, greatest: int) -> int:
    written = values.get(name, "")
    if not written:
        return usual
    if not written.isascii() or not written.isdigit() or not 1 <= int(written) <= greatest:
        raise InvalidInput(name, f"is no number from 1 to {greatest}")
    return int(written)
