"""On which days a zone is served: weekly rules, holidays that close or move a day, and extra days. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import chain

DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Rule:
    """Served on `weekday` (Monday is 0) every `every_weeks` weeks, counted from the week of `starts_on`."""

    weekday: int
    window_start: time
    window_end: time
    starts_on: date
    every_weeks: int = 1
    ends_on: date | None = None
    """The last day on which it holds; none if it goes on."""

    def serves(self, day: date) -> bool:
        if day.weekday() != self.weekday or day < self.starts_on:
            return False
        if self.ends_on is not None and day > self.ends_on:
            return False
        return (_monday(day) - _monday(self.starts_on)).days // DAYS_PER_WEEK % self.every_weeks == 0


@dataclass(frozen=True)
class Closure:
    """No collection on `day`: it is held on `moved_to`, or is off where that is none."""

    day: date
    moved_to: date | None = None
    window: tuple[time, time] | None = None
    """The hours on `moved_to`; the usual ones where none."""
    everywhere: bool = False


@dataclass(frozen=True)
class Extra:
    """A collection on `day` whatever the weekly rules and general closures say."""

    day: date
    window: tuple[time, time] | None = None
    everywhere: bool = False


@dataclass(frozen=True, order=True)
class ServiceDate:
    """A day of collection, with its hours in the zone's local time."""

    date: dt.date
    window_start: time
    window_end: time
    moved_from: dt.date | None = None
    """The usual day whose collection this is, where a closure moved it here."""


class Calendar:
    """One zone's rules and exceptions, where an exception for the zone goes before one for everywhere."""

    def __init__(self, rules: Sequence[Rule], exceptions: Sequence[Closure | Extra]) -> None:
        # Two rules may name one day; the collection that starts first is the one people are told of.
        self._rules = sorted(rules, key=lambda rule: (rule.window_start, rule.window_end))
        self._exceptions: dict[date, Closure | Extra] = {}
        for exception in sorted(exceptions, key=lambda one: not one.everywhere):
            self._exceptions[exception.day] = exception

    def expand(self, first: date, last: date) -> list[ServiceDate]:
        """The days of collection from `first` to `last`, both included, in order, each day once."""
        closed = [day for day, what in self._exceptions.items() if isinstance(what, Closure)]
        found: dict[date, ServiceDate] = {}
        for origin in sorted(chain(_days(first, last), (day for day in closed if not first <= day <= last))):
            held = self.held_on(origin)
            if held is not None and first <= held.date <= last:
                found.setdefault(held.date, held)
        return [found[day] for day in sorted(found)]

    def held_on(self, day: date) -> ServiceDate | None:
        """Where the collection that belongs to `day` takes place; none if there is none, or it is off.

        A closure's stated day may itself be closed: its own closure then says where both go.
        Moved onto a day with a collection of its own, the two are one.
        """
        window = self._own_window(day)
        if window is None:
            return None
        current = day
        passed = set()
        while isinstance(closure := self._exceptions.get(current), Closure):
            passed.add(current)
            if closure.moved_to is None or closure.moved_to in passed:
                return None
            window = closure.window or window
            current = closure.moved_to
        if current == day:
            return ServiceDate(day, *window)
        own = self._own_window(current)
        return ServiceDate(current, *(own or window), moved_from=None if own else day)

    def is_closed(self, day: date) -> bool:
        return isinstance(self._exceptions.get(day), Closure)

    def _own_window(self, day: date) -> tuple[time, time] | None:
        usual = next((rule for rule in self._rules if rule.serves(day)), None)
        exception = self._exceptions.get(day)
        if isinstance(exception, Extra) and exception.window:
            return exception.window
        if isinstance(exception, Extra) and usual is None:
            usual = self._rules[0] if self._rules else None
        return (usual.window_start, usual.window_end) if usual else None


def expand(
    rules: Sequence[Rule], exceptions: Sequence[Closure | Extra], first: date, last: date
) -> list[ServiceDate]:
    """The days of collection from `first` to `last`, both included; see `Calendar.expand`."""
    return Calendar(rules, exceptions).expand(first, last)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
