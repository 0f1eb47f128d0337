"""Which weekday and interval each zone should have, from what its households gave, and what that would save.

What a zone gives in a week is taken to stay the same however often it is served. A household that gives something at
a visit with chance p gives something after k such intervals with chance 1 - (1 - p)^k; so seldomer visits find fuller
bags, at more doors. The interval proposed is the longest whose bags a household can keep. The way of one visit is
there and back, and a tour of n stops over an area A: 0.7124 sqrt(A n) (Beardwood, Halton and Hammersley, "The shortest
path through many points", 1959), both as the crow flies, times the detour factor.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.households.models import Household, HouseholdStatus
from app.kernel.place import Location, distance_metres
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.places import service as places
from app.places.models import Hub, ServiceDay, Zone
from app.weighing.models import Weighing, WeighingLine

WEEKS_MAX: Final = 52
VISIT_DAYS_LEAST: Final = 4
"""A zone with fewer days of service has too little history."""
INTERVALS_WEEKS: Final = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Half a week: two days of service a week."""
_TOUR: Final = 0.7124
_DAYS_PER_WEEK: Final = 7
_GRAMS_PER_KILOGRAM: Final = 1000
_SMALLEST_AREA_SQUARE_METRES: Final = 10_000


@dataclass(frozen=True)
class Asked:
    """What the proposal is to hold to."""

    weeks: int = 12
    """How far back to look."""
    bag_kilograms: float = 8
    """The heaviest bag that a household keeps at home."""
    detour_factor: float = 1.3

    def __post_init__(self) -> None:
        """Raises `InvalidInput`."""
        if not 1 <= self.weeks <= WEEKS_MAX:
            raise InvalidInput("?weeks", f"A number from 1 to {WEEKS_MAX}.")
        if not self.bag_kilograms > 0:
            raise InvalidInput("?bag_kilograms", "More than nothing.")


@dataclass(frozen=True)
class Schedule:
    weekdays: tuple[int, ...]
    """Monday is 0."""
    interval_weeks: float
    """Between two visits, on the average."""
    kilograms_per_stop: float
    """Of all stops that were made, or would be."""
    kilometres_per_week: float


@dataclass(frozen=True)
class Proposal:
    zone_id: UUID
    code: str
    visit_days: int
    """In the time looked back on."""
    stops_per_visit: float
    now: Schedule | None
    """None where there is too little history."""
    proposed: Schedule | None

    @property
    def saved_kilometres_per_week(self) -> float:
        if self.now is None or self.proposed is None:
            return 0
        return self.now.kilometres_per_week - self.proposed.kilometres_per_week


@dataclass
class _History:
    """What was seen of a zone."""

    stops: Counter[date] = field(default_factory=Counter)
    gave: int = 0
    grams: int = 0

    @property
    def days(self) -> int:
        return len(self.stops)


def service_days(session: Session, hub_id: UUID, today: date, asked: Asked) -> list[Proposal]:
    """A proposal for each zone of the hub, by code. Raises `NotFound` for the hub."""
    hub = places.hub(session, hub_id)
    zones = [zone for zone in places.zones(session) if zone.hub_id == hub_id]
    since = today - timedelta(weeks=asked.weeks)
    histories = _histories(session, [zone.id for zone in zones], since, today)
    served = _weekdays(session, [zone.id for zone in zones], today)
    areas = _areas(session, zones)
    shares = {
        zone.id: _intervals(histories[zone.id], asked)
        for zone in zones
        if histories[zone.id].days >= VISIT_DAYS_LEAST
    }
    chosen = _choose_weekdays(zones, histories, shares, served, asked)
    proposals = []
    for zone in zones:
        seen = histories[zone.id]
        stops = sum(seen.stops.values()) / seen.days if seen.days else 0.0
        now = proposed = None
        if zone.id in shares:
            way = _way_kilometres(hub, zone, areas[zone.id], stops, asked.detour_factor)
            interval, proposed_kilograms = shares[zone.id]
            present = asked.weeks / seen.days
            kilograms = seen.grams / _GRAMS_PER_KILOGRAM / sum(seen.stops.values())
            now = Schedule(served[zone.id], present, kilograms, way / present)
            proposed = Schedule(chosen[zone.id], interval, proposed_kilograms, way / interval)
        proposals.append(Proposal(zone.id, zone.code, seen.days, stops, now, proposed))
    return proposals


def _intervals(seen: _History, asked: Asked) -> tuple[float, float]:
    """The longest interval whose bags can be kept, and the kilograms per stop that it would bring."""
    stops = sum(seen.stops.values())
    present = asked.weeks / seen.days
    weekly_kilograms = seen.grams / _GRAMS_PER_KILOGRAM / asked.weeks
    per_visit = stops / seen.days
    share = seen.gave / stops
    best = INTERVALS_WEEKS[0]
    for interval in INTERVALS_WEEKS:
        giving = per_visit * (1 - (1 - share) ** (interval / present))
        if not giving or weekly_kilograms * interval / giving <= asked.bag_kilograms:
            best = interval
    return best, weekly_kilograms * best / per_visit


