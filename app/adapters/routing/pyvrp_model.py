"""A day in the words of PyVRP, and back.

What PyVRP does not know is said in what it knows. A **break** is time, not a place: shifts end earlier by its
length, and so do windows that it may push back; whatever fits then still fits once the break is put in. **Locked**
stops are behind the vehicle: it starts where and when the last of them ends, laden. **Whose** a stop is stands in
the distances to it, one table for all vehicles that may go to the same stops. What **must be served** is worth
more than any detour. An **even** day has a limit of stops per trip, and hours beyond a fair share cost extra.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvrp

from app.adapters.routing.insertion import Day
from app.adapters.routing.riding import Ride
from app.routing.answering import FOREVER
from app.routing.problem import RoutingProblem, RoutingStop, Vehicle
from app.routing.timeline import Legs, exceeds, tidy
from app.routing.ways import IntArray

_NO_LIMIT = int(np.iinfo(np.int64).max)
_OVERTIME_COST = 2
"""Of a second beyond the fair share: worth that much of a detour."""


@dataclass(frozen=True)
class Share:
    """What is fair for one vehicle of an even day."""

    working_seconds: int
    stops: int


class Model:
    """`stops` of a problem, and the vehicles that can still do anything.

    `strict` where the days to start from serve all that must be served: then it stays so.
    """

    def __init__(
        self,
        problem: RoutingProblem,
        stops: Sequence[int],
        leg: Legs,
        *,
        shares: Sequence[Share] | None = None,
        strict: bool = False,
    ) -> None:
        self.problem = problem
        locked = problem.locked_to()
        self.stops = [number for number in stops if number not in locked]
        self._client_of = {number: at for at, number in enumerate(self.stops)}
        self._shares = shares
        self._points: list[int] = []
        self._depots: list[pyvrp.Depot] = []
        self._types: dict[object, int] = {}
        self._vehicle_types: list[pyvrp.VehicleType] = []
        self._profiles: dict[bytes, int] = {}
        self._tables: list[IntArray] = []
        self._standing: dict[int, Ride] = {}
        self._members: list[list[int]] = []
        self._depot_of: dict[tuple[int, int], int] = {}
        self._measure()
        for number in range(len(problem.vehicles)):
            self._add_vehicle(number, leg)
        self.worth_asking = bool(self.stops and self._members)
        """Whether there is anything to do, and anybody to do it."""
        if self.worth_asking:
            self.data = self._put_together(strict=strict)

    def solution_of(self, days: Sequence[Day]) -> pyvrp.Solution:
        """In PyVRP's words; stops that are not in `days` are unplanned."""
        routes = []
        for kind, members in enumerate(self._members):
            for number in members:
                steps = self._steps(number, days[number], kind)
                if steps:
                    routes.append(pyvrp.Route(self.data, steps, kind))
        return pyvrp.Solution(self.data, routes)

    def days_of(self, solution: pyvrp.Solution, before: Sequence[Day]) -> list[Day]:
        """Each vehicle's day. Of vehicles that are alike, each gets the route likest to its day `before`."""
        days = [
            list(map(list, self._standing[at].day)) if at in self._standing else [*map(list, before[at])]
            for at in range(len(self.problem.vehicles))
        ]
        for kind, members in enumerate(self._members):
            routes = [self._trips(route) for route in solution.routes() if route.vehicle_type() == kind]
            for number, trips in _matched(members, routes, before).items():
                first, *others = trips
                days[number] = [*days[number][:-1], [*days[number][-1], *first], *others]
        return [tidy(self.problem, number, day) for number, day in enumerate(days)]

    def _measure(self) -> None:
        """What the numbers of this problem must be larger than."""
        vehicles, stops = self.problem.vehicles, self.problem.stops
        hubs = sorted({point for one in vehicles for point in (one.hub, one.sets_out_from)})
        points = [stops[number].point for number in self.stops]
        self._farthest = int(
            max(
                self.problem.ways.seconds(hubs, points).max(initial=0),
                self.problem.ways.seconds(points, hubs).max(initial=0),
            )
        )
        costs = max([one.fixed_cost for one in vehicles], default=0)
        costs += max([stops[number].elsewhere_cost or 0 for number in self.stops], default=0)
        costs += max([stops[number].prize or 0 for number in self.stops], default=0)
        hours = (
            sum(_OVERTIME_COST * stops[number].service_seconds for number in self.stops)
            if self._shares
            else 0
        )
        self._must_prize = 10 * (4 * self._farthest + costs + hours) + 1
        self._wall = 4 * self._must_prize
        self._grams = any(stops[number].load_grams for number in self.stops)
        self._volume = any(stops[number].volume_millilitres for number in self.stops)
        rests = [one.rest for one in vehicles if one.rest]
        self._rest_seconds = max([rest.seconds for rest in rests], default=0)
        self._rest_opens = min([rest.window.opens_seconds for rest in rests], default=FOREVER)

    def _add_vehicle(self, number: int, leg: Legs) -> None:
        vehicle = self.problem.vehicles[number]
        standing = Ride(self.problem, number, (), leg)
        over = exceeds(standing.grams, vehicle.capacity_grams)
        if over or exceeds(standing.millilitres, vehicle.capacity_millilitres):
            standing.empty()
        ends = vehicle.shift.closes_seconds
        if not standing.rested and vehicle.rest and vehicle.rest.window.closes_seconds < ends:
            ends -= vehicle.rest.seconds
        reloads = vehicle.most_trips - len(standing.day)
        if standing.now > ends or reloads < 0:
            return
        share = self._shares[number] if self._shares else None
        profile = self._profile_of(number)
        key = (
            standing.here,
            vehicle.hub,
            standing.now,
            ends,
            standing.grams,
            standing.millilitres,
            share,
            vehicle.capacity_grams,
            vehicle.capacity_millilitres,
            vehicle.fixed_cost,
            reloads,
            vehicle.reload_seconds,
            profile,
            None if len(standing.day) == 1 and not standing.day[0] else number,
        )
        if key not in self._types:
            self._types[key] = len(self._types)
            self._members.append([])
            self._vehicle_types.append(self._type_of(vehicle, standing, ends, reloads, share))
        self._members[self._types[key]].append(number)
        self._standing[number] = standing

    def _type_of(
        self, vehicle: Vehicle, standing: Ride, ends: int, reloads: int, share: Share | None
    ) -> pyvrp.VehicleType:
        paid = ends - standing.now
        fair = min(share.working_seconds, paid) if share else paid
        return pyvrp.VehicleType(
            capacity=self._loads(
                _or_plenty(vehicle.capacity_grams),
                _or_plenty(vehicle.capacity_millilitres),
                share.stops if share else 0,
            ),
            initial_load=self._loads(standing.grams, standing.millilitres, 0),
            start_depot=self._depot(standing.here, 0),
            end_depot=self._depot(vehicle.hub, 0),
            fixed_cost=vehicle.fixed_cost,
            tw_early=standing.now,
            profile=self._profile_of(standing.number),
            reload_depots=[self._depot(vehicle.hub, vehicle.reload_seconds)] if reloads else [],
            max_reloads=reloads,
            tw_late=ends if ends < FOREVER else _NO_LIMIT,
            shift_duration=fair if ends < FOREVER else _NO_LIMIT,
            max_overtime=paid - fair,
            unit_overtime_cost=_OVERTIME_COST if share else 0,
        )

    def _loads(self, grams: int, millilitres: int, stops: int) -> list[int]:
        """The dimensions that matter."""
        return [
            *([grams] if self._grams else ()),
            *([millilitres] if self._volume else ()),
            *([stops] if self._shares else ()),
        ]

    def _depot(self, point: int, service_seconds: int) -> int:
        key = (point, service_seconds)
        if key not in self._depot_of:
            self._depot_of[key] = len(self._depots)
            self._depots.append(pyvrp.Depot(len(self._points), service_duration=service_seconds))
            self._points.append(point)
        return self._depot_of[key]

    def _profile_of(self, number: int) -> int:
        extra = np.array(
            [self._extra_cost(self.problem.stops[stop], number) for stop in self.stops], np.int64
        )
        return self._profiles.setdefault(extra.tobytes(), len(self._profiles))

    def _extra_cost(self, stop: RoutingStop, vehicle: int) -> int:
        return stop.surcharge(vehicle) if stop.may_be_served_by(vehicle) else self._wall

    def _put_together(self, *, strict: bool) -> pyvrp.ProblemData:
        depots = len(self._points)
        points = [*self._points, *(self.problem.stops[number].point for number in self.stops)]
        seconds = self.problem.ways.seconds(points, points)
        # PyVRP's stubs name the shape where they mean the type of the elements.
        costs: list[Any] = []
        times: list[Any] = [seconds] * len(self._profiles)
        for extra in self._profiles:
            surcharges = np.frombuffer(extra, np.int64)
            table = seconds
            if surcharges.any():
                table = seconds.copy()
                table[:, depots:] += surcharges
                np.fill_diagonal(table, 0)
            costs.append(table)
        kinds = [
            kind.replace(num_available=len(members))
            for kind, members in zip(self._vehicle_types, self._members, strict=True)
        ]
        return pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0)] * len(points),
            clients=[
                self._client(self.problem.stops[number], depots + at, strict=strict)
                for at, number in enumerate(self.stops)
            ],
            depots=self._depots,
            vehicle_types=kinds,
            distance_matrices=costs,
            duration_matrices=times,
        )

    def _client(self, stop: RoutingStop, location: int, *, strict: bool) -> pyvrp.Client:
        opens, closes = 0, _NO_LIMIT
        if stop.window is not None:
            opens, closes = stop.window.opens_seconds, stop.window.closes_seconds
            if closes > self._rest_opens:
                closes = max(opens, stop.released_seconds, self._rest_opens, closes - self._rest_seconds)
        must = stop.prize is None
        return pyvrp.Client(
            location,
            pickup=self._loads(stop.load_grams, stop.volume_millilitres, 1),
            service_duration=stop.service_seconds,
            release_time=stop.released_seconds,
            required=must and strict,
            prize=self._must_prize if must and not strict else stop.prize or 0,
            tw_early=opens,
            tw_late=closes,
        )

    def _steps(self, number: int, day: Day, kind: int) -> list[pyvrp.Activity]:
        """What vehicle `number` does after its locked stops."""
        standing = self._standing[number]
        ahead = [list(trip) for trip in day[len(standing.day) - 1 :]]
        if ahead:
            ahead[0] = ahead[0][len(standing.day[-1]) :]
        if not any(ahead):
            return []
        (reload, *_) = [*self.data.vehicle_type(kind).reload_depots, None]
        steps = []
        for at, trip in enumerate(ahead):
            if at:
                steps.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, reload))
            steps += [
                pyvrp.Activity(pyvrp.ActivityType.CLIENT, self._client_of[stop])
                for stop in trip
                if stop in self._client_of
            ]
        return steps

    def _trips(self, route: pyvrp.Route) -> Day:
        """Between the depots that it starts from and ends at."""
        trips: Day = [[]]
        for step in itertools.islice(route, 1, len(route) - 1):
            if step.is_depot():
                trips.append([])
            else:
                trips[-1].append(self.stops[step.idx])
        # A reload with nothing aboard is none; a first one may be needed, and is kept.
        return [trips[0], *(trip for trip in trips[1:] if trip)]


def _or_plenty(capacity: int | None) -> int:
    return FOREVER if capacity is None else capacity


def _matched(members: Sequence[int], routes: Sequence[Day], before: Sequence[Day]) -> dict[int, Day]:
    """Which of `members` rides which of `routes`: by how many stops they had there, most first."""
    owner = {stop: number for number in members for trip in before[number] for stop in trip}
    counts: dict[tuple[int, int], int] = {}
    for at, route in enumerate(routes):
        for stop in itertools.chain.from_iterable(route):
            if stop in owner:
                counts[at, owner[stop]] = counts.get((at, owner[stop]), 0) + 1
    found: dict[int, int] = {}
    for (at, number), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if at not in found.values() and number not in found:
            found[number] = at
    idle = iter(number for number in members if number not in found)
    for at in range(len(routes)):
        if at not in found.values():
            found[next(idle)] = at
    return {number: routes[at] for number, at in found.items()}
