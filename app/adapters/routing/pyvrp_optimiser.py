"""Routes by PyVRP, whole or split and improved, whichever suits the day."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from app.adapters.routing.beginning import begin
from app.adapters.routing.crew import Crew, Part, cores
from app.adapters.routing.insertion import Day, insert, take_out_unworthy
from app.adapters.routing.parts import Size
from app.adapters.routing.pyvrp_model import Share
from app.adapters.routing.pyvrp_search import Budget, improve
from app.adapters.routing.splitting import Splitting
from app.routing.answering import answer, out_of_reach
from app.routing.ports import Effort, Progress, Watch
from app.routing.problem import RoutingPlan, RoutingProblem, WhyUnserved
from app.routing.timeline import Legs, timetable
from app.routing.ways import nearest

_WHOLE_STOPS = 400
"""Up to so many stops, a day is searched as one."""
_FEWEST_ROUTES = 4
"""A day of no more routes is searched as one, too."""
_NEIGHBOURS = 40
"""Of each stop: whom it may be joined with in the beginning."""
_TWO_STOPS, _TWO_SECONDS = 100, 2.0
"""Days searched whole that are at least so large, for at least so long, are searched twice at the same time."""
_ANOTHER = 1_000_003
"""From one seed to that of the second search."""
_ANSWERS = 2
"""A search leaves time for so many answers like its first: the machine may have become slower."""
_PART = Size(stops=300, routes=20)
_LONG_ROUTE_STOPS = 40
_LONG_PART_STOPS = 2_100
"""Its table of ways takes some 70 MiB."""


class PyVrp:
    """Where no effort is asked for: up to `seconds`, or `iterations_per_stop`, whichever is used up first.

    `helpers` processes search large days; None is as many as there are cores.
    """

    def __init__(
        self, *, seconds: float = 20, iterations_per_stop: int = 50, helpers: int | None = None
    ) -> None:
        self._seconds, self._iterations_per_stop = seconds, iterations_per_stop
        self._helpers = helpers or cores()

    def optimise(
        self, problem: RoutingProblem, effort: Effort | None = None, watch: Watch | None = None
    ) -> RoutingPlan:
        if effort is None or (effort.seconds is None and effort.iterations is None):
            seed = effort.seed if effort else 0
            effort = Effort(self._seconds, self._iterations_per_stop * len(problem.stops), seed)
        return _Search(problem, effort, watch, self._helpers).run()


class _Search:
    def __init__(self, problem: RoutingProblem, effort: Effort, watch: Watch | None, helpers: int) -> None:
        self.problem, self.effort, self.watch, self.helpers = problem, effort, watch, helpers
        self.began = time.perf_counter()
        self.leg = Legs(problem.ways)
        self.measured: dict[int, tuple[Day, int]] = {}
        """What each vehicle's day costs, for as long as it is the same."""
        self.hopeless = out_of_reach(problem, self.leg)
        locked = problem.locked_to()
        self.hopeful = [
            number
            for number in range(len(problem.stops))
            if number not in self.hopeless and number not in locked
        ]

    def run(self) -> RoutingPlan:
        points = [self.problem.stops[number].point for number in self.hopeful]
        self.near = nearest(self.problem.ways, points, _NEIGHBOURS)
        days = begin(self.problem, self.leg, self.hopeful, self.near)
        asked = time.perf_counter()
        first = self._answer(days)
        self.answer_seconds = time.perf_counter() - asked
        if not self.hopeful or not self._tell(0.0, first.cost, len(first.unserved)):
            return first
        shares = fair_shares(self.problem, days, self.leg) if self.problem.evenly else None
        trips = sum(1 for day in days for trip in day if trip)
        size = part_size(len(self.hopeful), trips)
        searched = self._whole(days, shares) if size is None else self._split(days, shares, size)
        found = self._answer(searched)
        return (
            found
            if self.problem.evenly or _rank(self.problem, found) <= _rank(self.problem, first)
            else first
        )

    def _whole(self, days: list[Day], shares: Sequence[Share] | None) -> list[Day]:
        unserved = len(self.hopeful) - sum(len(trip) for day in days for trip in day)
        going = True

        def heard(share: float, cost: int) -> bool:
            nonlocal going
            going = self._tell(share, cost, max(0, unserved))
            return going

        budget = self._budget()
        if not self._worth_two(budget):
            return improve(self.problem, days, self.hopeful, budget, shares=shares, heard=heard)
        other = Part(self.problem, days, replace(budget, seed=budget.seed + _ANOTHER), shares, self.hopeful)
        with ThreadPoolExecutor(1) as beside, Crew(1) as crew:
            waiting = beside.submit(crew.improve, [other], [[0]], lambda: going)
            found = improve(self.problem, days, self.hopeful, budget, shares=shares, heard=heard)
            (second,) = waiting.result()
        if second is None:
            return found
        return min(found, second, key=lambda one: _rank(self.problem, self._answer(one)))

    def _worth_two(self, budget: Budget) -> bool:
        """Whether a second search with another seed gets far enough to be of use."""
        soon = budget.seconds is not None and budget.seconds < _TWO_SECONDS
        return not self.problem.evenly and not soon and len(self.hopeful) >= _TWO_STOPS

    def _split(self, days: list[Day], shares: Sequence[Share] | None, size: Size) -> list[Day]:
        def heard(share: float, so_far: list[Day]) -> bool:
            return self.watch is None or self._tell(share, *self._measure(so_far))

        splitting = Splitting(self.problem, self.hopeful, self.near, shares, size)
        with Crew(self.helpers) as crew:
            return splitting.improve(days, self._budget(), crew, heard)

    def _budget(self) -> Budget:
        """What is left of the effort, with time kept for writing the answer down."""
        seconds = self.effort.seconds
        if seconds is not None:
            spent = time.perf_counter() - self.began
            seconds = max(0.0, seconds - spent - _ANSWERS * self.answer_seconds)
        return Budget(seconds, self.effort.iterations, self.effort.seed)

    def _measure(self, days: list[Day]) -> tuple[int, int]:
        """Cost and unserved stops."""
        served = {stop for day in days for trip in day for stop in trip}
        out = [number for number in self.hopeful if number not in served]
        cost = sum(self.problem.stops[number].prize or 0 for number in out)
        for number, day in enumerate(days):
            if number not in self.measured or self.measured[number][0] is not day:
                done = timetable(self.problem, number, day, self.leg)
                fixed = self.problem.vehicles[number].fixed_cost if any(day) else 0
                self.measured[number] = day, fixed + (done.travel_seconds if done else 0)
            cost += self.measured[number][1]
        return cost, len(out) + len(self.hopeless)

    def _tell(self, share: float, cost: int, unserved: int) -> bool:
        if self.watch is None:
            return True
        return self.watch(Progress(time.perf_counter() - self.began, share, cost, unserved))

    def _answer(self, days: Sequence[Day]) -> RoutingPlan:
        """With whoever still fits put in, and the reasons of the others."""
        final = [[list(trip) for trip in day] for day in days]
        served = {stop for day in final for trip in day for stop in trip}
        missing = [number for number in self.hopeful if number not in served]
        missing.sort(key=lambda number: (self.problem.stops[number].prize is not None, number))
        left_out: dict[int, WhyUnserved] = insert(self.problem, final, missing, self.leg)
        left_out |= take_out_unworthy(self.problem, final, self.leg)
        return answer(self.problem, final, self.hopeless | left_out, self.leg)


