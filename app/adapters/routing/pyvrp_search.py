"""Better days by PyVRP's iterated local search, from the days that there are."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from app.adapters.routing.insertion import Day, insert
from app.adapters.routing.pyvrp_model import Model, Share
from app.routing.problem import RoutingProblem
from app.routing.timeline import Legs, tidy, timetable

Heard: TypeAlias = Callable[[float, int], bool]
"""Share done and cost by PyVRP's count; False ends the search."""


# Found by trial on parts of public instances and of a made-up Lagos: with PyVRP's own (50, 300, all pairs of
# neighbours again on each new best, and what is too much as good as forbidden) it takes several times as long.
_NEIGHBOURS = 20
_HISTORY = 50
_EXCESS = 1.5


@dataclass(frozen=True)
class Budget:
    """Until either is used up; one of them at least."""

    seconds: float | None
    """All that belongs to the search included."""
    iterations: int | None
    seed: int


def improve(
    problem: RoutingProblem,
    days: Sequence[Day],
    stops: Iterable[int],
    budget: Budget,
    *,
    shares: Sequence[Share] | None = None,
    heard: Heard | None = None,
) -> list[Day]:
    """Days through `stops` that PyVRP finds better than `days`, or these; each can be ridden in its time."""
    began, leg = time.perf_counter(), Legs(problem.ways)
    wanted = list(stops)
    there = {stop for day in days for trip in day for stop in trip}
    strict = all(number in there for number in wanted if problem.stops[number].prize is None)
    model = Model(problem, wanted, leg, shares=shares, strict=strict)
    if not model.worth_asking:
        return [list(day) for day in days]
    start = model.solution_of(days)
    best = _search(model.data, start, _Until(began, budget, heard), budget.seed, strict=strict)
    if not best.is_feasible():
        return [list(day) for day in days]
    return ridable(problem, model.days_of(best, days), leg)


def _search(
    data: pyvrp.ProblemData, start: pyvrp.Solution, until: _Until, seed: int, *, strict: bool
) -> pyvrp.Solution:
    rng = pyvrp.RandomNumberGenerator(seed=seed)
    around = compute_neighbours(data, NeighbourhoodParams(num_neighbours=_NEIGHBOURS))
    search = LocalSearch(data, rng, around, PerturbationManager(PerturbationParams()))
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    terms = pyvrp.PenaltyParams()
    soft = strict and start.is_feasible()
    penalties = pyvrp.PenaltyManager(_soft(data, start) if soft else terms.midpoint_penalties(data), terms)
    if not start.is_feasible():
        start = search(start, penalties.max_cost_evaluator(), exhaustive=True)
    how = pyvrp.IteratedLocalSearchParams(history_length=_HISTORY, exhaustive_on_best=False)
    search_on = pyvrp.IteratedLocalSearch(data, penalties, search, start, how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)  # no news: what does not fit is left out
        return search_on.run(until, collect_stats=False).best


def _soft(data: pyvrp.ProblemData, start: pyvrp.Solution) -> tuple[list[float], float, float]:
    """A unit too much of each load, a second and a metre too much cost a little more than one costs in `start`."""
    loads = np.sum([client.pickup for client in data.clients()], axis=0)
    return [_EXCESS * start.distance() / max(1, load) for load in loads], _EXCESS, _EXCESS


class _Until:
    """PyVRP's question whether to stop, before each iteration."""

    def __init__(self, began: float, budget: Budget, heard: Heard | None) -> None:
        self._began, self._budget, self._heard = began, budget, heard
        self._iterations = 0
        self._told = began

    def __call__(self, best_cost: float) -> bool:
        now, budget = time.perf_counter(), self._budget
        shares = [0.0]
        if budget.seconds is not None:
            shares.append((now - self._began) / max(budget.seconds, 1e-9))
        if budget.iterations is not None:
            shares.append(self._iterations / max(budget.iterations, 1))
        self._iterations += 1
        if max(shares) >= 1:
            return True
        if self._heard is not None and now - self._told >= TELLING_SECONDS:
            self._told = now
            return not self._heard(max(shares), int(best_cost))
        return False


TELLING_SECONDS = 0.25
"""How often the search says how it goes."""


def ridable(problem: RoutingProblem, days: list[Day], leg: Legs) -> list[Day]:
    """The same days without what breaks cannot be fitted around; put elsewhere where there is room."""
    dropped = []
    for number, day in enumerate(days):
        while timetable(problem, number, day, leg) is None:
            dropped.append(day[-1].pop())
            day[:] = tidy(problem, number, day)
    insert(problem, days, dropped, leg)
    return days
