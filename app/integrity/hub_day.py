"""A collector's day: what the doors' weighings say, what the hub's scale says, and how far apart they may lie.

Allowed per material: `moisture_percent` of the heavier side, for what dried or was rained on, and `rounding_grams`
for each reading of a scale, because every reading is off by up to half of what the scale shows in one step.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.cases.models import Dispute, DisputeStatus
from app.integrity.models import HubWeighin, HubWeighinLine
from app.kernel.clock import at_local
from app.settings import Settings
from app.weighing.models import Material, Weighing, WeighingLine


@dataclass(frozen=True)
class Allowance:
    moisture_percent: int
    rounding_grams: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.hub_moisture_percent, settings.hub_rounding_grams)

    def grams(self, heavier_grams: int, readings: int) -> int:
        return heavier_grams * self.moisture_percent // 100 + readings * self.rounding_grams


@dataclass(frozen=True)
class Compared:
    """One material of the day."""

    code: str
    name: str
    stops_grams: int
    """At the doors; corrections count."""
    hub_grams: int
    allowed_grams: int

    @property
    def difference_grams(self) -> int:
        """Above zero: there was more at the hub."""
        return self.hub_grams - self.stops_grams

    @property
    def agrees(self) -> bool:
        return abs(self.difference_grams) <= self.allowed_grams


def compare(
    session: Session, collector_id: UUID, day: date, timezone: str, allowance: Allowance
) -> tuple[Compared, ...]:
    """Each material that either side knows of, by code. What a phone has not sent yet is not in it."""
    stops, stop_readings = _at_the_doors(session, collector_id, day, timezone)
    hub, hub_readings = _at_the_hub(session, collector_id, day)
    names = {row.code: row.name for row in session.scalars(select(Material))}
    return tuple(
        Compared(
            code,
            names.get(code, code),
            stops.get(code, 0),
            hub.get(code, 0),
            allowance.grams(
                max(stops.get(code, 0), hub.get(code, 0)),
                stop_readings.get(code, 0) + hub_readings.get(code, 0),
            ),
        )
        for code in sorted({*stops, *hub})
    )


def _at_the_doors(
    session: Session, collector_id: UUID, day: date, timezone: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Grams and readings by material code, of what was put on the bike that day."""
    start = at_local(day, time(), timezone)
    end = at_local(day + timedelta(days=1), time(), timezone)
    mine = select(Weighing.id).where(
        Weighing.collector_id == collector_id, Weighing.weighed_at >= start, Weighing.weighed_at < end
    )
    weighed = standing_grams(session, mine)
    grams_of: defaultdict[str, int] = defaultdict(int)
    readings: defaultdict[str, int] = defaultdict(int)
    for lines in weighed.values():
        for code, grams in lines.items():
            grams_of[code] += grams
            readings[code] += 1
    return grams_of, readings


def standing_grams(session: Session, weighing_ids: Select[UUID]) -> dict[UUID, dict[str, int]]:
    """Grams by material code of each of these weighings, as the last correction has them."""
    weighed: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for weighing_id, code, grams in session.execute(
        select(WeighingLine.weighing_id, Material.code, WeighingLine.grams)
        .join(Material, Material.id == WeighingLine.material_id)
        .where(WeighingLine.weighing_id.in_(weighing_ids))
    ):
        weighed[weighing_id][code] = grams
    # In order, so that the last correction stands.
    for weighing_id, corrected in session.execute(
        select(Dispute.weighing_id, Dispute.corrected_grams)
        .where(Dispute.weighing_id.in_(weighing_ids), Dispute.status == DisputeStatus.CORRECTED)
        .order_by(Dispute.resolved_at, Dispute.id)
    ):
        weighed[weighing_id] = corrected or {}
    return weighed


def _at_the_hub(session: Session, collector_id: UUID, day: date) -> tuple[dict[str, int], dict[str, int]]:
    rows = session.execute(
        select(Material.code, func.sum(HubWeighinLine.grams), func.count())
        .join(Material, Material.id == HubWeighinLine.material_id)
        .join(HubWeighin, HubWeighin.id == HubWeighinLine.weighin_id)
        .where(
            HubWeighin.collector_id == collector_id,
            HubWeighin.date == day,
            HubWeighin.taken_back_at.is_(None),
        )
        .group_by(Material.code)
    ).all()
    return {code: int(grams) for code, grams, _ in rows}, {code: count for code, _, count in rows}