def part_size(stops: int, routes: int) -> Size | None:
    """How large the parts of a day are to be; None where it is best searched whole.

    Short routes are best searched in small parts, often. Long ones, as from a hub far away, lie beside too many
    others for that: large parts come out shorter.
    """
    if stops <= _WHOLE_STOPS or routes <= _FEWEST_ROUTES:
        return None
    if stops <= _LONG_ROUTE_STOPS * routes:
        return _PART
    return Size(_LONG_PART_STOPS, routes)


def fair_shares(problem: RoutingProblem, days: Sequence[Day], leg: Legs) -> list[Share]:
    """What each vehicle may do before it counts as more than its share, by what it does in these days.

    The share of stops is such that of v vehicles v - 1 can hardly take all.
    """
    able = [
        one
        for one in range(len(days))
        if problem.vehicles[one].shift.closes_seconds > problem.vehicles[one].shift.opens_seconds
    ]
    counts = [sum(map(len, day)) for day in days]
    rounds = [timetable(problem, number, day, leg) for number, day in enumerate(days)]
    busy = sum(
        done.trips[-1].returns_seconds - done.trips[0].leaves_seconds
        for done in rounds
        if done and done.trips
    )
    vehicles = max(1, len(able))
    fair_seconds = math.ceil(busy / vehicles)
    fair_stops = math.ceil(sum(counts) / vehicles * (vehicles + 2) / (vehicles + 1))
    return [Share(fair_seconds, max(fair_stops, count)) for count in counts]


def _rank(problem: RoutingProblem, plan: RoutingPlan) -> tuple[int, int]:
    """Whoever must be served and is not counts before any cost."""
    return sum(problem.stops[one.stop].prize is None for one in plan.unserved), plan.cost
