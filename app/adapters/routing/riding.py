"""One vehicle's day by going to the nearest stop next, emptying at the hub when nothing more fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.adapters.routing.insertion import Day
from app.routing.answering import FOREVER
from app.routing.problem import RoutingProblem, Vehicle
from app.routing.timeline import Legs, locked_trips, tidy, timetable
from app.routing.ways import IntArray


def ride(problem: RoutingProblem, number: int, stops: Sequence[int], leg: Legs) -> Day:
    """Trips of vehicle `number` by its locked stops and by as many of `stops` as fit."""
    day = Ride(problem, number, stops, leg).go()
    # Seen from the end, a break can fit worse than it seemed along the way.
    while timetable(problem, number, day, leg) is None:
        day[-1].pop()
        day = tidy(problem, number, day)
    return day


@dataclass
class _Left:
    """The stops that are left, as arrays of equal length."""

    numbers: IntArray
    points: IntArray
    grams: IntArray
    millilitres: IntArray
    service: IntArray
    opens: IntArray
    closes: IntArray
    released: IntArray
    home: IntArray
    """Seconds from there to the hub."""

    @classmethod
    def of(cls, problem: RoutingProblem, numbers: Sequence[int], vehicle: Vehicle) -> _Left:
        stops = [problem.stops[number] for number in numbers]
        rows = [
            (
                number,
                stop.point,
                stop.load_grams,
                stop.volume_millilitres,
                stop.service_seconds,
                stop.window.opens_seconds if stop.window else 0,
                stop.window.closes_seconds if stop.window else FOREVER,
                stop.released_seconds,
            )
            for number, stop in zip(numbers, stops, strict=True)
        ]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 8)
        home = problem.ways.seconds(columns[:, 1], [vehicle.hub])
        return cls(*np.hstack((columns, home)).T)

    def without(self, at: int) -> _Left:
        return _Left(*(np.delete(column, at) for column in vars(self).values()))


class Ride:
    """Where a vehicle stands after its locked stops, and on from there."""

    def __init__(self, problem: RoutingProblem, number: int, stops: Sequence[int], leg: Legs) -> None:
        self.problem = problem
        self.leg = leg
        self.vehicle = problem.vehicles[number]
        self.number = number
        self.day: Day = [[]]
        self.left = _Left.of(problem, stops, self.vehicle)
        self.here = self.vehicle.sets_out_from
        self.now = self.vehicle.shift.opens_seconds
        self.grams, self.millilitres = self.vehicle.aboard_grams, self.vehicle.aboard_millilitres
        self.rested = self.vehicle.rest is None
        self.ready_seconds = self.now
        """When this trip could leave at the earliest: stops of it cannot be released later."""
        for at, trip in enumerate(locked_trips(problem, number)):
            if at:
                self.empty()
            for stop in trip:
                self._serve(stop)

    def go(self) -> Day:
        while len(self.left.numbers):
            at = self._next()
            if at is None:
                if not self._new_trip():
                    break
                continue
            self._serve(int(self.left.numbers[at]))
            self.left = self.left.without(at)
        return tidy(self.problem, self.number, self.day)

    def _serve(self, number: int) -> None:
        stop = self.problem.stops[number]
        way = self.leg(self.here, stop.point)
        opens = stop.window.opens_seconds if stop.window else 0
        if not self.day[-1]:
            self.now = self.ready_seconds = max(self.now, stop.released_seconds)
        leaves = max(self.now + way, opens) + stop.service_seconds
        if not self.rested and self.vehicle.rest and leaves > self.vehicle.rest.window.closes_seconds:
            self.rested = True
            self.now = max(self.now, self.vehicle.rest.window.opens_seconds) + self.vehicle.rest.seconds
            leaves = max(self.now + way, opens) + stop.service_seconds
        self.day[-1].append(number)
        self.now, self.here = leaves, stop.point
        self.grams += stop.load_grams
        self.millilitres += stop.volume_millilitres

    def _new_trip(self) -> bool:
        """Empty at the hub, where that may help."""
        useful = bool(self.day[-1]) or self.grams > 0 or self.millilitres > 0
        if not useful or len(self.day) >= self.vehicle.most_trips:
            return False
        self.empty()
        return True

    def empty(self) -> None:
        self.now += self.leg(self.here, self.vehicle.hub) + self.vehicle.reload_seconds
        self.here = self.vehicle.hub
        self.grams = self.millilitres = 0
        self.ready_seconds = self.now
        self.day.append([])

    def _next(self) -> int | None:
        """The place among the stops left of the one where service can begin soonest."""
        vehicle, left = self.vehicle, self.left
        way = self.problem.ways.seconds([self.here], left.points)[0]
        starting = np.maximum(self.now, left.released) if not self.day[-1] else self.now
        begins = np.maximum(starting + way, left.opens)
        leaves = begins + left.service
        if not self.rested and vehicle.rest is not None:
            rest = vehicle.rest
            tired = leaves > rest.window.closes_seconds
            rested = np.maximum(starting, rest.window.opens_seconds) + rest.seconds
            begins = np.where(tired, np.maximum(rested + way, left.opens), begins)
            leaves = begins + left.service
            back = leaves + left.home
            back += np.where(~tired & (back > rest.window.closes_seconds), rest.seconds, 0)
        else:
            back = leaves + left.home
        able = (begins <= left.closes) & (back <= vehicle.shift.closes_seconds)
        if self.day[-1]:
            able &= left.released <= self.ready_seconds
        if vehicle.capacity_grams is not None:
            able &= self.grams + left.grams <= vehicle.capacity_grams
        if vehicle.capacity_millilitres is not None:
            able &= self.millilitres + left.millilitres <= vehicle.capacity_millilitres
        if not able.any():
            return None
        # The soonest, of these the nearest, of these the first.
        keys = begins * (int(way.max()) + 1) + way
        return int(np.argmin(np.where(able, keys, np.iinfo(np.int64).max)))
