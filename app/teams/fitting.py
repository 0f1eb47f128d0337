"""Whether stops that change hands fit, and where on the way. Pure; by straight lines, for it must be quick."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID

from app.kernel.place import Location, distance_metres

_METRES_PER_KILOMETRE = 1000
_SECONDS_PER_HOUR = 3600


class Lack(enum.StrEnum):
    """What is missing for some stops."""

    ROOM = "room"
    TIME = "time"
    """The shift is over before."""
    PROMISE = "promise"
    """A household would be reached after the hours it was promised."""


@dataclass(frozen=True)
class Pace:
    """How long things take, as the settings have it."""

    kilometres_per_hour: float
    detour_factor: float
    stop_seconds: int
    hub_seconds: int

    def way(self, start: Location, end: Location) -> timedelta:
        metres = distance_metres(start, end) * self.detour_factor
        return timedelta(hours=metres / _METRES_PER_KILOMETRE / self.kilometres_per_hour)


@dataclass(frozen=True)
class Load:
    grams: int = 0
    millilitres: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(self.grams + other.grams, self.millilitres + other.millilitres)

    def exceeds(self, room: Load) -> bool:
        return self.grams > room.grams or self.millilitres > room.millilitres


@dataclass(frozen=True)
class Rest:
    """A break that is still to come."""

    begins_from: datetime
    begins_until: datetime
    length: timedelta


@dataclass(frozen=True)
class Bike:
    """A collector and his bike, for what is left of the day."""

    room: Load
    """What it is to be loaded with at most."""
    trips_left: int
    """The one that is under way among them."""
    begins_at: datetime
    """Now, or when the shift begins."""
    ends_at: datetime
    aboard: Load = Load()
    rest: Rest | None = None


@dataclass(frozen=True)
class Door:
    """A stop that lies ahead."""

    pickup_id: UUID
    location: Location
    load: Load
    """Expected there."""
    opens_at: datetime
    closes_at: datetime
    """Nobody is to come later."""


@dataclass(frozen=True)
class Ride:
    """How the rest of a day goes."""

    arrives_at: Mapping[UUID, datetime]
    """By pickup."""
    trips: int
    back_at: datetime


def metres(path: Sequence[Location], pace: Pace) -> float:
    return sum(distance_metres(start, end) for start, end in pairwise(path)) * pace.detour_factor


def ride(doors: Sequence[Door], start: Location, hub: Location, bike: Bike, pace: Pace) -> Ride:
    """`doors` in this order, emptying at the hub where the next bag would not fit, and resting as late as may be."""
    now, here, aboard, trips, rest = bike.begins_at, start, bike.aboard, 1, bike.rest
    arrives: dict[UUID, datetime] = {}
    at_door = timedelta(seconds=pace.stop_seconds)

    def rested(leaves: datetime, done_at: datetime) -> datetime:
        nonlocal rest
        if rest is None or done_at <= rest.begins_until:
            return leaves
        leaves, rest = max(leaves, rest.begins_from) + rest.length, None
        return leaves

    for door in doors:
        loaded = aboard + door.load
        if loaded.exceeds(bike.room) and aboard != Load():
            now += pace.way(here, hub) + timedelta(seconds=pace.hub_seconds)
            here, loaded, trips = hub, door.load, trips + 1
        way = pace.way(here, door.location)
        now = rested(now, max(now + way, door.opens_at) + at_door)
        arrives[door.pickup_id] = max(now + way, door.opens_at)
        now, here, aboard = arrives[door.pickup_id] + at_door, door.location, loaded
    way = pace.way(here, hub)
    return Ride(arrives, trips, rested(now, now + way) + way)


def insert(
    doors: Sequence[Door],
    new: Sequence[Door],
    start: Location,
    hub: Location,
    fits: Callable[[Sequence[Door]], bool] | None = None,
) -> list[Door]:
    """`doors` in their order, each new one where the detour is shortest of the places at which all of it `fits`
    (cheapest insertion); where there is none, just where the detour is shortest.
    """
    order = list(doors)
    for door in new:
        path = [start, *(one.location for one in order), hub]
        places = sorted(range(len(order) + 1), key=partial(_detour, path, door.location))
        tried = [[*order[:place], door, *order[place:]] for place in places]
        found = next((one for one in tried if fits(one)), None) if fits else tried[0]
        if found is None:
            fits = None  # nor will it with more of them
        order = found or tried[0]
    return order


def lacks(doors: Sequence[Door], start: Location, hub: Location, bike: Bike, pace: Pace) -> Lack | None:
    """What is missing for riding `doors` in this order, each in time, and being back in time."""
    if not doors:
        return None
    done = ride(doors, start, hub, bike, pace)
    if done.trips > bike.trips_left or any(door.load.exceeds(bike.room) for door in doors):
        return Lack.ROOM
    if done.back_at > bike.ends_at:
        return Lack.TIME
    late = any(done.arrives_at[door.pickup_id] > door.closes_at for door in doors)
    return Lack.PROMISE if late else None


def patient(doors: Sequence[Door], known: Mapping[UUID, datetime]) -> list[Door]:
    """`doors`, those that would be reached too late anyway with that (`known`) as the latest time."""
    return [
        replace(door, closes_at=max(door.closes_at, known.get(door.pickup_id, door.closes_at)))
        for door in doors
    ]


def _detour(path: Sequence[Location], through: Location, place: int) -> float:
    before, after = path[place], path[place + 1]
    ways = distance_metres(before, through) + distance_metres(through, after)
    return ways - distance_metres(before, after)
