"""The lines of a weighing: priced when they come in, read back as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.pickups.models import Pickup
from app.weighing.credit import credit_minor
from app.weighing.models import Material, WeighingLine
from app.weighing.rates import rates_on

log = structlog.get_logger()


@dataclass(frozen=True)
class WeighedLine:
    material_id: UUID
    code: str
    name: str
    grams: int
    rate_minor_per_kilogram: int
    amount_minor: int


def price(session: Session, pickup: Pickup, grams: Mapping[str, int]) -> list[WeighedLine]:
    """What each line earns, at the rates of the pickup's date in its zone.

    Raises `InvalidInput` naming `grams.<code>` for a material there is not.
    """
    materials = {
        row.code: row for row in session.scalars(select(Material).where(Material.code.in_(list(grams))))
    }
    rates = rates_on(session, pickup.zone_id, pickup.date, only_active=False)
    lines = []
    for code, weight in grams.items():
        if code not in materials:
            raise InvalidInput(f"grams.{code}", "There is no such material.")
        if code not in rates:
            log.error("rate.missing", material=code, pickup_id=str(pickup.id))
        rate = rates[code].amount_minor_per_kilogram if code in rates else 0
        material = materials[code]
        lines.append(WeighedLine(material.id, code, material.name, weight, rate, credit_minor(weight, rate)))
    return lines


def lines_of(session: Session, weighing_id: UUID) -> list[WeighedLine]:
    """What was on the scale, in the order of the materials' codes."""
    rows = session.execute(
        select(
            Material.id,
            Material.code,
            Material.name,
            WeighingLine.grams,
            WeighingLine.rate_minor_per_kilogram,
            WeighingLine.amount_minor,
        )
        .join(Material, Material.id == WeighingLine.material_id)
        .where(WeighingLine.weighing_id == weighing_id)
        .order_by(Material.code)
    )
    return [WeighedLine(*row) for row in rows]
