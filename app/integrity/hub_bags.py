"""A bag on the hub's scale against the very stop whose door it was read at.

A stop may have several bags: what they weigh at the hub is added up, and compared once all of them are in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bags import reading
from app.bags.models import BagReading, Finding, Place
from app.collectors.models import Collector
from app.integrity.hub_day import Allowance, Compared, standing_grams
from app.integrity.hub_weighins import lines_of
from app.integrity.models import HubWeighin
from app.weighing.models import Material, Weighing


@dataclass(frozen=True)
class StopBags:
    """The bags of one stop that the hub has weighed, or a bag that is of no stop."""

    codes: tuple[str, ...]
    """Those on the hub's scale."""
    finding: Finding
    """The worst of what was said of them there."""
    awaited: int
    """Bags of the same stop that are still to come."""
    brought_by_another: str | None
    """Who weighed it at the door, where that is not who brought it here."""
    compared: tuple[Compared, ...]
    """Nothing where no door knows of it."""

    @property
    def agrees(self) -> bool:
        return all(one.agrees for one in self.compared)


def of_day(session: Session, collector_id: UUID, day: date, allowance: Allowance) -> list[StopBags]:
    """What a collector brought in bags with a code, stop by stop, the last one last; codes that no door knows each by
    itself.

    What a phone has not sent yet is not known.
    """
    read = session.scalars(
        select(BagReading)
        .join(HubWeighin, HubWeighin.id == BagReading.id)
        .where(
            HubWeighin.collector_id == collector_id,
            HubWeighin.date == day,
            HubWeighin.taken_back_at.is_(None),
        )
        .order_by(BagReading.id)
    ).all()
    if not read:
        return []
    of_stop: dict[UUID | BagReading, list[BagReading]] = {}
    stop_of = reading.stops_of(session, [one.code for one in read], day)
    for one in read:
        stop = stop_of.get(one.code, one)
        of_stop[stop] = [*of_stop.pop(stop, []), one]  # the stop that was weighed last stands last
    stops = [stop for stop in of_stop if isinstance(stop, UUID)]
    at_doors = {(one.pickup_id, one.code) for one in reading.of_stops(session, stops)}
    doors = _at_the_doors(session, stops)
    grams = lines_of(session, [one.id for one in read])
    names = {row.code: row.name for row in session.scalars(select(Material))}
    found = []
    for stop, its in of_stop.items():
        codes = tuple(dict.fromkeys(one.code for one in its))
        door = doors.get(stop) if isinstance(stop, UUID) else None
        found.append(
            StopBags(
                codes,
                next((one.finding for one in its if one.finding is not Finding.KNOWN), Finding.KNOWN),
                sum(pickup == stop and code not in codes for pickup, code in at_doors),
                door.collector if door and door.collector_id != collector_id else None,
                _compared(door.grams, [grams[one.id] for one in its], names, allowance) if door else (),
            )
        )
    return found


def rider_of(session: Session, code: str, day: date) -> UUID | None:
    """Who read the bag at a door that day, and should bring it; None where no door's record is here yet."""
    return session.scalar(
        select(BagReading.collector_id)
        .where(BagReading.code == code, BagReading.date == day, BagReading.place == Place.DOOR)
        .order_by(BagReading.read_at, BagReading.id)
        .limit(1)
    )


@dataclass(frozen=True)
class _Door:
    collector_id: UUID
    collector: str
    grams: Mapping[str, int]


def _at_the_doors(session: Session, pickup_ids: Sequence[UUID]) -> dict[UUID, _Door]:
    weighed = session.execute(
        select(Weighing.id, Weighing.pickup_id, Collector.id, Collector.name)
        .join(Collector, Collector.id == Weighing.collector_id)
        .where(Weighing.pickup_id.in_(pickup_ids))
    ).all()
    grams = standing_grams(session, select(Weighing.id).where(Weighing.pickup_id.in_(pickup_ids)))
    return {
        pickup_id: _Door(collector_id, name, grams.get(weighing_id, {}))
        for weighing_id, pickup_id, collector_id, name in weighed
    }


def _compared(
    door: Mapping[str, int],
    hub: Sequence[Mapping[str, int]],
    names: Mapping[str, str],
    allowance: Allowance,
) -> tuple[Compared, ...]:
    rows = []
    for code in sorted({*door, *(code for one in hub for code in one)}):
        stop_grams, hub_grams = door.get(code, 0), sum(one.get(code, 0) for one in hub)
        readings = (code in door) + sum(code in one for one in hub)
        allowed = allowance.grams(max(stop_grams, hub_grams), readings)
        rows.append(Compared(code, names.get(code, code), stop_grams, hub_grams, allowed))
    return tuple(rows)
