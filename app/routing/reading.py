"""Reading a hub's day in one go, for a plan of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.collectors import shifts
from app.collectors.models import Collector
from app.households.models import Household
from app.kernel.clock import at_local
from app.kernel.place import Location, distance_metres
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import OPEN, PickupStatus
from app.places import service as places
from app.places.models import Zone
from app.rotation.turns import whose_turns
from app.routing import demand
from app.routing.models import DayTrouble, Route, RouteStop
from app.routing.pace import Paces
from app.routing.rules import RouteRules
from app.routing.snapshot import Place, Snapshot, Stop, StopState, Trouble, state_of
from app.routing.whereabouts import Whereabouts
from app.weighing.models import Material, Visit, Weighing, WeighingLine

FAR_METRES: Final = 30_000
"""Nobody lives so far from the centre of their zone: a pin in the sea, or digits swapped, is taken for unknown."""
_MILLILITRES_PER_LITRE: Final = 1000


def read(
    session: Session,
    hub_id: UUID,
    date: dt.date,
    rules: RouteRules,
    *,
    zone_id: UUID | None = None,
    hold: bool = False,
) -> Snapshot:
    """The hub's day; with `zone_id` the new pickups of that zone alone. `hold` locks the pickups for writing.

    A dozen queries, however many stops there are. Raises `NotFound`.
    """
    hub = places.hub(session, hub_id)
    mine = [zone_id] if zone_id else [zone.id for zone in places.zones(session) if zone.hub_id == hub_id]
    there = _there(session, hub_id, date, hold=hold)
    new = _new(session, mine, date, {pickup.id for _, _, pickup, _ in there}, hold=hold)
    zones = _zones(session, {row[-1].zone_id for row in there} | {row[-1].zone_id for row in new} | {*mine})
    stops = _Stops(
        date,
        zones=zones,
        whereabouts=Whereabouts.load(session, zones),
        visited=_visited(session, [pickup.id for _, _, pickup, _ in there]),
    )
    found = [stops.on_route(*row) for row in there] + [stops.new(*row) for row in new]
    ahead = {one.household_id: one.zone_id for one in found if one.state is StopState.AHEAD}
    timezone = places.hub_timezone(session, hub_id)
    return Snapshot(
        hub_id=hub_id,
        hub=Location(hub.latitude, hub.longitude, "hub"),
        date=date,
        timezone=timezone or next((zone.timezone for zone in stops.zones.values()), "UTC"),
        riders=tuple(shifts.working(session, hub_id, date, rules.usual_shift)),
        stops=tuple(found),
        expected=demand.expected(session, ahead, date) if ahead else {},
        turns=whose_turns(session, hub_id, date),
        paces=Paces.load(session),
        troubles=_troubles(session, hub_id, date),
        doubtful=tuple(sorted(stops.doubtful)),
        waits_until=_waits_until(session, hub_id, date),
    )


@dataclass
class _Stops:
    """Makes stops of rows, and notes whose coordinates cannot be right."""

    date: dt.date
    zones: Mapping[UUID, Zone]
    visited: Mapping[UUID, tuple[datetime, int, int]]
    whereabouts: Whereabouts
    doubtful: set[UUID] = field(default_factory=set)

    def on_route(self, row: RouteStop, collector_id: UUID, pickup: Pickup, home: Household) -> Stop:
        """One that is on a route; a pickup that was moved to another day is off it."""
        state = state_of(pickup.status if pickup.date == self.date else PickupStatus.CANCELLED)
        place = Place(collector_id, row.position, row.trip, row.arrives_at, row.id)
        return self._stop(pickup, home, state, place=place)

    def new(self, row_id: UUID | None, pickup: Pickup, home: Household) -> Stop:
        return self._stop(pickup, home, StopState.AHEAD, other_row_id=row_id)

    def _stop(
        self,
        pickup: Pickup,
        home: Household,
        state: StopState,
        *,
        place: Place | None = None,
        other_row_id: UUID | None = None,
    ) -> Stop:
        timezone = self.zones[home.zone_id].timezone
        visited_at, grams, millilitres = self.visited.get(pickup.id, (None, 0, 0))
        return Stop(
            pickup_id=pickup.id,
            household_id=home.id,
            zone_id=home.zone_id,
            location=self._location(home),
            state=state,
            opens_at=at_local(pickup.date, pickup.window_start, timezone),
            closes_at=at_local(pickup.date, pickup.window_end, timezone),
            confirmed=pickup.confirmed,
            promised=pickup.confirmed or pickup.must_serve or pickup.kind is PickupKind.ON_DEMAND,
            place=place,
            other_row_id=other_row_id,
            visited_at=visited_at,
            carried=(grams, millilitres),
        )

    def _location(self, home: Household) -> Location:
        zone = self.zones[home.zone_id]
        found = self.whereabouts.of(home, zone)
        if distance_metres(found, self.whereabouts.centre(zone)) > FAR_METRES:
            self.doubtful.add(home.id)
            found = self.whereabouts.named(home, zone)
        return found


def _there(
    session: Session, hub_id: UUID, date: dt.date, *, hold: bool
) -> list[tuple[RouteStop, UUID, Pickup, Household]]:
    """What is on the hub's routes of `date`, with whose route it is, in order."""
    query = (
        select(RouteStop, Route.collector_id, Pickup, Household)
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .join(Household, Household.id == Pickup.household_id)
        .where(Route.hub_id == hub_id, Route.date == date)
        .order_by(Route.id, RouteStop.position)
        .execution_options(populate_existing=True)
    )
    if hold:
        query = query.with_for_update(of=Pickup, key_share=True)
    return [(row, collector_id, pickup, home) for row, collector_id, pickup, home in session.execute(query)]


