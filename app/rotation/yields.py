"""What riding brought in: by collector, and by zone, over some days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.grams import GRAMS_PER_KILOGRAM
from app.pickups.models import Pickup
from app.settings import Settings
from app.weighing.models import Weighing, WeighingLine


@dataclass(frozen=True)
class Pay:
    """What a collector earns, as far as the settings say."""

    minor_per_kilogram: int
    minor_per_stop: int

    @classmethod
    def of(cls, settings: Settings) -> Pay:
        return cls(settings.collector_pay_minor_per_kilogram, settings.collector_pay_minor_per_stop)

    @property
    def known(self) -> bool:
        return bool(self.minor_per_kilogram or self.minor_per_stop)


@dataclass(frozen=True)
class Yield:
    stops: int = 0
    """Stops at which something was weighed."""
    grams: int = 0
    value_minor: int = 0
    """What the households were credited for it."""

    def __add__(self, other: Yield) -> Yield:
        return Yield(self.stops + other.stops, self.grams + other.grams, self.value_minor + other.value_minor)

    def earned_minor(self, pay: Pay) -> int:
        """Of the collector, by `pay`; where no pay is set, what the material was worth stands in for it."""
        if not pay.known:
            return self.value_minor
        return pay.minor_per_stop * self.stops + pay.minor_per_kilogram * self.grams // GRAMS_PER_KILOGRAM


def harvest(
    session: Session, zone_ids: Sequence[UUID], first_day: date, last_day: date
) -> Mapping[tuple[UUID, UUID, date], Yield]:
    """By collector, zone and date of the pickup, in two queries; both days included."""
    key = (Weighing.collector_id, Pickup.zone_id, Pickup.date)
    there = (Pickup.zone_id.in_(zone_ids), Pickup.date >= first_day, Pickup.date <= last_day)
    weighings = select(*key, func.count(), func.sum(Weighing.credit_minor))
    found = {
        (collector, zone, day): Yield(stops=stops, value_minor=int(value))
        for collector, zone, day, stops, value in session.execute(
            weighings.join(Pickup, Pickup.id == Weighing.pickup_id).where(*there).group_by(*key)
        )
    }
    lines = select(*key, func.sum(WeighingLine.grams)).join_from(Weighing, WeighingLine)
    for collector, zone, day, grams in session.execute(
        lines.join(Pickup, Pickup.id == Weighing.pickup_id).where(*there).group_by(*key)
    ):
        found[collector, zone, day] = replace(found[collector, zone, day], grams=int(grams))
    return found
