"""What routing needs of others: how long the ways are, and a good order to go in.

Both may be another package's: entry points `weighback.travel_times` and `weighback.route_optimisers`, each a
function of the settings that returns one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from app.kernel.place import Location
from app.routing.problem import RoutingPlan, RoutingProblem
from app.routing.ways import Ways


class TravelTimes(Protocol):
    def between(self, points: Sequence[Location]) -> Ways:
        """The ways between all `points`, in their order. Raises `RoutingFailed`."""
        ...


@dataclass(frozen=True)
class Effort:
    """How long to search: until either is used up. With neither, by the optimiser's own measure.

    With iterations alone, the same problem, seed and iterations give the same plan. Seconds are for people
    who wait: how far the search comes within them is the machine's to say.
    """

    seconds: float | None = None
    iterations: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    seconds: float
    """Since the search began."""
    share_done: float
    """Of the effort, from 0 to 1."""
    cost: int
    """Of the best plan so far."""
    unserved: int
    """Stops that the best plan so far leaves out."""


Watch: TypeAlias = Callable[[Progress], bool]
"""Hears how the search goes, a few times a second at most. False ends it: the best plan so far is kept."""


class RouteOptimiser(Protocol):
    def optimise(
        self, problem: RoutingProblem, effort: Effort | None = None, watch: Watch | None = None
    ) -> RoutingPlan:
        """A plan that keeps every capacity, window, shift, rest and lock; without `effort`, its own measure.

        A stop that cannot be served is named with the reason, never an error. Raises `RoutingFailed`.
        """
        ...


class RoutingFailed(Exception):
    """No answer; the sentence says why. `retryable` where the same question may get one later."""

    def __init__(self, detail: str, *, retryable: bool = False) -> None:
        super().__init__(detail)
        self.retryable = retryable
