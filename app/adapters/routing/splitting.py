"""Large days, part by part: neighbouring routes as problems of their own, on all cores, grouped anew each round.

Compare the decompositions by route centres of Santini, Schneider, Vidal and Vigo (2023). Pairs of neighbouring
stops stand in for centres here: long routes are neighbours where they touch, whatever lies in their middle.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.adapters.routing.crew import Crew, Part
from app.adapters.routing.insertion import Day
from app.adapters.routing.parts import Neighbourhood, Piece, Size, piece
from app.adapters.routing.pyvrp_model import Share
from app.adapters.routing.pyvrp_search import Budget, Style
from app.routing.problem import RoutingProblem
from app.routing.ways import nearest

_NEIGHBOURS = 15
_SPARE_STOPS = 40
"""Unserved stops that a part looks after beside its own, at most."""
_SECONDS_PER_STOP, _MOST_SECONDS = 0.012, 5.0
"""What a part is given per stop and round, if time allows so much; and at most."""
_ITERATIONS_PER_STOP = 10
_STYLE = Style(neighbours=20, history=50, perturbations=25)


@dataclass
class Splitting:
    """`improve` may be called again and again; what it returns is never worse than what it was given."""

    problem: RoutingProblem
    stops: Sequence[int]
    shares: Sequence[Share] | None
    size: Size

    def __post_init__(self) -> None:
        points = [self.problem.stops[stop].point for stop in self.stops]
        self._around = Neighbourhood(self.stops, nearest(self.problem.ways, points, _NEIGHBOURS))

    def improve(
        self,
        days: list[Day],
        budget: Budget,
        crew: Crew,
        crew_size: int,
        heard: Callable[[float, list[Day]], bool],
    ) -> list[Day]:
        """`heard` is told the share done and the days so far, and ends the search by saying False."""
        began, used = time.perf_counter(), 0
        chance = random.Random(budget.seed)  # noqa: S311 - a search, not a secret
        going = True

        def done() -> float:
            spent = [0.0]
            if budget.seconds is not None:
                spent.append((time.perf_counter() - began) / max(budget.seconds, 1e-9))
            if budget.iterations is not None:
                spent.append(used / max(budget.iterations, 1))
            return max(spent)

        def still_going() -> bool:
            nonlocal going
            going = heard(min(1.0, done()), days)
            return going

        while going and done() < 1:
            groups = self._groups(days, chance)
            pieces = [
                piece(self.problem, days, group, spare) for group, spare in self._with_spares(days, groups)
            ]
            left = None if budget.seconds is None else budget.seconds - (time.perf_counter() - began)
            parts = [self._part(one, left, len(pieces), crew_size, chance) for one in pieces]
            used += sum(part.budget.iterations or 0 for part in parts)
            results = crew.improve(parts, still_going)
            if all(result is None for result in results):
                break  # no helper is left
            days = list(days)
            for one, result in zip(pieces, results, strict=True):
                if result is not None:
                    for number, day in one.days_outside(result).items():
                        days[number] = day
        heard(1.0, days)
        return days

    def _groups(self, days: Sequence[Day], chance: random.Random) -> list[list[int]]:
        return self._around.groups(days, self.size, chance)

    def _with_spares(
        self, days: Sequence[Day], groups: Sequence[list[int]]
    ) -> list[tuple[list[int], list[int]]]:
        """Each group with idle vehicles of its hubs, and with the unserved stops that lie nearest to it."""
        owner = {stop: number for number, day in enumerate(days) for trip in day for stop in trip}
        group_of = {number: at for at, group in enumerate(groups) for number in group}
        spare_stops: list[list[int]] = [[] for _ in groups]
        for stop in self.stops:
            if stop in owner:
                continue
            homes = [group_of[owner[other]] for other in self._around.of(stop) if other in owner]
            if homes and len(spare_stops[homes[0]]) < _SPARE_STOPS:
                spare_stops[homes[0]].append(stop)
        idle = [number for number in range(len(days)) if number not in group_of]
        dealt = {}
        for at, group in enumerate(groups):
            hubs = {self.problem.vehicles[number].hub for number in group}
            found = [number for number in idle if self.problem.vehicles[number].hub in hubs]
            if found:
                dealt[at] = found[0]
                idle.remove(found[0])
        return [
            ([*group, *([dealt[at]] if at in dealt else [])], spare_stops[at])
            for at, group in enumerate(groups)
        ]

    def _part(
        self, one: Piece, left: float | None, pieces: int, crew_size: int, chance: random.Random
    ) -> Part:
        stops = len(one.stops)
        seconds = None
        if left is not None:
            turns = math.ceil(pieces / crew_size)
            seconds = max(0.05, min(stops * _SECONDS_PER_STOP, _MOST_SECONDS, left / turns))
        iterations = stops * _ITERATIONS_PER_STOP if seconds is None else None
        budget = Budget(seconds, iterations, chance.getrandbits(31))
        return Part(one.problem, one.days, budget, self.shares_of(one), _STYLE)

    def shares_of(self, one: Piece) -> list[Share] | None:
        return None if self.shares is None else [self.shares[number] for number in one.vehicles]
