"""A hub's collectors and their stops on one day, as far as arranging them among themselves needs it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors import absences
from app.collectors import service as collectors
from app.collectors.models import Collector, CollectorRole
from app.collectors.shifts import Shift, Working, working
from app.errors import NotAllowed
from app.households.models import Household
from app.kernel.clock import at_local
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, PickupStatus
from app.places import service as places
from app.places.models import Zone
from app.routing import demand
from app.routing.models import DayTrouble, Route, RouteStop, TroubleKind
from app.routing.whereabouts import Whereabouts
from app.settings import Settings
from app.teams.fitting import Bike, Door, Load, Pace, Rest

_SECONDS_PER_MINUTE: Final = 60
_PER_CENT: Final = 100
_MILLILITRES_PER_LITRE: Final = 1000


@dataclass(frozen=True)
class Limits:
    """The house's rules for what a collector may take on."""

    shift: Shift
    """Of whoever has no week of their own."""
    trips_max: int
    fill_percent: int
    late: timedelta
    """After the promised hours, where otherwise nobody would come."""
    patience: timedelta
    """So long the stops of somebody who cannot ride wait for a colleague."""
    pace: Pace

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            shift=Shift(settings.route_shift_start, settings.route_shift_end),
            trips_max=settings.route_trips_max,
            fill_percent=settings.route_fill_percent,
            late=timedelta(minutes=settings.route_late_minutes),
            patience=timedelta(minutes=settings.route_team_minutes),
            pace=Pace(
                settings.route_speed_kilometres_per_hour,
                settings.route_detour_factor,
                round(settings.route_stop_minutes * _SECONDS_PER_MINUTE),
                round(settings.route_hub_minutes * _SECONDS_PER_MINUTE),
            ),
        )


@dataclass(frozen=True)
class Row:
    """A stop on a route."""

    row_id: UUID
    position: int
    trip: int
    pickup: Pickup
    zone_name: str
    household_name: str
    location: Location
    load: Load
    """Expected."""
    opens_at: datetime
    closes_at: datetime

    @property
    def ahead(self) -> bool:
        return self.pickup.status in OPEN

    @property
    def done(self) -> bool:
        """Somebody was there."""
        return self.pickup.status in (PickupStatus.COLLECTED, PickupStatus.MISSED)

    @property
    def door(self) -> Door:
        return Door(self.pickup.id, self.location, self.load, self.opens_at, self.closes_at)


@dataclass(frozen=True)
class HubDay:
    hub_id: UUID
    hub: Location
    date: dt.date
    timezone: str
    names: dict[UUID, str]
    """Of the hub's collectors who are there that day."""
    bikes: dict[UUID, Bike]
    """Of those who ride that day and whose bikes are not broken."""
    rows: dict[UUID, list[Row]]
    """Each collector's stops, in order."""

    def ahead(self, collector_id: UUID) -> list[Row]:
        return [row for row in self.rows.get(collector_id, ()) if row.ahead]

    def start(self, collector_id: UUID) -> Location:
        """Where the rest of the way begins: at the last door that is done, or at the hub."""
        done = [row for row in self.rows.get(collector_id, ()) if row.done]
        return done[-1].location if done else self.hub

    def colleagues(self, collector_id: UUID) -> dict[UUID, str]:
        return {key: name for key, name in self.names.items() if key != collector_id}


def read(session: Session, hub_id: UUID, date: dt.date, limits: Limits, now: datetime) -> HubDay:
    """In a dozen queries, however many stops there are."""
    hub = places.hub(session, hub_id)
    timezone = places.hub_timezone(session, hub_id) or "UTC"
    away = absences.away(session, hub_id, date)
    people = session.scalars(
        select(Collector)
        .where(Collector.hub_id == hub_id, Collector.active, Collector.role == CollectorRole.RIDER)
        .order_by(Collector.name)
    )
    rows = _rows(session, hub_id, date)
    broken = _broken(session, date)

    def local(moment: dt.time) -> datetime:
        return at_local(date, moment, timezone)

    bikes = {
        one.collector_id: _bike(one, rows.get(one.collector_id, []), limits, local, now)
        for one in working(session, hub_id, date, limits.shift)
        if one.collector_id not in broken
    }
    return HubDay(
        hub_id=hub_id,
        hub=Location(hub.latitude, hub.longitude, "hub"),
        date=date,
        timezone=timezone,
        names={one.id: one.name for one in people if one.id not in away},
        bikes=bikes,
        rows=rows,
    )


