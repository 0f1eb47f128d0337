"""A collector's day: a hub, a zone, materials with rates, households, and their pickups on a route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.collectors import service as collectors
from app.db import Database
from app.households import service as households
from app.households.models import Household
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import PickupStatus
from app.places.models import Hub, Zone
from app.routing.models import Route, RouteStop
from app.weighing.models import Material, Rate

PIN = "2468"
MATERIALS = (
    ("CAN", "Aluminium cans", 60_000),
    ("CARD", "Cardboard", 4_000),
    ("GLASS", "Glass bottles", 2_000),
    ("PET", "Plastic bottles", 12_000),
)
"""Code, name, kobo per kilogram."""
HOUSEHOLDS = (
    ("Iya Basira", "Blue gate beside Celestial Church, Tejuosho", Location(6.5012, 3.3581, "plus_code", 300)),
    ("Mr Chukwuemeka Okonkwo-Adeyemi", "Two-storey house after the mechanic village, ring twice", None),
    (
        "Alhaja Ramota",
        "Behind Ojuelegba bus stop, green container",
        Location(6.5101, 3.3650, "plus_code", 15),
    ),
    ("Mama Tunde", "Opposite Total filling station, Itire road", Location(6.5098, 3.3497, "plus_code", None)),
    ("Blessing E.", "Face-me-I-face-you by the borehole, room 6", Location(6.4991, 3.3522, "plus_code", 120)),
)


@dataclass(frozen=True)
class Day:
    """`collector` has the stops in `pickups`, in order; `other` has the one in `foreign`."""

    hub_id: UUID
    zone_id: UUID
    collector: UUID
    phone: Phone
    other: UUID
    pickups: tuple[UUID, ...]
    foreign: UUID


@dataclass(frozen=True)
class _Making:
    session: Session
    now: datetime
    on: date
    hub_id: UUID
    zone_id: UUID

    def material(self, code: str, name: str, rate: int) -> None:
        material = Material(code=code, name=name, created_at=self.now)
        self.session.add(material)
        self.session.flush()
        self.session.add(
            Rate(
                material_id=material.id,
                zone_id=None,
                amount_minor_per_kilogram=rate,
                valid_from=self.on - timedelta(days=60),
                created_at=self.now,
            )
        )

    def collector(self, name: str, phone: Phone, language: str) -> UUID:
        made = collectors.create(
            self.session,
            name=name,
            phone=phone,
            language=language,
            hub_id=self.hub_id,
            capacity_grams=150_000,
            now=self.now,
        )
        collectors.set_pin(self.session, made.id, PIN, self.now)
        return made.id

    def pickup(self, number: int, name: str, landmark: str, location: Location | None) -> UUID:
        household = households.enrol(
            self.session,
            phone=f"+234800000{number:04}",
            name=name,
            language="en",
            zone_id=self.zone_id,
            landmark=landmark,
            location=location,
            now=self.now,
        )
        pickup = Pickup(
            household_id=household.id,
            zone_id=self.zone_id,
            date=self.on,
            window_start=time(7),
            window_end=time(9, 30),
            kind=PickupKind.RECURRING,
            status=PickupStatus.ROUTED,
            confirmed=number % 2 == 1,
            created_at=self.now,
            updated_at=self.now,
        )
        self.session.add(pickup)
        self.session.flush()
        return pickup.id

    def route(self, collector_id: UUID, pickups: Sequence[UUID]) -> None:
        route = Route(
            date=self.on,
            collector_id=collector_id,
            hub_id=self.hub_id,
            distance_metres=4_200,
            created_at=self.now,
            updated_at=self.now,
        )
        self.session.add(route)
        self.session.flush()
        for position, pickup_id in enumerate(pickups, 1):
            self.session.add(RouteStop(route_id=route.id, pickup_id=pickup_id, position=position))
        self.session.flush()


def a_day(database: Database, now: datetime, on: date, *, language: str = "en") -> Day:
    """`language` is the collector's."""
    with database.unit_of_work() as session:
        hub = Hub(code="SUR", name="Surulere", latitude=6.5, longitude=3.35, created_at=now)
        session.add(hub)
        session.flush()
        zone = Zone(
            code="SUR-01",
            name="Ojuelegba",
            hub_id=hub.id,
            timezone="Africa/Lagos",
            latitude=6.5,
            longitude=3.36,
            created_at=now,
        )
        session.add(zone)
        session.flush()
        make = _Making(session, now, on, hub.id, zone.id)
        for material in MATERIALS:
            make.material(*material)
        phone = Phone("+2348000009001")
        mine = make.collector("Tunde Bakare", phone, language)
        other = make.collector("Ngozi Eze", Phone("+2348000009002"), "en")
        pickups = [make.pickup(number, *household) for number, household in enumerate(HOUSEHOLDS, 1)]
        foreign = make.pickup(99, "Somebody Else", "Elsewhere", None)
        make.route(mine, pickups)
        make.route(other, [foreign])
    return Day(hub.id, zone.id, mine, phone, other, tuple(pickups), foreign)


def another_route(
    session: Session, day: Day, now: datetime, homes: Sequence[tuple[str, str, Location | None]]
) -> Phone:
    """One more collector, who has `homes` on his route today, as planned: seven minutes each, the box emptied once
    halfway; his phone.
    """
    make = _Making(session, now, now.date(), day.hub_id, day.zone_id)
    phone = Phone("+2348000009003")
    collector = make.collector("Sade Balogun", phone, "en")
    make.route(collector, [make.pickup(100 + number, *home) for number, home in enumerate(homes)])
    for stop in session.scalars(select(RouteStop).join(Route).where(Route.collector_id == collector)):
        stop.arrives_at = now + timedelta(minutes=7 * stop.position)
        stop.trip = 1 if stop.position <= len(homes) // 2 else 2
    session.flush()
    return phone


@dataclass(frozen=True)
class Rider:
    """A collector with a route of her own."""

    id: UUID
    phone: Phone
    pickups: tuple[UUID, ...]


def a_rider(session: Session, day: Day, now: datetime, number: int, stops: int) -> Rider:
    """One more collector of the hub, with `stops` homes on her route today."""
    make = _Making(session, now, now.date(), day.hub_id, day.zone_id)
    phone = Phone(f"+23480000091{number:02}")
    rider = make.collector(f"Rider {number}", phone, "en")
    pickups = [
        make.pickup(2_000 + 50 * number + at, f"Home {number}-{at}", "By the road", None)
        for at in range(stops)
    ]
    make.route(rider, pickups)
    return Rider(rider, phone, tuple(pickups))


def more_stops(session: Session, collector_id: UUID, now: datetime, count: int) -> list[UUID]:
    """`count` more homes at the end of the collector's route of today; their pickups."""
    route = session.scalars(
        select(Route).where(Route.collector_id == collector_id, Route.date == now.date())
    ).one()
    zone = session.scalars(select(Zone)).first()
    assert zone is not None
    last = session.scalar(select(func.max(RouteStop.position)).where(RouteStop.route_id == route.id)) or 0
    known = session.scalar(select(func.count()).select_from(Household)) or 0
    make = _Making(session, now, now.date(), route.hub_id, zone.id)
    made = [make.pickup(1_000 + known + n, f"Home {known + n}", "By the road", None) for n in range(count)]
    for position, pickup_id in enumerate(made, last + 1):
        session.add(RouteStop(route_id=route.id, pickup_id=pickup_id, position=position))
    session.flush()
    return made
