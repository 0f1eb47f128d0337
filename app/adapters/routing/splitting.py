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
from app.adapters.routing.pyvrp_search import Budget
from app.routing.problem import RoutingProblem
from app.routing.ways import IntArray

_NEIGHBOURS = 15
_SPARE_STOPS = 40
"""Unserved stops that a part looks after beside its own, at most."""
_SECONDS_PER_STOP, _ITERATIONS_PER_STOP = 0.002, 8
"""What a part is given per stop and round, about: rounds are as many as there is time for."""
_GROWTH = 0.5
"""Each round takes longer by so much of the first: the better the days are, the longer it takes to find better ones."""


@dataclass
class Splitting:
    """`improve` may be called again and again; what it returns is never worse than what it was given.

    `near` is what `nearest` says of the points of `stops`.
    """

    problem: RoutingProblem
    stops: Sequence[int]
    near: IntArray
    shares: Sequence[Share] | None
    size: Size

    def __post_init__(self) -> None:
        self._around = Neighbourhood(self.stops, self.near[:, :_NEIGHBOURS])

    def improve(
        self, days: list[Day], budget: Budget, crew: Crew, heard: Callable[[float, list[Day]], bool]
    ) -> list[Day]:
        """`heard` is told the share done and the days so far, and ends the search by saying False."""
        spent = Spent(budget)
        chance = random.Random(budget.seed)  # noqa: S311 - a search, not a secret
        going = True

        def still_going() -> bool:
            nonlocal going
            going = heard(min(1.0, spent.share()), days)
            return going

        while going and spent.share() < 1:
            groups = self._around.groups(days, self.size, chance)
            pieces = [
                piece(self.problem, days, group, spare) for group, spare in self._with_spares(days, groups)
            ]
            pieces.sort(key=lambda one: -len(one.stops))
            lanes = _in_lanes(pieces, crew.size)
            parts = self._parts(pieces, lanes, spent, chance)
            results = crew.improve(parts, lanes, still_going)
            if all(result is None for result in results):
                break  # no helper is left
            days = list(days)
            for one, result in zip(pieces, results, strict=True):
                if result is not None:
                    for number, day in one.days_outside(result).items():
                        days[number] = day
        heard(1.0, days)
        return days

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

    def _parts(
        self, pieces: Sequence[Piece], lanes: Sequence[Sequence[int]], spent: Spent, chance: random.Random
    ) -> list[Part]:
        """What the helpers are asked this round, such that all end at once and the last round uses all up."""
        stops = [len(one.stops) for one in pieces]
        of_lane = {at: sum(stops[other] for other in lane) for lane in lanes for at in lane}
        seconds, iterations = spent.for_a_round(sum(stops), len(lanes))
        budgets = [
            Budget(
                None if seconds is None else seconds * count / of_lane[at],
                None if iterations is None else math.ceil(iterations * count / sum(stops)),
                chance.getrandbits(31),
            )
            for at, count in enumerate(stops)
        ]
        spent.iterations += sum(budget.iterations or 0 for budget in budgets)
        return [
            Part(one.problem, one.days, budget, self.shares_of(one), range(len(one.stops)))
            for one, budget in zip(pieces, budgets, strict=True)
        ]

    def shares_of(self, one: Piece) -> list[Share] | None:
        return None if self.shares is None else [self.shares[number] for number in one.vehicles]


class Spent:
    """How much of a budget is used up, and what is to be used next."""

    def __init__(self, budget: Budget) -> None:
        self._began, self._budget = time.perf_counter(), budget
        self.iterations = self.rounds = 0

    def share(self) -> float:
        spent = [0.0]
        if self._budget.seconds is not None:
            spent.append((time.perf_counter() - self._began) / max(self._budget.seconds, 1e-9))
        if self._budget.iterations is not None:
            spent.append(self.iterations / max(self._budget.iterations, 1))
        return max(spent)

    def for_a_round(self, stops: int, helpers: int) -> tuple[float | None, int | None]:
        """Seconds of each of the `helpers` and iterations of all, where the budget knows of them.

        Where it knows of iterations, these alone divide it into rounds: the clock and the cores have no say.
        """
        seconds, iterations = self._budget.seconds, self._budget.iterations
        size = stops * (1 + _GROWTH * self.rounds)
        self.rounds += 1
        if seconds is not None:
            seconds = max(0.0, seconds - (time.perf_counter() - self._began))
        if iterations is not None:
            iterations -= self.iterations
            return seconds, math.ceil(iterations / _whole(iterations / (size * _ITERATIONS_PER_STOP)))
        if seconds is not None:
            seconds /= _whole(seconds * helpers / (size * _SECONDS_PER_STOP))
        return seconds, None


def _whole(rounds: float) -> int:
    return max(1, round(rounds))


def _in_lanes(pieces: Sequence[Piece], count: int) -> list[list[int]]:
    """Places of pieces, each in the lane that has fewest stops by then; no lane is empty."""
    lanes: list[list[int]] = [[] for _ in range(min(count, len(pieces)))]
    stops = [0] * len(lanes)
    for at, one in enumerate(pieces):
        lane = stops.index(min(stops))
        lanes[lane].append(at)
        stops[lane] += len(one.stops)
    return lanes
