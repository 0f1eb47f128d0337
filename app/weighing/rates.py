"""What a kilogram is worth, where and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
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


def rates_on(
    session: Session, zone_id: UUID, on: date, *, only_active: bool = True
) -> dict[str, MaterialRate]:
    """The rates that hold in a zone on a day, by material code.

    A zone's own rate goes before the general one, however old it is; among equals the newest holds.
    """
    query = (
        select(
            Material.id,
            Material.code,
            Material.name,
            Rate.amount_minor_per_kilogram,
            Rate.valid_from,
            Rate.zone_id,
        )
        .join(Rate, Rate.material_id == Material.id)
        .where(Rate.valid_from <= on, or_(Rate.zone_id.is_(None), Rate.zone_id == zone_id))
        .order_by(Material.code, Rate.zone_id.is_(None), Rate.valid_from.desc())
    )
    if only_active:
        query = query.where(Material.active)
    found: dict[str, MaterialRate] = {}
    for row in session.execute(query):
        rate = MaterialRate(*row)
        found.setdefault(rate.code, rate)
    return found
