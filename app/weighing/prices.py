"""What the office sets: materials, and what a kilogram is worth from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound, Refused
from app.places.models import Zone
from app.weighing.models import LOOSE_DENSITY, Material, Rate


def material(session: Session, material_id: UUID) -> Material:
    """Raises `NotFound`."""
    found = session.get(Material, material_id)
    if found is None:
        raise NotFound("There is no such material.")
    return found


def create_material(
    session: Session,
    *,
    code: str,
    name: str,
    now: datetime,
    density_kilograms_per_cubic_metre: int = LOOSE_DENSITY,
) -> Material:
    """Raises `Conflict` for a code that is taken."""
    if session.scalar(select(Material.id).where(Material.code == code)) is not None:
        raise Conflict(f"There is a material {code} already.")
    new = Material(
        code=code,
        name=name,
        density_kilograms_per_cubic_metre=density_kilograms_per_cubic_metre,
        created_at=now,
    )
    session.add(new)
    session.flush()
    return new


def change_material(session: Session, material_id: UUID, changes: Mapping[str, Any]) -> Material:
    """Set `name`, `active` or `density_kilograms_per_cubic_metre`. Raises `NotFound`."""
    found = material(session, material_id)
    for name in ("name", "active", "density_kilograms_per_cubic_metre"):
        setattr(found, name, changes.get(name, getattr(found, name)))
    return found


def rate(session: Session, rate_id: UUID) -> Rate:
    """Raises `NotFound`."""
    found = session.get(Rate, rate_id)
    if found is None:
        raise NotFound("There is no such rate.")
    return found


def set_rate(
    session: Session,
    *,
    material_id: UUID,
    zone_id: UUID | None,
    amount_minor_per_kilogram: int,
    valid_from: date,
    today: date,
    now: datetime,
) -> Rate:
    """A new rate from `valid_from` on; rates are never edited.

    Raises `InvalidInput` for an unknown material or zone, `Conflict` where that day has a rate already, and
    `Refused` for a day before `today`, when weighings were already credited at the old rate.
    """
    if session.get(Material, material_id) is None:
        raise InvalidInput("material_id", "there is no such material")
    if zone_id is not None and session.get(Zone, zone_id) is None:
        raise InvalidInput("zone_id", "there is no such zone")
    if valid_from < today:
        raise Refused(f"A rate cannot begin in the past; the first possible day is {today}.")
    same_day = select(Rate.id).where(Rate.material_id == material_id, Rate.valid_from == valid_from)
    same_day = same_day.where(Rate.zone_id.is_(None) if zone_id is None else Rate.zone_id == zone_id)
    if session.scalar(same_day) is not None:
        raise Conflict(f"There is a rate from {valid_from} already.")
    new = Rate(
        material_id=material_id,
        zone_id=zone_id,
        amount_minor_per_kilogram=amount_minor_per_kilogram,
        valid_from=valid_from,
        created_at=now,
    )
    session.add(new)
    session.flush()
    return new