def _new(
    session: Session, zone_ids: Sequence[UUID], date: dt.date, known: set[UUID], *, hold: bool
) -> list[tuple[UUID | None, Pickup, Household]]:
    """The zones' open pickups that are on no route of `date`, with the row that some have on another day's."""
    query = (
        select(RouteStop.id, Pickup, Household)
        .select_from(Pickup)
        .join(Household, Household.id == Pickup.household_id)
        .outerjoin(RouteStop, RouteStop.pickup_id == Pickup.id)
        .where(Pickup.zone_id.in_(zone_ids), Pickup.date == date, Pickup.status.in_(OPEN))
        .order_by(Pickup.id)
        .execution_options(populate_existing=True)
    )
    if hold:
        query = query.with_for_update(of=Pickup, key_share=True)
    return [
        (row_id, pickup, home) for row_id, pickup, home in session.execute(query) if pickup.id not in known
    ]


def _zones(session: Session, zone_ids: Collection[UUID]) -> dict[UUID, Zone]:
    """Those that are closed since among them: a household may live there still."""
    return {zone.id: zone for zone in session.scalars(select(Zone).where(Zone.id.in_(zone_ids)))}


def _visited(session: Session, pickup_ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, int, int]]:
    """When each stop was last visited, and the grams and millilitres that were weighed there."""
    litres = WeighingLine.grams * 1.0 / Material.density_kilograms_per_cubic_metre
    weighed = (
        select(
            Weighing.pickup_id.label("pickup_id"),
            func.sum(WeighingLine.grams).label("grams"),
            func.sum(litres).label("litres"),
        )
        .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
        .join(Material, Material.id == WeighingLine.material_id)
        .where(Weighing.pickup_id.in_(pickup_ids))
        .group_by(Weighing.pickup_id)
        .subquery()
    )
    rows = session.execute(
        select(Visit.pickup_id, func.max(Visit.visited_at), weighed.c.grams, weighed.c.litres)
        .outerjoin(weighed, weighed.c.pickup_id == Visit.pickup_id)
        .where(Visit.pickup_id.in_(pickup_ids))
        .group_by(Visit.pickup_id, weighed.c.grams, weighed.c.litres)
    )
    return {
        pickup_id: (visited_at, int(grams or 0), round((volume or 0) * _MILLILITRES_PER_LITRE))
        for pickup_id, visited_at, grams, volume in rows
    }


def _troubles(session: Session, hub_id: UUID, date: dt.date) -> tuple[Trouble, ...]:
    rows = session.scalars(
        select(DayTrouble)
        .join(Collector, Collector.id == DayTrouble.collector_id)
        .where(Collector.hub_id == hub_id, DayTrouble.date == date, DayTrouble.resolved_at.is_(None))
        .order_by(DayTrouble.reported_at, DayTrouble.id)
    )
    return tuple(Trouble(row.collector_id, row.kind, row.trip, row.reported_at) for row in rows)


def _waits_until(session: Session, hub_id: UUID, date: dt.date) -> dict[UUID, datetime]:
    rows = session.scalars(
        select(Route).where(Route.hub_id == hub_id, Route.date == date, Route.waits_until.is_not(None))
    )
    return {row.collector_id: row.waits_until for row in rows if row.waits_until is not None}
