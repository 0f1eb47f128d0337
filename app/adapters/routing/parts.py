"""Groups of neighbouring routes, each a problem of its own that is small enough to be searched well."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.adapters.routing.insertion import Day
from app.routing.problem import RoutingProblem
from app.routing.ways import IntArray, TableWays


@dataclass(frozen=True)
class Size:
    """Of a part, at most; a single route may be larger."""

    stops: int
    routes: int


class Neighbourhood:
    """Who is near whom, by the ways alone: known once, for all rounds."""

    def __init__(self, stops: Sequence[int], near: IntArray) -> None:
        """`near` is what `nearest` says of the points of `stops`."""
        self._place = {stop: at for at, stop in enumerate(stops)}
        self._stops = stops
        self._near = near

    def groups(self, days: Sequence[Day], size: Size, chance: random.Random) -> list[list[int]]:
        """Vehicles that have something to do, each in one group with those whose stops lie next to its own.

        Starting from one drawn by `chance`, a group takes the vehicle with most pairs of neighbours in it,
        until `size` is reached.
        """
        links = self._links(days)
        counts = [sum(map(len, day)) for day in days]
        left = [number for number, count in enumerate(counts) if count]
        chance.shuffle(left)
        open_ones, groups = set(left), []
        for first in left:
            if first not in open_ones:
                continue
            open_ones.discard(first)
            group, stops = [first], counts[first]
            pull = dict(links[first])
            while len(group) < size.routes:
                able = [one for one in pull if one in open_ones and stops + counts[one] <= size.stops]
                if not able:
                    break
                best = max(able, key=lambda one: (pull[one], -one))
                open_ones.discard(best)
                group.append(best)
                stops += counts[best]
                for other, strength in links[best].items():
                    pull[other] = pull.get(other, 0) + strength
            groups.append(group)
        return groups

    def of(self, number: int) -> list[int]:
        """The stops near stop `number`, nearest first."""
        return [self._stops[at] for at in self._near[self._place[number]]]

    def _links(self, days: Sequence[Day]) -> list[dict[int, int]]:
        """For each vehicle, how many pairs of neighbours it has with each other one."""
        owner = np.full(len(self._stops), -1, np.int64)
        for number, day in enumerate(days):
            for trip in day:
                owner[[self._place[stop] for stop in trip if stop in self._place]] = number
        pairs = np.stack((np.repeat(owner, self._near.shape[1]), owner[self._near].ravel()), axis=1)
        pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(axis=1)]
        links: list[dict[int, int]] = [{} for _ in days]
        for (one, other), count in zip(
            *(found.tolist() for found in np.unique(pairs, axis=0, return_counts=True)), strict=True
        ):
            links[one][other] = links[one].get(other, 0) + count
            links[other][one] = links[other].get(one, 0) + count
        return links


@dataclass(frozen=True)
class Piece:
    """A part of a problem as a problem of its own, and what its numbers were."""

    problem: RoutingProblem
    vehicles: list[int]
    stops: list[int]
    days: list[Day]

    def days_outside(self, days: Sequence[Day]) -> dict[int, Day]:
        """`days` of this piece by the whole problem's numbers."""
        return {
            number: [[self.stops[stop] for stop in trip] for trip in day]
            for number, day in zip(self.vehicles, days, strict=True)
        }


def piece(
    problem: RoutingProblem, days: Sequence[Day], vehicles: Sequence[int], extra_stops: Sequence[int]
) -> Piece:
    """The vehicles with their days, and stops that nobody has, cut out of `problem`."""
    members = list(vehicles)
    stops = [*(stop for number in members for trip in days[number] for stop in trip), *extra_stops]
    inside = {stop: at for at, stop in enumerate(stops)}
    rank = {number: at for at, number in enumerate(members)}
    places = [
        point
        for number in members
        for point in (problem.vehicles[number].hub, problem.vehicles[number].sets_out_from)
    ]
    points = sorted({*places, *(problem.stops[stop].point for stop in stops)})
    at_point = {point: at for at, point in enumerate(points)}
    small = RoutingProblem(
        TableWays(problem.ways.seconds(points, points)),
        tuple(
            replace(
                one,
                hub=at_point[one.hub],
                start=at_point[one.sets_out_from],
                locked=tuple(inside[stop] for stop in one.locked),
                present=(),
            )
            for one in (problem.vehicles[number] for number in members)
        ),
        tuple(
            replace(
                one,
                point=at_point[one.point],
                vehicles=None
                if one.vehicles is None
                else frozenset(rank[number] for number in one.vehicles if number in rank),
            )
            for one in (problem.stops[stop] for stop in stops)
        ),
        evenly=problem.evenly,
    )
    return Piece(
        small,
        members,
        stops,
        [[[inside[stop] for stop in trip] for trip in days[number]] for number in members],
    )
