"""Who goes where in what order: from a snapshot of a hub's day to each collector's day. No database."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.routing.asking import Question, When
from app.routing.models import WhyUnplanned
from app.routing.ports import Effort, RouteOptimiser, TravelTimes, Watch
from app.routing.problem import Round, RoutingPlan, WhyUnserved
from app.routing.rules import RouteRules
from app.routing.snapshot import Place, Snapshot, Stop, StopState
from app.routing.ways import Ways, path_metres


@dataclass(frozen=True)
class Ahead:
    """A stop that is still to come."""

    stop: Stop
    trip: int
    arrives_at: datetime | None
    """None where nobody has worked it out yet."""


@dataclass(frozen=True)
class Day:
    """One collector's stops in order: what is done, what lies ahead, what is off."""

    collector_id: UUID
    behind: tuple[Stop, ...]
    ahead: tuple[Ahead, ...]
    off: tuple[Stop, ...]
    """Called off, or turned away by this very plan."""
    distance_metres: int
    """From the hub by all stops but those that are off, and back, with the ways to empty in between."""
    returns_at: datetime | None = None
    rests_at: datetime | None = None


@dataclass(frozen=True)
class Layout:
    """Every stop that lies ahead is on one of `days`, named in `unserved`, or waits where it is for a colleague."""

    days: tuple[Day, ...]
    unserved: tuple[tuple[Stop, WhyUnplanned], ...] = ()


@dataclass(frozen=True)
class Engine:
    """Who finds the order, over which ways, and how long."""

    optimiser: RouteOptimiser
    travel_times: TravelTimes
    effort: Effort | None = None
    """None is the optimiser's own measure."""
    watch: Watch | None = None


class Order(enum.Enum):
    SEARCH = enum.auto()
    """Give new stops a place, and find a good order, at the least change of what is planned."""
    AGAIN = enum.auto()
    """The same, though everything has a place: somebody falls behind."""
    KEEP = enum.auto()
    """Leave who goes where and in what order; say when."""


def is_settled(snapshot: Snapshot, now: datetime) -> bool:
    """Whether there is nothing to plan: each stop ahead has a place, and on each route they are in a row."""
    if not all_have_a_place(snapshot, now):
        return False
    for rider in snapshot.able():
        mine = [one for one in snapshot.stops if one.collector_id == rider.collector_id]
        if sorted(mine, key=_rank) != mine:
            return False
    return True


def all_have_a_place(snapshot: Snapshot, now: datetime) -> bool:
    """Whether each stop ahead is on the route of somebody who can ride it, or waits for a colleague."""
    able = {one.collector_id for one in snapshot.able()} | snapshot.waiting(now)
    return all(one.state is not StopState.AHEAD or one.collector_id in able for one in snapshot.stops)


def _rank(stop: Stop) -> int:
    return (StopState.DONE, StopState.AHEAD, StopState.OFF).index(stop.state)


def lay_out(
    snapshot: Snapshot, rules: RouteRules, engine: Engine, now: datetime, order: Order = Order.SEARCH
) -> Layout:
    """The day of every collector that has any stops.

    Stops that are done stay, and so does each collector's next one once the day has begun. The others keep their
    collector and, within `rules.keep_within_seconds`, their time, as long as everybody can then be served; else
    they move within the promised hours; else those that would stay unserved may be late by `rules.late_seconds`.
    Raises `RoutingFailed`.
    """
    question = Question.of(snapshot, rules, now, keep_order=order is Order.KEEP)
    ways = snapshot.paces.on(engine.travel_times.between(question.points), question.zone_ids)
    planned_before = any(stop.place is not None for stop in question.ahead)
    plan = _ask(question, ways, engine, When.KEPT if planned_before else When.PROMISED)
    if planned_before and question.turned_away(plan):
        wider = _ask(question, ways, engine, When.PROMISED)
        plan = _better(question, plan, wider)
        left = question.turned_away(plan)
        if left:
            plan = _better(question, plan, _ask(question, ways, engine, When.PROMISED, late=left))
    return _read(question, plan, ways)


def _ask(
    question: Question, ways: Ways, engine: Engine, when: When, late: Collection[int] = ()
) -> RoutingPlan:
    return engine.optimiser.optimise(question.problem(ways, when, late), engine.effort, engine.watch)


def _better(question: Question, one: RoutingPlan, other: RoutingPlan) -> RoutingPlan:
    """The plan that turns fewer away; of equals the first."""
    return other if len(question.turned_away(other)) < len(question.turned_away(one)) else one


def _read(question: Question, plan: RoutingPlan, ways: Ways) -> Layout:
    """The optimiser's answer in our own terms."""
    unserved = [(question.ahead[one.stop], _why(one.why)) for one in plan.unserved]
    unserved += ((stop, WhyUnplanned.OUT_OF_HOURS) for stop in question.too_late)
    unserved.sort(key=lambda one: one[0].pickup_id)
    rounds = dict(zip(question.riders, plan.rounds, strict=True))
    days = []
    waiting = question.snapshot.waiting(question.now)
    for collector_id in _everyone(question.snapshot, rounds):
        if collector_id in waiting:
            continue
        turned_away = [stop for stop, _ in unserved if stop.collector_id == collector_id]
        day = _day(question, collector_id, rounds.get(collector_id, Round()), ways, turned_away)
        if day.behind or day.ahead or day.off:
            days.append(day)
    return Layout(tuple(days), tuple(unserved))