def check_there(day: HubDay, collector_id: UUID) -> None:
    """Raises `NotAllowed` for who does not ride for the hub that day."""
    if collector_id not in day.names:
        raise NotAllowed("you do not ride for this hub today")


def name_of(session: Session, collector_id: UUID) -> str:
    return collectors.get(session, collector_id).name


def _bike(
    rider: Working, rows: Sequence[Row], limits: Limits, local: Callable[[dt.time], datetime], now: datetime
) -> Bike:
    """What is left of the rider's day, and of his box since he last emptied it."""
    done = [row for row in rows if row.done]
    trip = max((row.trip for row in done), default=1)
    since = (row for row in done if row.trip == trip and row.pickup.status is PickupStatus.COLLECTED)
    rest = rider.shift.rest
    to_rest = None
    if rest is not None and now <= local(rest.begins_until):
        to_rest = Rest(
            local(rest.begins_from),
            local(rest.begins_until),
            timedelta(minutes=rest.minutes),
        )
    return Bike(
        room=Load(
            max(1, rider.capacity_grams * limits.fill_percent // _PER_CENT),
            max(1, rider.capacity_litres * _MILLILITRES_PER_LITRE * limits.fill_percent // _PER_CENT),
        ),
        trips_left=limits.trips_max - trip + 1,
        begins_at=max(now, local(rider.shift.starts_at)),
        ends_at=local(rider.shift.ends_at),
        aboard=sum((row.load for row in since), start=Load()),
        rest=to_rest,
    )


def _broken(session: Session, date: dt.date) -> set[UUID]:
    return set(
        session.scalars(
            select(DayTrouble.collector_id).where(
                DayTrouble.date == date,
                DayTrouble.kind == TroubleKind.BIKE_BROKEN,
                DayTrouble.resolved_at.is_(None),
            )
        )
    )


def _rows(session: Session, hub_id: UUID, date: dt.date) -> dict[UUID, list[Row]]:
    found: Sequence[tuple[RouteStop, UUID, Pickup, Household, Zone]] = [
        (row, collector_id, pickup, household, zone)
        for row, collector_id, pickup, household, zone in session.execute(
            select(RouteStop, Route.collector_id, Pickup, Household, Zone)
            .join(Route, Route.id == RouteStop.route_id)
            .join(Pickup, Pickup.id == RouteStop.pickup_id)
            .join(Household, Household.id == Pickup.household_id)
            .join(Zone, Zone.id == Household.zone_id)
            .where(Route.hub_id == hub_id, Route.date == date)
            .order_by(Route.id, RouteStop.position)
            .execution_options(populate_existing=True)
        )
    ]
    whereabouts = Whereabouts.load(session, {zone.id for *_, zone in found})
    expected = demand.expected(session, {home.id: zone.id for *_, home, zone in found}, date) if found else {}
    rows: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row, collector_id, pickup, home, zone in found:
        if pickup.date != date:
            continue
        rows[collector_id].append(
            Row(
                row_id=row.id,
                position=row.position,
                trip=row.trip,
                pickup=pickup,
                zone_name=zone.name,
                household_name=home.name,
                location=whereabouts.of(home, zone),
                load=Load(*expected[home.id].load(confirmed=pickup.confirmed)),
                opens_at=at_local(date, pickup.window_start, zone.timezone),
                closes_at=at_local(date, pickup.window_end, zone.timezone),
            )
        )
    return dict(rows)
