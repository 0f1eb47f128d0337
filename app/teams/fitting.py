"""Whether stops that change hands fit, and where on the way. Pure; by straight lines, for it must be quick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from app.kernel.place import Location, distance_metres

_METRES_PER_KILOMETRE = 1000
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Pace:
    """How long things take, as the settings have it."""

    kilometres_per_hour: float
    detour_factor: float
    stop_seconds: int
    hub_seconds: int

    def travel_seconds(self, metres: float) -> float:
        return metres / _METRES_PER_KILOMETRE / self.kilometres_per_hour * _SECONDS_PER_HOUR


@dataclass(frozen=True)
class Bike:
    capacity_grams: int
    """What it is to be loaded with at most."""
    trips_max: int
    seconds_left: float
    """Until the shift ends."""


@dataclass(frozen=True)
class Door:
    """A stop that lies ahead."""

    pickup_id: UUID
    location: Location
    grams: int
    """Expected there."""


def metres(path: Sequence[Location], pace: Pace) -> float:
    return sum(distance_metres(start, end) for start, end in pairwise(path)) * pace.detour_factor


def insert(doors: Sequence[Door], new: Sequence[Door], start: Location, hub: Location) -> list[Door]:
    """`doors` in their order, each new one where the detour is shortest (cheapest insertion)."""
    order = list(doors)
    for door in new:
        path = [start, *(one.location for one in order), hub]
        order.insert(
            min(
                range(len(order) + 1),
                key=lambda place: (
                    distance_metres(path[place], door.location)
                    + distance_metres(door.location, path[place + 1])
                    - distance_metres(path[place], path[place + 1])
                ),
            ),
            door,
        )
    return order


def lacks(doors: Sequence[Door], start: Location, hub: Location, bike: Bike, pace: Pace) -> str | None:
    """What is missing for riding `doors` in this order and being back in time: `room`, `time`, or nothing."""
    if any(door.grams > bike.capacity_grams for door in doors):
        return "room"
    trips = max(1, math.ceil(sum(door.grams for door in doors) / bike.capacity_grams))
    if trips > bike.trips_max:
        return "room"
    way = metres([start, *(door.location for door in doors), hub], pace)
    # Each further trip goes to the hub and back from the middle of the round.
    between = sum(distance_metres(door.location, hub) for door in doors) / max(len(doors), 1)
    way += (trips - 1) * 2 * between * pace.detour_factor
    needed = pace.travel_seconds(way) + len(doors) * pace.stop_seconds + (trips - 1) * pace.hub_seconds
    return "time" if doors and needed > bike.seconds_left else None
