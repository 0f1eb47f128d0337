"""How evenly riding is shared: kilometres, kilograms, hours and earnings per collector, and what rotation did.

The Gini figure is half the relative mean difference: the sum of |a - b| over all pairs, divided by twice the
square of their number times the mean (Gini, 1912; Sen, "On Economic Inequality", 1973, p. 30). 0: all alike;
towards 1: one has everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.collectors.models import Collector, CollectorRole
from app.errors import InvalidInput
from app.pickups.models import Pickup
from app.places import service as places
from app.places.models import Zone
from app.rotation.models import RoundDraw, RoundTurn
from app.rotation.yields import Pay, Yield, harvest
from app.routing.models import Route
from app.weighing.models import Visit

LONGEST_DAYS = 366
Harvest = Mapping[tuple[UUID, UUID, date], Yield]


@dataclass(frozen=True)
class Share:
    """One collector's part in the days asked about."""

    collector_id: UUID
    name: str
    days: int
    """On which something was recorded."""
    stops: int
    """At which something was weighed."""
    grams: int
    earned_minor: int
    metres: int
    """Of the routes as planned, there and back, on those days."""
    seconds: int
    """From the first record of each day to the last."""


@dataclass(frozen=True)
class Gini:
    """None where nobody has anything."""

    metres: float | None
    grams: float | None
    seconds: float | None
    earned: float | None


@dataclass(frozen=True)
class Rotation:
    """Earnings by whose turn it was, and as if each had kept the round that the draw gave them first.

    An estimate: a round is taken to yield the same whoever rides it, and a zone shared by several rounds to
    yield the same in each of them.
    """

    gini_with: float | None
    gini_without: float | None


@dataclass(frozen=True)
class FairnessReport:
    hub_id: UUID
    first_day: date
    last_day: date
    pay_known: bool
    """Else the worth of the material stands in for earnings."""
    shares: tuple[Share, ...]
    gini: Gini
    rotation: Rotation | None
    """None where no round was drawn for those days."""


def fairness(session: Session, hub_id: UUID, first_day: date, last_day: date, pay: Pay) -> FairnessReport:
    """Both days included. Raises `NotFound` for the hub, and `InvalidInput` for the days."""
    places.hub(session, hub_id)
    if last_day < first_day:
        raise InvalidInput("?last_day", "The last day cannot lie before the first.")
    if (last_day - first_day).days >= LONGEST_DAYS:
        raise InvalidInput("?last_day", f"At most {LONGEST_DAYS} days.")
    zone_ids = list(session.scalars(select(Zone.id).where(Zone.hub_id == hub_id)))
    found = harvest(session, zone_ids, first_day, last_day)
    shares = _shares(session, hub_id, (first_day, last_day), found, pay)
    return FairnessReport(
        hub_id=hub_id,
        first_day=first_day,
        last_day=last_day,
        pay_known=pay.known,
        shares=shares,
        gini=Gini(
            metres=gini([one.metres for one in shares]),
            grams=gini([one.grams for one in shares]),
            seconds=gini([one.seconds for one in shares]),
            earned=gini([one.earned_minor for one in shares]),
        ),
        rotation=_rotation(session, hub_id, (first_day, last_day), found, pay),
    )


def gini(amounts: Sequence[int]) -> float | None:
    """0 … 1; see the module's text."""
    total = sum(amounts)
    if not total:
        return None
    ordered, count = sorted(amounts), len(amounts)
    # Of sorted amounts the sum over all pairs is a weighted sum: each is above those before, below those after.
    above = sum((2 * place - count + 1) * amount for place, amount in enumerate(ordered))
    return above / (count * total)


def _shares(
    session: Session, hub_id: UUID, days: tuple[date, date], found: Harvest, pay: Pay
) -> tuple[Share, ...]:
    sums: defaultdict[UUID, Yield] = defaultdict(Yield)
    for (collector_id, _, _), one in found.items():
        sums[collector_id] += one
    ridden = _ridden(session, hub_id, days)
    metres = _metres(session, hub_id, days)
    people = session.scalars(
        select(Collector)
        .where(
            (Collector.hub_id == hub_id) & Collector.active & (Collector.role == CollectorRole.RIDER)
            | Collector.id.in_({*sums, *(collector_id for collector_id, _ in ridden)})
        )
        .order_by(Collector.name, Collector.id)
    )
    shares = []
    for person in people:
        mine = {day: seconds for (collector_id, day), seconds in ridden.items() if collector_id == person.id}
        brought = sums[person.id]
        shares.append(
            Share(
                collector_id=person.id,
                name=person.name,
                days=len(mine),
                stops=brought.stops,
                grams=brought.grams,
                earned_minor=brought.earned_minor(pay),
                metres=sum(metres.get((person.id, day), 0) for day in mine),
                seconds=sum(mine.values()),
            )
        )
    return tuple(shares)