def _everyone(snapshot: Snapshot, riders: Iterable[UUID]) -> list[UUID]:
    """Those who ride, and those who have a route though they do not ride any more."""
    return sorted({*riders, *(one.collector_id for one in snapshot.stops if one.collector_id)})


def _day(
    question: Question, collector_id: UUID, round_: Round, ways: Ways, turned_away: Sequence[Stop]
) -> Day:
    snapshot = question.snapshot
    behind = snapshot.of(collector_id, StopState.DONE)
    first_trip = max((one.place.trip for one in behind if one.place), default=1)
    ahead = tuple(
        Ahead(question.ahead[visit.stop], first_trip + number, _moment(question, visit.arrives_seconds))
        for number, trip in enumerate(round_.trips)
        for visit in trip.visits
    )
    path = [0, *question.done_points(collector_id)]
    metres = path_metres(ways, path if ahead else [*path, 0]) + (round_.travel_metres if ahead else 0)
    return Day(
        collector_id,
        tuple(behind),
        ahead,
        (*snapshot.of(collector_id, StopState.OFF), *turned_away),
        metres if behind or ahead else 0,
        returns_at=_moment(question, round_.trips[-1].returns_seconds) if ahead else None,
        rests_at=_moment(question, round_.rests.opens_seconds) if ahead and round_.rests else None,
    )


def _moment(question: Question, seconds: int) -> datetime:
    return question.midnight + timedelta(seconds=seconds)


def _why(why: WhyUnserved) -> WhyUnplanned:
    return WhyUnplanned.NO_COLLECTOR if why is WhyUnserved.NO_VEHICLE else WhyUnplanned(why.value)


def put_in_place(snapshot: Snapshot, layout: Layout) -> Snapshot:
    """`snapshot` as it will be once `layout` is written: where a second look found something else, what was
    planned meanwhile stands and only the difference is planned anew.
    """
    planned = {
        one.stop.pickup_id: Place(day.collector_id, len(day.behind) + number, one.trip, one.arrives_at)
        for day in layout.days
        for number, one in enumerate(day.ahead, 1)
    }
    stops = (
        replace(stop, place=planned.get(stop.pickup_id, stop.place))
        if stop.state is StopState.AHEAD
        else stop
        for stop in snapshot.stops
    )
    return replace(snapshot, stops=tuple(sorted(stops, key=_by_place)))


def _by_place(stop: Stop) -> tuple[int, str, int, str]:
    """As `read` has them: by route and position, then the new ones by pickup."""
    if stop.place is None:
        return (1, "", 0, str(stop.pickup_id))
    return (0, str(stop.place.collector_id), stop.place.position, "")


def carried_over(layout: Layout, seen: Snapshot, fresh: Snapshot) -> Layout:
    """What of `layout`, made for `seen`, still holds of `fresh`: nothing that happened meanwhile is undone.

    What was visited or called off meanwhile is behind or off; what somebody else moved stays where they put it; who
    came meanwhile waits for the next plan.
    """
    before = {stop.pickup_id: stop for stop in seen.stops}
    now = {stop.pickup_id: stop for stop in fresh.stops}
    ours = {
        key
        for key, stop in now.items()
        if stop.state is StopState.AHEAD and key in before and before[key].place == stop.place
    }
    planned = {one.stop.pickup_id: (day.collector_id, one) for day in layout.days for one in day.ahead}
    unserved = tuple((now[one.pickup_id], why) for one, why in layout.unserved if one.pickup_id in ours)
    away = {stop.pickup_id for stop, _ in unserved}
    by_rider = {day.collector_id: day for day in layout.days}
    days = []
    for collector_id in _everyone(fresh, by_rider):
        day = by_rider.get(collector_id, Day(collector_id, (), (), (), 0))
        stays = tuple(
            replace(one, stop=now[one.stop.pickup_id]) for one in day.ahead if one.stop.pickup_id in ours
        )
        others = tuple(
            Ahead(stop, stop.place.trip, stop.place.arrives_at)
            for stop in fresh.of(collector_id, StopState.AHEAD)
            if stop.place
            and not (stop.pickup_id in ours and stop.pickup_id in planned)
            and stop.pickup_id not in away
        )
        turned_away = (stop for stop, _ in unserved if stop.collector_id == collector_id)
        days.append(
            replace(
                day,
                behind=tuple(fresh.of(collector_id, StopState.DONE)),
                ahead=(*stays, *others),
                off=(*fresh.of(collector_id, StopState.OFF), *turned_away),
            )
        )
    return Layout(tuple(one for one in days if one.behind or one.ahead or one.off), unserved)
