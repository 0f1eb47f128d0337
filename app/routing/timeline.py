"""When a vehicle is where: from the stops of its trips, in order, to arrival times and its break. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from app.routing.problem import Rest, Round, RoutingProblem, Trip, Vehicle, Visit, Window
from app.routing.ways import Ways, path_metres

Trips: TypeAlias = Sequence[Sequence[int]]
"""Numbers of stops in order, trip by trip."""
_TABLE_POINTS = 1_000
"""Up to so many points, all pairs are looked up at once."""
_REMEMBERED = 1_000_000


class Legs:
    """Seconds from point to point, one pair at a time."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._table: list[list[int]] | None = None
        if ways.size <= _TABLE_POINTS:
            everything = range(ways.size)
            self._table = ways.seconds(everything, everything).tolist() if ways.size else []
        self._seen: dict[tuple[int, int], int] = {}

    def __call__(self, start: int, end: int) -> int:
        if self._table is not None:
            return self._table[start][end]
        found = self._seen.get((start, end))
        if found is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            found = self._seen[start, end] = int(self._ways.seconds([start], [end])[0, 0])
        return found


def fits_aboard(problem: RoutingProblem, number: int, trips: Trips) -> bool:
    """Whether no trip carries more than the vehicle can; locked stops alone on a trip are let through."""
    vehicle = problem.vehicles[number]
    grams, millilitres = vehicle.aboard_grams, vehicle.aboard_millilitres
    for trip in trips:
        alone_aboard = len(trip) == 1 and not grams and not millilitres
        for stop in trip:
            grams += problem.stops[stop].load_grams
            millilitres += problem.stops[stop].volume_millilitres
        over = exceeds(grams, vehicle.capacity_grams) or exceeds(millilitres, vehicle.capacity_millilitres)
        if over and trip and not (alone_aboard and trip[0] in vehicle.locked):
            return False
        grams = millilitres = 0
    return True


def locked_trips(problem: RoutingProblem, number: int) -> list[list[int]]:
    """The locked stops of vehicle `number` as trips: emptying where the next one would not fit."""
    trips: list[list[int]] = [[]]
    for stop in problem.vehicles[number].locked:
        if not fits_aboard(problem, number, [*trips[:-1], [*trips[-1], stop]]) and (
            trips[-1] or len(trips) == 1
        ):
            trips.append([])
        trips[-1].append(stop)
    return trips


def tidy(problem: RoutingProblem, number: int, trips: Trips) -> list[list[int]]:
    """Without trips to nobody, but for a first one on which a vehicle that is out or laden goes to empty."""
    vehicle = problem.vehicles[number]
    out = vehicle.sets_out_from != vehicle.hub
    laden = vehicle.aboard_grams > 0 or vehicle.aboard_millilitres > 0
    kept = [list(trip) for at, trip in enumerate(trips) if trip or (not at and (out or laden))]
    return kept if out or laden or any(kept) else []


def exceeds(amount: int, limit: int | None) -> bool:
    return limit is not None and amount > limit


def timetable(
    problem: RoutingProblem, number: int, trips: Trips, leg: Callable[[int, int], int]
) -> Round | None:
    """The round of vehicle `number` by these trips, as early as may be, leaving the hub no earlier than needed.

    None where a window, the shift or the break would not be kept by anything but locked stops. Loads, the
    count of trips and whose stops they are is not looked at; metres are left at 0.
    """
    vehicle = problem.vehicles[number]
    if not any(trips):
        if vehicle.sets_out_from == vehicle.hub:
            return Round()
        trips = [()]
    walk = _Walk(problem, vehicle, trips, leg)
    plain = walk.go(None)
    rest = vehicle.rest
    if rest is None or plain is None or not _needs(rest, plain):
        return plain
    for place in walk.places_to_rest(rest, plain):
        rested = walk.go(place)
        if rested is not None:
            return rested
    return plain if walk.all_locked() else None