def _choose_weekdays(
    zones: Sequence[Zone],
    histories: Mapping[UUID, _History],
    shares: Mapping[UUID, tuple[float, float]],
    served: Mapping[UUID, tuple[int, ...]],
    asked: Asked,
) -> dict[UUID, tuple[int, ...]]:
    """Weekdays that spread the hub's kilograms over its days of service; of equal ones those that people know.

    The heaviest zone chooses first. A second day lies half a week from the first.
    """
    days = sorted({weekday for weekdays in served.values() for weekday in weekdays}) or list(range(5))
    load: Counter[int] = Counter()
    chosen: dict[UUID, tuple[int, ...]] = {}
    heaviest_first = sorted(
        (zone for zone in zones if zone.id in shares), key=lambda zone: (-histories[zone.id].grams, zone.code)
    )
    for zone in heaviest_first:
        weekly = histories[zone.id].grams / asked.weeks
        first = min(days, key=lambda day: (load[day], day not in served[zone.id], day))
        picked = [first]
        if shares[zone.id][0] < 1 and len(days) > 1:
            picked.append(
                min(
                    (day for day in days if day != first),
                    key=lambda day: (-min((day - first) % 7, (first - day) % 7), load[day], day),
                )
            )
        for day in picked:
            load[day] += round(weekly / len(picked))
        chosen[zone.id] = tuple(sorted(picked))
    return chosen


def _way_kilometres(hub: Hub, zone: Zone, area: float, stops: float, detour_factor: float) -> float:
    """Of one visit."""
    there = distance_metres(Location(hub.latitude, hub.longitude), Location(zone.latitude, zone.longitude))
    return detour_factor * (2 * there + _TOUR * math.sqrt(area * stops)) / 1000


def _histories(session: Session, zone_ids: Sequence[UUID], since: date, today: date) -> dict[UUID, _History]:
    found: defaultdict[UUID, _History] = defaultdict(_History)
    here = (Pickup.zone_id.in_(zone_ids), Pickup.date >= since, Pickup.date < today)
    visited = (
        select(Pickup.zone_id, Pickup.date, Pickup.status, func.count())
        .where(*here, Pickup.status.in_((PickupStatus.COLLECTED, PickupStatus.MISSED)))
        .group_by(Pickup.zone_id, Pickup.date, Pickup.status)
    )
    for zone_id, day, status, count in session.execute(visited):
        found[zone_id].stops[day] += count
        found[zone_id].gave += count if status is PickupStatus.COLLECTED else 0
    weighed = (
        select(Pickup.zone_id, func.sum(WeighingLine.grams))
        .join(Weighing, Weighing.pickup_id == Pickup.id)
        .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
        .where(*here)
        .group_by(Pickup.zone_id)
    )
    for zone_id, grams in session.execute(weighed):
        found[zone_id].grams = int(grams)
    return {zone_id: found[zone_id] for zone_id in zone_ids}


def _weekdays(session: Session, zone_ids: Sequence[UUID], today: date) -> dict[UUID, tuple[int, ...]]:
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    for row in session.scalars(select(ServiceDay).where(ServiceDay.zone_id.in_(zone_ids))):
        if row.ends_on is None or row.ends_on >= today:
            found[row.zone_id].add(row.weekday)
    return {zone_id: tuple(sorted(found[zone_id])) for zone_id in zone_ids}


def _areas(session: Session, zones: Sequence[Zone]) -> dict[UUID, float]:
    """Square metres within which the middle nine tenths of each zone's households live, east-west and north-south."""
    known: defaultdict[UUID, list[tuple[float, float]]] = defaultdict(list)
    rows = session.execute(
        select(Household.zone_id, Household.latitude, Household.longitude).where(
            Household.zone_id.in_([zone.id for zone in zones]),
            Household.status == HouseholdStatus.ACTIVE,
            Household.latitude.is_not(None),
            Household.longitude.is_not(None),
        )
    )
    for zone_id, latitude, longitude in rows:
        if latitude is not None and longitude is not None:
            known[zone_id].append((latitude, longitude))
    return {zone.id: _area(known[zone.id]) for zone in zones}


def _area(points: Sequence[tuple[float, float]]) -> float:
    if not points:
        return _SMALLEST_AREA_SQUARE_METRES
    (south, north), (west, east) = (_middle([point[axis] for point in points]) for axis in (0, 1))
    tall = distance_metres(Location(south, west), Location(north, west))
    wide = distance_metres(Location(south, west), Location(south, east))
    return max(tall * wide, _SMALLEST_AREA_SQUARE_METRES)


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """Between the fifth and the ninety-fifth percentile."""
    ordered = sorted(values)
    cut = len(ordered) // 20
    return ordered[cut], ordered[-1 - cut]
