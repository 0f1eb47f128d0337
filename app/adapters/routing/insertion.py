"""Stops put in where they cost least, and taken out where they cost more than they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from app.routing.problem import Round, RoutingProblem, RoutingStop, WhyUnserved
from app.routing.timeline import Legs, tidy, timetable
from app.routing.ways import IntArray

_TRIES = 30
"""Gaps that are tried for one stop, the cheapest first."""
_PLENTY = 2**40

Day = list[list[int]]
"""One vehicle's stops, trip by trip."""


@dataclass(frozen=True)
class _Gaps:
    """Where a stop could go in one vehicle's day, as arrays of equal length."""

    starts: IntArray
    ends: IntArray
    lengths: IntArray
    """Of the way from start to end that there is now."""
    trips: IntArray
    places: IntArray
    grams: IntArray
    """Room left on that trip."""
    millilitres: IntArray
    slack_seconds: int
    """By how much the day may grow at the very most."""
    extra_cost: int
    """Of going out at all."""


def insert(
    problem: RoutingProblem, days: list[Day], stops: Iterable[int], leg: Legs
) -> dict[int, WhyUnserved]:
    """Put each of `stops` where it adds least to `days`, in the order given; what is left comes back."""
    gaps = [_gaps_of(problem, number, day, leg) for number, day in enumerate(days)]
    left_out = {}
    for stop in stops:
        outcome = _insert_one(problem, days, gaps, stop, leg)
        if isinstance(outcome, WhyUnserved):
            left_out[stop] = outcome
        else:
            gaps[outcome] = _gaps_of(problem, outcome, days[outcome], leg)
    return left_out


def take_out_unworthy(problem: RoutingProblem, days: list[Day], leg: Legs) -> dict[int, WhyUnserved]:
    """Take out of `days` what costs more than its prize, the worst of each vehicle first."""
    left_out = {}
    for number, day in enumerate(days):
        while (worst := _worst(problem, number, day, leg)) is not None:
            trip, place = worst
            rest = [list(one) for one in day]
            stop = rest[trip].pop(place)
            rest = tidy(problem, number, rest)
            if timetable(problem, number, rest, leg) is None:  # ways that are longer by a short cut
                break
            day[:] = rest
            left_out[stop] = WhyUnserved.NOT_WORTH_IT
    return left_out


def _worst(problem: RoutingProblem, number: int, day: Day, leg: Legs) -> tuple[int, int] | None:
    """Where the stop is, if any, whose prize falls farthest below what it costs."""
    vehicle = problem.vehicles[number]
    found, loss = None, 0
    for at, trip in enumerate(day):
        path = [vehicle.hub if at else vehicle.sets_out_from]
        path += [*(problem.stops[stop].point for stop in trip), vehicle.hub]
        for place, number_of_stop in enumerate(trip):
            stop = problem.stops[number_of_stop]
            if stop.prize is None or number_of_stop in vehicle.locked:
                continue
            before, here, after = path[place : place + 3]
            cost = leg(before, here) + leg(here, after) - leg(before, after) + stop.surcharge(number)
            if len(day) == 1 and len(trip) == 1:
                cost += vehicle.fixed_cost
            if cost - stop.prize > loss:
                found, loss = (at, place), cost - stop.prize
    return found