def _needs(rest: Rest, done: Round) -> bool:
    begins, ends = done.trips[0].leaves_seconds, done.trips[-1].returns_seconds
    return begins <= rest.window.closes_seconds < ends


@dataclass
class _Walk:
    problem: RoutingProblem
    vehicle: Vehicle
    trips: Trips
    leg: Callable[[int, int], int]
    locked: frozenset[int] = field(init=False)
    now: int = field(init=False)
    here: int = field(init=False)
    travel: int = field(init=False)
    rested: Window | None = field(init=False)

    def __post_init__(self) -> None:
        self.locked = frozenset(self.vehicle.locked)

    def places_to_rest(self, rest: Rest, plain: Round) -> Iterator[int]:
        """Legs (counted through all trips) on which a break may begin: the last ones first."""
        free = []
        for trip in plain.trips:
            free += [trip.leaves_seconds, *(visit.leaves_seconds for visit in trip.visits)]
        yield from (at for at in reversed(range(len(free))) if free[at] <= rest.window.closes_seconds)

    def go(self, rest_on_leg: int | None) -> Round | None:
        """The round with its break at the beginning of that leg; None where it cannot be kept."""
        vehicle = self.vehicle
        self.now, self.here = vehicle.shift.opens_seconds, vehicle.sets_out_from
        self.rested, self.travel, legs_left = None, 0, rest_on_leg
        trips = []
        for at, stops in enumerate(self.trips):
            if at:
                self.now += vehicle.reload_seconds
            self.now = max([self.now, *(self.problem.stops[stop].released_seconds for stop in stops)])
            done = self._trip(stops, legs_left)
            if done is None:
                return None
            trips.append(done)
            legs_left = None if legs_left is None else legs_left - len(stops) - 1
        if self.now > vehicle.shift.closes_seconds and not self.all_locked():
            return None
        return Round(tuple(trips), self.rested, self.travel)

    def _trip(self, stops: Sequence[int], rest_on_leg: int | None) -> Trip | None:
        leaves = self.now
        visits: list[Visit] = []
        for at, number in enumerate(stops):
            if at == rest_on_leg and not self._take_rest():
                return None
            stop = self.problem.stops[number]
            way = self._travel_to(stop.point)
            begins = max(self.now, stop.window.opens_seconds) if stop.window else self.now
            if not at and rest_on_leg != 0:
                # No earlier than needed: it waits at the hub, not at the door.
                leaves, self.now = begins - way, begins
            if stop.window and begins > stop.window.closes_seconds and number not in self.locked:
                return None
            visits.append(Visit(number, self.now, begins, begins + stop.service_seconds))
            self.now = begins + stop.service_seconds
        if rest_on_leg == len(stops) and not self._take_rest():
            return None
        self._travel_to(self.vehicle.hub)
        return Trip(leaves, tuple(visits), self.now)

    def _travel_to(self, point: int) -> int:
        way = self.leg(self.here, point)
        self.now += way
        self.travel += way
        self.here = point
        return way

    def _take_rest(self) -> bool:
        rest = self.vehicle.rest
        begins = max(self.now, rest.window.opens_seconds) if rest else 0
        if rest is None or begins > rest.window.closes_seconds:
            return False
        self.now = begins + rest.seconds
        self.rested = Window(begins, self.now)
        return True

    def all_locked(self) -> bool:
        return all(stop in self.locked for trip in self.trips for stop in trip)


def with_metres(ways: Ways, vehicle: Vehicle, problem: RoutingProblem, done: Round) -> Round:
    """The same round, its metres counted."""
    if not done.trips:
        return done
    path = [vehicle.sets_out_from]
    for trip in done.trips:
        path += [*(problem.stops[visit.stop].point for visit in trip.visits), vehicle.hub]
    return Round(done.trips, done.rests, done.travel_seconds, path_metres(ways, path))
