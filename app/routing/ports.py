"""What routing needs of others: how long the ways are, and a good order to go in.

Both may be another package's: entry points `weighback.travel_times` and `weighback.route_optimisers`, each a
function of the settings that returns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.kernel.place import Location


@dataclass(frozen=True)
class Ways:
    """From each point (row) to each point (column), in the order in which the points were given."""

    seconds: Sequence[Sequence[int]]
    metres: Sequence[Sequence[int]]


class TravelTimes(Protocol):
    def between(self, points: Sequence[Location]) -> Ways:
        """The ways between all `points`; 0 from each to itself. Raises `RoutingFailed`."""
        ...


@dataclass(frozen=True)
class Vehicle:
    """A collector's bike, by what is settled already."""

    start: int = 0
    """The point it sets out from; all come back to point 0, the hub."""
    fixed: tuple[int, ...] = ()
    """Stops that are its own, in whatever order."""


@dataclass(frozen=True)
class RoutingProblem:
    """Points are numbered as in `ways`; 0 is the hub."""

    ways: Ways
    vehicles: tuple[Vehicle, ...]
    stops: tuple[int, ...]
    """The points to be visited once each, the vehicles' fixed ones among them."""


class RouteOptimiser(Protocol):
    def optimise(self, problem: RoutingProblem) -> list[tuple[int, ...]]:
        """The stops of each vehicle in order, each stop once, fixed ones with their vehicle.

        Spreads the stops evenly as far as the fixed ones allow. The same problem gets the same answer.
        Raises `RoutingFailed`, also where there are stops and no vehicle.
        """
        ...


class RoutingFailed(Exception):
    """No answer; the sentence says why. `retryable` where the same question may get one later."""

    def __init__(self, detail: str, *, retryable: bool = False) -> None:
        super().__init__(detail)
        self.retryable = retryable