def _gaps_of(problem: RoutingProblem, number: int, day: Day, leg: Legs) -> _Gaps:
    vehicle = problem.vehicles[number]
    done = timetable(problem, number, day, leg) or Round()
    slack = vehicle.shift.closes_seconds - vehicle.shift.opens_seconds
    if done.trips:
        busy = done.travel_seconds + sum(
            visit.leaves_seconds - visit.begins_seconds for visit in done.visits()
        )
        slack -= busy + vehicle.reload_seconds * (len(done.trips) - 1)
        if done.rests and vehicle.rest:
            slack -= vehicle.rest.seconds  # a day that needs its break needs it when it is longer, too
    locked_left = len(vehicle.locked)
    rows: list[tuple[int, ...]] = []
    for at, trip in enumerate(day):
        stops = [problem.stops[stop] for stop in trip]
        grams = sum(stop.load_grams for stop in stops) + (0 if at else vehicle.aboard_grams)
        volume = sum(stop.volume_millilitres for stop in stops) + (0 if at else vehicle.aboard_millilitres)
        path = [vehicle.hub if at else vehicle.sets_out_from, *(stop.point for stop in stops), vehicle.hub]
        first = min(locked_left, len(trip))
        locked_left -= first
        if locked_left:
            continue
        room = _room(vehicle.capacity_grams, grams), _room(vehicle.capacity_millilitres, volume)
        for place in range(first, len(trip) + 1):
            start, end = path[place : place + 2]
            rows.append((start, end, leg(start, end), at, place, *room))
    if len(day) < vehicle.most_trips:
        room = _room(vehicle.capacity_grams, 0), _room(vehicle.capacity_millilitres, 0)
        # Only a vehicle that has nothing to do yet and is at its hub has no trip at all.
        rows.append((vehicle.hub, vehicle.hub, 0, len(day), 0, *room))
    starts, ends, lengths, at_trip, places, grams_left, volume_left = (
        np.array(rows, np.int64).reshape(-1, 7).T
    )
    extra_cost = 0 if done.trips else vehicle.fixed_cost
    return _Gaps(starts, ends, lengths, at_trip, places, grams_left, volume_left, slack, extra_cost)


def _room(capacity: int | None, taken: int) -> int:
    return _PLENTY if capacity is None else capacity - taken


def _insert_one(
    problem: RoutingProblem, days: list[Day], gaps: list[_Gaps], number: int, leg: Legs
) -> int | WhyUnserved:
    """The vehicle that took stop `number`, or why none did."""
    stop = problem.stops[number]
    for vehicle, gap, cost in _cheapest_gaps(problem, gaps, stop):
        longer = [list(trip) for trip in days[vehicle]]
        trip = int(gaps[vehicle].trips[gap])
        if trip == len(longer):
            longer.append([])
        longer[trip].insert(int(gaps[vehicle].places[gap]), number)
        if timetable(problem, vehicle, longer, leg) is None:
            continue
        if stop.prize is not None and cost > stop.prize:
            return WhyUnserved.NOT_WORTH_IT
        days[vehicle][:] = longer
        return vehicle
    return WhyUnserved.NO_ROOM_LEFT


def _cheapest_gaps(
    problem: RoutingProblem, gaps: list[_Gaps], stop: RoutingStop
) -> Iterator[tuple[int, int, int]]:
    """Vehicle, gap and cost of the gaps that `stop` may fit into, the cheapest first."""
    able = [one for one in range(len(gaps)) if len(gaps[one].starts) and stop.may_be_served_by(one)]
    if not able:
        return
    sizes = [len(gaps[one].starts) for one in able]
    owners = np.repeat(np.arange(len(able)), sizes)
    slack = np.array([gaps[one].slack_seconds for one in able])[owners]
    extra = np.array([gaps[one].extra_cost + stop.surcharge(one) for one in able])[owners]
    grams, volumes, starts, ends, lengths = (
        np.concatenate([getattr(gaps[one], column) for one in able])
        for column in ("grams", "millilitres", "starts", "ends", "lengths")
    )
    fits = np.flatnonzero(
        (grams >= stop.load_grams) & (volumes >= stop.volume_millilitres) & (slack >= stop.service_seconds)
    )
    if not len(fits):
        return
    points, place = np.unique(np.concatenate([starts[fits], ends[fits]]), return_inverse=True)
    there = problem.ways.seconds(points, [stop.point])[:, 0]
    back = problem.ways.seconds([stop.point], points)[0]
    detours = there[place[: len(fits)]] + back[place[len(fits) :]] - lengths[fits]
    costs = detours + extra[fits]
    soon_enough = np.flatnonzero(detours + stop.service_seconds <= slack[fits])
    firsts = np.cumsum([0, *sizes])
    for at in soon_enough[np.argsort(costs[soon_enough], kind="stable")[:_TRIES]]:
        gap = int(fits[at])
        owner = int(owners[gap])
        yield able[owner], gap - int(firsts[owner]), int(costs[at])
