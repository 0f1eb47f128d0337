"""The question that a day asks of an optimiser, and the answer: pure values.

Times are seconds since a zero that the whole problem shares, say midnight. Cost is counted in **seconds under
way**: a plan costs the seconds that its vehicles travel, the fixed cost of each vehicle that goes out, and for
each stop that stays unserved its prize. A prize of 600 is thus worth a detour of ten minutes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from app.routing.ways import Ways

WHOLE_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Window:
    """From `opens_seconds` to `closes_seconds`, both included."""

    opens_seconds: int
    closes_seconds: int


ANY_TIME = Window(0, WHOLE_DAY_SECONDS)


@dataclass(frozen=True)
class Rest:
    """A break of `seconds` that begins within `window`, wherever the rider is then, but not while serving.

    Who sets out after the window closes, or is back for good before that, needs none.
    """

    window: Window
    seconds: int


@dataclass(frozen=True)
class RoutingStop:
    """A place to go to once. Stops are known by their number in `RoutingProblem.stops`."""

    point: int
    load_grams: int = 0
    volume_millilitres: int = 0
    service_seconds: int = 0
    window: Window | None = None
    """When service may begin; None is any time. Who comes early waits."""
    prize: int | None = None
    """What it costs to leave it out. None: it must be served if anyhow possible."""
    vehicles: frozenset[int] | None = None
    """Whose it is, by number in `RoutingProblem.vehicles`; None is anybody's. One alone: it is pinned."""
    elsewhere_cost: int | None = None
    """What it costs to give it to a vehicle that is not among `vehicles`; None: that may not be."""
    released_seconds: int = 0
    """The trip that serves it may not leave the hub before."""

    def may_be_served_by(self, vehicle: int) -> bool:
        return self.vehicles is None or vehicle in self.vehicles or self.elsewhere_cost is not None

    def surcharge(self, vehicle: int) -> int:
        """The cost of giving it to `vehicle`, beside the way. Only for one that may serve it."""
        return 0 if self.vehicles is None or vehicle in self.vehicles else self.elsewhere_cost or 0


@dataclass(frozen=True)
class Vehicle:
    """A collector's bike for a day, or for what is left of it."""

    hub: int = 0
    """The point where it empties between trips, and where it ends."""
    start: int | None = None
    """The point where it is when the shift opens; None is the hub."""
    shift: Window = ANY_TIME
    """It sets out no earlier, and is back no later."""
    capacity_grams: int | None = None
    """None is no limit."""
    capacity_millilitres: int | None = None
    aboard_grams: int = 0
    """What is on it at `start`; gone with the first emptying."""
    aboard_millilitres: int = 0
    rest: Rest | None = None
    fixed_cost: int = 0
    most_trips: int = 1
    reload_seconds: int = 0
    """How long emptying at the hub takes between two trips."""
    locked: tuple[int, ...] = ()
    """Stops that it serves first, in this order, come what may: emptying in between where the next would not
    fit, late where time does not allow otherwise."""
    present: tuple[int, ...] = ()
    """The order it has today, if it has one: where the search starts."""

    @property
    def sets_out_from(self) -> int:
        return self.hub if self.start is None else self.start


@dataclass(frozen=True)
class RoutingProblem:
    """Raises `ValueError` for numbers of points, stops or vehicles that do not exist, and for a stop that is
    locked twice.
    """

    ways: Ways
    vehicles: tuple[Vehicle, ...]
    stops: tuple[RoutingStop, ...]
    evenly: bool = False
    """Share the work out, instead of having as few ways as possible: nobody idles while others are busy."""

    def __post_init__(self) -> None:
        points = {stop.point for stop in self.stops}
        points |= {point for one in self.vehicles for point in (one.hub, one.sets_out_from)}
        _must_exist("point", points, self.ways.size)
        owners = {vehicle for stop in self.stops for vehicle in stop.vehicles or ()}
        _must_exist("vehicle", owners, len(self.vehicles))
        _must_exist("stop", {stop for one in self.vehicles for stop in one.present}, len(self.stops))
        locked = [stop for one in self.vehicles for stop in one.locked]
        _must_exist("stop", set(locked), len(self.stops))
        if len(set(locked)) < len(locked):
            raise ValueError("a stop is locked more than once")

    def locked_to(self) -> dict[int, int]:
        """The vehicle of each stop that is locked."""
        return {stop: number for number, one in enumerate(self.vehicles) for stop in one.locked}


def _must_exist(noun: str, numbers: set[int], count: int) -> None:
    strangers = sorted(number for number in numbers if not 0 <= number < count)
    if strangers:
        raise ValueError(f"there is no {noun} {strangers[0]}; there are {count}")


@dataclass(frozen=True)
class Visit:
    stop: int
    arrives_seconds: int
    begins_seconds: int
    """Of service: later than the arrival where the window opens later."""
    leaves_seconds: int


@dataclass(frozen=True)
class Trip:
    """From the hub (the first one: from where the vehicle starts) by its visits to the hub."""

    leaves_seconds: int
    visits: tuple[Visit, ...]
    returns_seconds: int


@dataclass(frozen=True)
class Round:
    """What one vehicle does."""

    trips: tuple[Trip, ...] = ()
    rests: Window | None = None
    """When it takes its break, where it needs one."""
    travel_seconds: int = 0
    travel_metres: int = 0

    @property
    def stops(self) -> tuple[int, ...]:
        """In order, through all trips."""
        return tuple(visit.stop for trip in self.trips for visit in trip.visits)

    def visits(self) -> Iterator[Visit]:
        for trip in self.trips:
            yield from trip.visits


class WhyUnserved(enum.StrEnum):
    NO_VEHICLE = "no_vehicle"
    """There is none, or none that may serve it."""
    TOO_HEAVY = "too_heavy"
    """More grams than any vehicle that may serve it can carry."""
    TOO_BULKY = "too_bulky"
    """More millilitres than any vehicle that may serve it can carry."""
    TOO_FAR = "too_far"
    """There and back does not fit into any shift."""
    OUT_OF_HOURS = "out_of_hours"
    """Nobody's shift lets anybody be there within its window."""
    NO_ROOM_LEFT = "no_room_left"
    """It would fit into an empty day, but the loads and hours are taken."""
    NOT_WORTH_IT = "not_worth_it"
    """Its prize is less than what serving it would cost."""


@dataclass(frozen=True)
class Unserved:
    stop: int
    why: WhyUnserved


@dataclass(frozen=True)
class RoutingPlan:
    """Every stop is visited once in `rounds`, or named in `unserved`."""

    rounds: tuple[Round, ...]
    """As many as vehicles, in their order."""
    unserved: tuple[Unserved, ...]
    """By number of the stop."""
    cost: int
    """See this module's head; surcharges for stops that are elsewhere included."""
