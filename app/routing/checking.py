"""Whether a plan keeps its promises, found out from the plan alone: whoever made it, and however."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from app.routing.problem import Round, RoutingPlan, RoutingProblem, RoutingStop, Vehicle, WhyUnserved


def faults(problem: RoutingProblem, plan: RoutingPlan) -> list[str]:
    """What is wrong with `plan`, in sentences; none where all is well."""
    if len(plan.rounds) != len(problem.vehicles):
        return [f"{len(plan.rounds)} rounds for {len(problem.vehicles)} vehicles"]
    found = [*_once_each(problem, plan)]
    if found:
        return found
    for number, done in enumerate(plan.rounds):
        for check in (_belongs, _carries, _keeps_time, _rests, _counts):
            found += [f"vehicle {number}: {fault}" for fault in check(problem, number, done)]
    if not found and plan.cost != cost_of(problem, plan):
        found.append(f"a cost of {plan.cost} where it is {cost_of(problem, plan)}")
    return found


def cost_of(problem: RoutingProblem, plan: RoutingPlan) -> int:
    """As the head of `app.routing.problem` counts; stops that must be served cost nothing when left out."""
    cost = sum(problem.stops[one.stop].prize or 0 for one in plan.unserved)
    for number, (vehicle, done) in enumerate(zip(problem.vehicles, plan.rounds, strict=True)):
        cost += done.travel_seconds + (vehicle.fixed_cost if done.trips else 0)
        cost += sum(
            problem.stops[stop].surcharge(number) for stop in done.stops if stop not in vehicle.locked
        )
    return cost


def _once_each(problem: RoutingProblem, plan: RoutingPlan) -> Iterator[str]:
    served = [stop for done in plan.rounds for stop in done.stops]
    named = [one.stop for one in plan.unserved]
    everything = sorted([*served, *named])
    if everything != list(range(len(problem.stops))):
        twice = sorted({one for one, other in pairwise(everything) if one == other})
        missing = sorted(set(range(len(problem.stops))) - set(everything))
        yield f"stops twice: {twice}, missing: {missing}"
    for one in plan.unserved:
        if one.why is WhyUnserved.NOT_WORTH_IT and problem.stops[one.stop].prize is None:
            yield f"stop {one.stop} must be served, worth it or not"


def _belongs(problem: RoutingProblem, number: int, done: Round) -> Iterator[str]:
    vehicle = problem.vehicles[number]
    if done.stops[: len(vehicle.locked)] != vehicle.locked:
        yield f"begins with {done.stops}, locked are {vehicle.locked}"
    elsewhere = problem.locked_to()
    for stop in done.stops[len(vehicle.locked) :]:
        if not problem.stops[stop].may_be_served_by(number) or stop in elsewhere:
            yield f"stop {stop} is not its to serve"
    last_locked = max(
        (at for at, trip in enumerate(done.trips, 1) for one in trip.visits if one.stop in vehicle.locked),
        default=0,
    )
    if len(done.trips) > max(vehicle.most_trips, last_locked):
        yield f"{len(done.trips)} trips of at most {vehicle.most_trips}"
    for at, trip in enumerate(done.trips):
        idle = vehicle.sets_out_from == vehicle.hub and not vehicle.aboard_grams + vehicle.aboard_millilitres
        if not trip.visits and (at or idle):
            yield "a trip to nobody"


def _carries(problem: RoutingProblem, number: int, done: Round) -> Iterator[str]:
    vehicle = problem.vehicles[number]
    for at, trip in enumerate(done.trips):
        stops = [problem.stops[visit.stop] for visit in trip.visits]
        grams = sum(stop.load_grams for stop in stops) + (0 if at else vehicle.aboard_grams)
        volume = sum(stop.volume_millilitres for stop in stops) + (0 if at else vehicle.aboard_millilitres)
        too_much = (vehicle.capacity_grams is not None and grams > vehicle.capacity_grams) or (
            vehicle.capacity_millilitres is not None and volume > vehicle.capacity_millilitres
        )
        laden = not at and vehicle.aboard_grams + vehicle.aboard_millilitres > 0
        only_locked = len(trip.visits) == 1 and trip.visits[0].stop in vehicle.locked and not laden
        if too_much and trip.visits and not only_locked:
            yield f"carries {grams} g and {volume} ml on trip {at + 1}"


def _keeps_time(problem: RoutingProblem, number: int, done: Round) -> Iterator[str]:
    vehicle = problem.vehicles[number]
    ready = vehicle.shift.opens_seconds
    for at, trip in enumerate(done.trips):
        if trip.leaves_seconds < ready:
            yield f"leaves at {trip.leaves_seconds}, before {ready}"
        for visit in trip.visits:
            stop = problem.stops[visit.stop]
            if trip.leaves_seconds < stop.released_seconds:
                yield f"sets out without what stop {visit.stop} waits for"
            if visit.leaves_seconds != visit.begins_seconds + stop.service_seconds:
                yield f"serves stop {visit.stop} from {visit.begins_seconds} to {visit.leaves_seconds}"
            yield from _in_window(vehicle, stop, visit.stop, visit.begins_seconds)
        for begins, ends, way in _gaps(problem, vehicle, done, at):
            if ends - begins < way + _rest_within(done, begins, ends):
                yield f"needs {way} seconds from {begins}, and is there at {ends}"
        ready = trip.returns_seconds + vehicle.reload_seconds
    late = done.trips and done.trips[-1].returns_seconds > vehicle.shift.closes_seconds
    if late and not set(done.stops) <= set(vehicle.locked):
        yield f"is back at {done.trips[-1].returns_seconds}, after {vehicle.shift.closes_seconds}"


def _in_window(vehicle: Vehicle, stop: RoutingStop, number: int, begins_seconds: int) -> Iterator[str]:
    if stop.window is None:
        return
    late = begins_seconds > stop.window.closes_seconds and number not in vehicle.locked
    if late or begins_seconds < stop.window.opens_seconds:
        yield f"serves stop {number} at {begins_seconds}, its window is {stop.window}"


def _gaps(problem: RoutingProblem, vehicle: Vehicle, done: Round, at: int) -> Iterator[tuple[int, int, int]]:
    """From free to busy again, with the way between, on trip `at`."""
    trip = done.trips[at]
    here, free = vehicle.hub if at else vehicle.sets_out_from, trip.leaves_seconds
    for visit in trip.visits:
        point = problem.stops[visit.stop].point
        yield free, visit.begins_seconds, int(problem.ways.seconds([here], [point])[0, 0])
        here, free = point, visit.leaves_seconds
    yield free, trip.returns_seconds, int(problem.ways.seconds([here], [vehicle.hub])[0, 0])


def _rest_within(done: Round, begins: int, ends: int) -> int:
    if done.rests is None:
        return 0
    opens, closes = done.rests.opens_seconds, done.rests.closes_seconds
    return max(0, min(closes, ends) - max(opens, begins))


def _rests(problem: RoutingProblem, number: int, done: Round) -> Iterator[str]:
    rest = problem.vehicles[number].rest
    if not done.trips or rest is None:
        return
    begins, ends = done.trips[0].leaves_seconds, done.trips[-1].returns_seconds
    if done.rests is None:
        if begins <= rest.window.closes_seconds < ends and not set(done.stops) <= set(
            problem.vehicles[number].locked
        ):
            yield "has no break"
        return
    taken = done.rests
    if taken.closes_seconds - taken.opens_seconds != rest.seconds:
        yield f"rests from {taken.opens_seconds} to {taken.closes_seconds}"
    if not rest.window.opens_seconds <= taken.opens_seconds <= rest.window.closes_seconds:
        yield f"rests at {taken.opens_seconds}, outside {rest.window}"
    for visit in done.visits():
        if visit.begins_seconds < taken.closes_seconds and taken.opens_seconds < visit.leaves_seconds:
            yield f"rests while serving stop {visit.stop}"


def _counts(problem: RoutingProblem, number: int, done: Round) -> Iterator[str]:
    vehicle, seconds, metres = problem.vehicles[number], 0, 0
    for at, trip in enumerate(done.trips):
        here = vehicle.hub if at else vehicle.sets_out_from
        points = [problem.stops[visit.stop].point for visit in trip.visits]
        for start, end in pairwise([here, *points, vehicle.hub]):
            seconds += int(problem.ways.seconds([start], [end])[0, 0])
            metres += int(problem.ways.metres([start], [end])[0, 0])
    if (done.travel_seconds, done.travel_metres) != (seconds, metres):
        yield f"says {done.travel_seconds} s and {done.travel_metres} m, it is {seconds} and {metres}"
