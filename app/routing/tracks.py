"""A day's routes as lines on the ground: what pictures and exports are made from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.households.models import Household
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.places.models import Hub, Zone
from app.routing.models import Route, RouteStop
from app.routing.whereabouts import Whereabouts

OFF = frozenset({PickupStatus.DECLINED, PickupStatus.CANCELLED})


@dataclass(frozen=True)
class TrackStop:
    position: int
    """1 is the first."""
    trip: int
    pickup_id: UUID
    location: Location
    status: PickupStatus


@dataclass(frozen=True)
class Track:
    """One collector's route: from the hub by the stops, with the trips back to it, and home."""

    route_id: UUID
    collector_id: UUID
    collector: str
    hub: Location
    stops: tuple[TrackStop, ...]
    """In order, without those that were called off."""
    distance_metres: int

    def path(self) -> Iterator[Location]:
        """Every point along the way, the hub at both ends and between two trips."""
        yield self.hub
        trip = self.stops[0].trip if self.stops else 1
        for stop in self.stops:
            if stop.trip != trip:
                yield self.hub
                trip = stop.trip
            yield stop.location
        yield self.hub


@dataclass(frozen=True)
class Depot:
    code: str
    name: str
    location: Location


@dataclass(frozen=True)
class DayTracks:
    date: dt.date
    hubs: tuple[Depot, ...]
    tracks: tuple[Track, ...]
    """By collector's name."""


def tracks_of(
    session: Session, date: dt.date, *, hub_id: UUID | None = None, collector_id: UUID | None = None
) -> DayTracks:
    """The routes of `date` as they stand, of one hub or collector alone where asked. Four queries at most."""
    wanted = [Route.date == date]
    wanted += [Route.hub_id == hub_id] if hub_id else []
    wanted += [Route.collector_id == collector_id] if collector_id else []
    routes = session.execute(
        select(Route, Collector.name, Hub)
        .join(Collector, Collector.id == Route.collector_id)
        .join(Hub, Hub.id == Route.hub_id)
        .where(*wanted)
        .order_by(Collector.name, Route.id)
    ).all()
    stops = _stops(session, date, [route.id for route, _, _ in routes])
    hubs = {hub.id: Depot(hub.code, hub.name, _of_hub(hub)) for _, _, hub in routes}
    if hub_id and not hubs:
        hub = session.get_one(Hub, hub_id)
        hubs[hub_id] = Depot(hub.code, hub.name, _of_hub(hub))
    return DayTracks(
        date,
        tuple(sorted(hubs.values(), key=lambda depot: depot.code)),
        tuple(
            Track(
                route.id,
                route.collector_id,
                name,
                _of_hub(hub),
                tuple(stops[route.id]),
                route.distance_metres,
            )
            for route, name, hub in routes
        ),
    )


def _of_hub(hub: Hub) -> Location:
    return Location(hub.latitude, hub.longitude, "hub")


def _stops(session: Session, date: dt.date, route_ids: list[UUID]) -> defaultdict[UUID, list[TrackStop]]:
    rows = session.execute(
        select(RouteStop, Pickup, Household, Zone)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .join(Household, Household.id == Pickup.household_id)
        .join(Zone, Zone.id == Household.zone_id)
        .where(RouteStop.route_id.in_(route_ids), Pickup.date == date, Pickup.status.not_in(OFF))
        .order_by(RouteStop.route_id, RouteStop.position)
    ).all()
    whereabouts = Whereabouts.load(session, {zone.id for *_, zone in rows})
    found: defaultdict[UUID, list[TrackStop]] = defaultdict(list)
    for row, pickup, household, zone in rows:
        place = whereabouts.of(household, zone)
        found[row.route_id].append(TrackStop(row.position, row.trip, pickup.id, place, pickup.status))
    return found
