"""Who goes where in what order: from stops and collectors to each collector's day. No database."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.kernel.place import Location
from app.pickups.statuses import OPEN, PickupStatus
from app.routing.ports import RouteOptimiser, RoutingFailed, TravelTimes
from app.routing.problem import RoutingProblem, RoutingStop, Vehicle, Window
from app.routing.ways import path_metres

_WHENEVER = Window(0, 10 * 86_400)


class StopState(enum.Enum):
    DONE = enum.auto()
    AHEAD = enum.auto()
    OFF = enum.auto()
    """Nobody is to go there any more; it stays on the sheet, last, so that the collector sees it is off."""


def state_of(status: PickupStatus) -> StopState:
    if status in OPEN:
        return StopState.AHEAD
    return StopState.DONE if status in (PickupStatus.COLLECTED, PickupStatus.MISSED) else StopState.OFF


@dataclass(frozen=True)
class Stop:
    pickup_id: UUID
    location: Location
    state: StopState
    row_id: UUID | None = None
    """Of the stop's row, where it has one."""
    collector_id: UUID | None = None
    """Whose route of this day it is on."""
    position: int = 0


@dataclass(frozen=True)
class Day:
    """One collector's stops in order: what is done, what lies ahead, what is off."""

    collector_id: UUID
    stops: tuple[Stop, ...]
    distance_metres: int
    """From the hub by all stops but those that are off, and back."""


def lay_out(
    hub: Location,
    collectors: Sequence[UUID],
    there: Sequence[Stop],
    new: Sequence[Stop],
    *,
    optimiser: RouteOptimiser,
    travel_times: TravelTimes,
) -> list[Day]:
    """The day of every collector that has any stops.

    Stops `there` keep their collector, unless that one is not among `collectors` any more and the stop lies
    ahead; then it is shared out like the `new` ones. Raises `RoutingFailed`.
    """
    everyone = sorted({*collectors, *(stop.collector_id for stop in there if stop.collector_id)})
    gone = set(everyone) - set(collectors) if collectors else set()
    # By pickup, not by present order: the same stops must always make the same problem.
    ahead = sorted(
        (stop for stop in (*there, *new) if stop.state is StopState.AHEAD), key=lambda stop: stop.pickup_id
    )
    done = [stop for stop in there if stop.state is StopState.DONE]
    ways = travel_times.between([hub, *(stop.location for stop in (*ahead, *done))])
    riders = [one for one in everyone if one not in gone]
    problem = RoutingProblem(
        ways,
        tuple(_vehicle(rider, ahead, done) for rider in riders),
        tuple(_to_serve(stop, point, riders) for point, stop in enumerate(ahead, 1)),
        evenly=True,
    )
    plan = optimiser.optimise(problem)
    if plan.unserved:
        raise RoutingFailed(f"{len(plan.unserved)} stops were left out: {plan.unserved[0].why}")
    order_of = {rider: done_by.stops for rider, done_by in zip(riders, plan.rounds, strict=True)}
    number = {stop.pickup_id: point for point, stop in enumerate((*ahead, *done), 1)}
    days = []
    for one in everyone:
        behind = [stop for stop in done if stop.collector_id == one]
        next_up = [ahead[stop] for stop in order_of.get(one, ())]
        off = [stop for stop in there if stop.state is StopState.OFF and stop.collector_id == one]
        path = [0, *(number[stop.pickup_id] for stop in (*behind, *next_up)), 0]
        metres = path_metres(ways, path)
        if behind or next_up or off:
            days.append(Day(one, (*behind, *next_up, *off), metres))
    return days


def _vehicle(rider: UUID, ahead: Sequence[Stop], done: Sequence[Stop]) -> Vehicle:
    behind = [point for point, stop in enumerate(done, len(ahead) + 1) if stop.collector_id == rider]
    own = [number for number, stop in enumerate(ahead) if stop.collector_id == rider]
    own.sort(key=lambda number: ahead[number].position)
    return Vehicle(start=behind[-1] if behind else None, shift=_WHENEVER, present=tuple(own))


def _to_serve(stop: Stop, point: int, riders: Sequence[UUID]) -> RoutingStop:
    owner = frozenset({riders.index(stop.collector_id)}) if stop.collector_id in riders else None
    return RoutingStop(point, vehicles=owner)
