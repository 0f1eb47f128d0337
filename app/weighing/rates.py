"""What a kilogram is worth, where and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from app.weighing.models import Material, Rate


@dataclass(frozen=True)
class MaterialRate:
    material_id: UUID
    code: str
    name: str
    amount_minor_per_kilogram: int
    valid_from: date
    zone_id: UUID | None
    """None for the rate that holds everywhere."""


_RATES = (
    select(
        Material.id,
        Material.code,
        Material.name,
        Rate.amount_minor_per_kilogram,
        Rate.valid_from,
        Rate.zone_id,
    )
    .join(Rate, Rate.material_id == Material.id)
    .where(
        Rate.valid_from <= bindparam("on_day"),
        or_(Rate.zone_id.is_(None), Rate.zone_id == bindparam("in_zone", type_=Uuid())),
    )
    .order_by(Material.code, Rate.zone_id.is_(None), Rate.valid_from.desc())
)
_ACTIVE_RATES = _RATES.where(Material.active)


def rates_on(
    session: Session, zone_id: UUID, on: date, *, only_active: bool = True
) -> dict[str, MaterialRate]:
    """The rates that hold in a zone on a day, by material code.

    A zone's own rate goes before the general one, however old it is; among equals the newest holds.
    """
    query = _ACTIVE_RATES if only_active else _RATES
    found: dict[str, MaterialRate] = {}
    for row in session.execute(query, {"on_day": on, "in_zone": zone_id}):
        rate = MaterialRate(*row)
        found.setdefault(rate.code, rate)
    return found