def _ridden(session: Session, hub_id: UUID, days: tuple[date, date]) -> dict[tuple[UUID, date], int]:
    """Seconds between the first record and the last, by collector and day."""
    rows = session.execute(
        select(Visit.collector_id, Pickup.date, func.min(Visit.visited_at), func.max(Visit.visited_at))
        .join(Pickup, Pickup.id == Visit.pickup_id)
        .join(Zone, Zone.id == Pickup.zone_id)
        .where(Zone.hub_id == hub_id, Pickup.date.between(*days))
        .group_by(Visit.collector_id, Pickup.date)
    )
    return {
        (collector_id, day): round((last - first).total_seconds()) for collector_id, day, first, last in rows
    }


def _metres(session: Session, hub_id: UUID, days: tuple[date, date]) -> dict[tuple[UUID, date], int]:
    rows = session.execute(
        select(Route.collector_id, Route.date, Route.distance_metres).where(
            Route.hub_id == hub_id, Route.date.between(*days)
        )
    )
    return {(collector_id, day): metres for collector_id, day, metres in rows}


def _rotation(
    session: Session, hub_id: UUID, days: tuple[date, date], found: Harvest, pay: Pay
) -> Rotation | None:
    draws = list(
        session.scalars(
            select(RoundDraw)
            .where(
                RoundDraw.hub_id == hub_id, RoundDraw.drawn_at.is_not(None), RoundDraw.first_day <= days[1]
            )
            .order_by(RoundDraw.first_day, RoundDraw.drawn_at, RoundDraw.id)
        )
    )
    drawn: defaultdict[UUID, list[RoundTurn]] = defaultdict(list)
    for turn in session.scalars(
        select(RoundTurn).where(RoundTurn.hub_id == hub_id).order_by(RoundTurn.first_day, RoundTurn.id)
    ):
        drawn[turn.draw_id].append(turn)
    by_day = _by_zone_and_day(found)
    with_it: defaultdict[UUID, int] = defaultdict(int)
    without: defaultdict[UUID, int] = defaultdict(int)
    for place, draw in enumerate(draws):
        later = draws[place + 1].first_day if place + 1 < len(draws) else None
        first_holder: dict[int, UUID] = {}
        for turn in drawn[draw.id]:
            first_holder.setdefault(turn.round_number, turn.collector_id)
            start = max(turn.first_day, days[0])
            end = min(turn.last_day, days[1], *([later - timedelta(days=1)] if later else []))
            earned = _round_earned(draw, turn.round_number, by_day, (start, end), pay)
            if start <= end:
                with_it[turn.collector_id] += earned
                without[first_holder[turn.round_number]] += earned
                without[turn.collector_id] += 0
    if not with_it:
        return None
    return Rotation(gini(list(with_it.values())), gini(list(without.values())))


def _by_zone_and_day(found: Harvest) -> dict[UUID, dict[date, Yield]]:
    sums: defaultdict[UUID, defaultdict[date, Yield]] = defaultdict(lambda: defaultdict(Yield))
    for (_, zone_id, day), one in found.items():
        sums[zone_id][day] += one
    return {zone_id: dict(days) for zone_id, days in sums.items()}


def _round_earned(
    draw: RoundDraw,
    number: int,
    by_day: Mapping[UUID, Mapping[date, Yield]],
    days: tuple[date, date],
    pay: Pay,
) -> int:
    sharing = [zone_id for one in draw.rounds for zone_id in one]
    return sum(
        _sum(
            one for day, one in by_day.get(UUID(zone_id), {}).items() if days[0] <= day <= days[1]
        ).earned_minor(pay)
        // sharing.count(zone_id)
        for zone_id in draw.rounds[number]
    )


def _sum(yields: Iterable[Yield]) -> Yield:
    return sum(yields, Yield())
