"""A made-up neighbourhood of honest people, and the frauds that can be planted in it. One seed, one history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from app.integrity.checks import hub, numbers, silence, times, travel, weights
from app.integrity.checks.seen import Door, Load, Test, Weight
from app.kernel.place import Location

FIRST = date(2026, 3, 2)
STEP_GRAMS = 50
MATERIALS = {"PET": 2_500, "CAN": 700}
"""Each with what a home usually gives, in grams."""
DEGREE_METRES = 111_195

CROOK = 0
"""The rider, or the home, with whom something is planted."""


def uuid(kind: int, number: int) -> UUID:
    return UUID(int=kind << 64 | number)


@dataclass
class Village:
    """`collectors` serve `homes` homes each, once a week, for `weeks` weeks; everybody in each other's zones."""

    seed: int
    collectors: int = 4
    homes: int = 24
    weeks: int = 6
    weights: list[Weight] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    heard_of: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        random = self.random = Random(self.seed)
        size = [random.lognormvariate(0, 0.4) for _ in range(self.collectors * self.homes)]
        self.heard_of = {uuid(2, number) for number in range(len(size)) if random.random() < 0.8}
        for week in range(self.weeks):
            for rider in range(self.collectors):
                self._ride(rider, FIRST + timedelta(weeks=week, days=rider % 5), week, size)

    def _ride(self, rider: int, day: date, week: int, size: Sequence[float]) -> None:
        random = self.random
        at = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
        on_bike = dict.fromkeys(MATERIALS, 0)
        readings = dict.fromkeys(MATERIALS, 0)
        for stop in range(self.homes):
            # Riders take turns at the rounds, so that each home meets several of them.
            home = (rider + week) % self.collectors * self.homes + stop
            at += timedelta(seconds=random.randint(150, 500))
            if random.random() < 0.02:
                at += timedelta(seconds=10 - random.randint(120, 150))  # two bags of a yard, typed in one go
            door = Door(
                uuid(3, len(self.doors)), uuid(1, rider), uuid(2, home), at, day,
                on_the_spot=True, on_shift=random.random() > 0.01,
                weighed=random.random() < 0.85, answered=True, coded=random.random() < 0.5,
                place=self._place(home),
            )  # fmt: skip
            self.doors.append(door if door.weighed else replace(door, answered=random.random() < 0.5))
            if not door.weighed:
                continue
            for material, usual in MATERIALS.items():
                grams = usual * size[home] * math.exp(random.gauss(0, 0.45))
                grams = max(STEP_GRAMS, round(grams / STEP_GRAMS) * STEP_GRAMS)
                if random.random() < 0.1:  # everybody rounds a little
                    grams = max(500, round(grams / 500) * 500)
                self.weights.append(
                    Weight(
                        door.visit_id, door.collector_id, door.household_id, uuid(4, 0), material, grams, day
                    )
                )
                on_bike[material] += grams
                readings[material] += 1
        for material, grams in on_bike.items():
            hub_grams = round(grams * random.gauss(0.98, 0.015) / STEP_GRAMS) * STEP_GRAMS
            allowed = grams * 5 // 100 + 50 * (readings[material] + 1)
            self.loads.append(Load(uuid(1, rider), material, day, grams, hub_grams, allowed))

    def _place(self, home: int) -> Location:
        north, east = divmod(home, 16)
        off = [self.random.gauss(0, 15) / DEGREE_METRES for _ in "xy"]
        return Location(6.5 + north * 0.0008 + off[0], 3.35 + east * 0.0008 + off[1], "gps", 20)

    def tests(self) -> list[Test]:
        """All that a night's run asks."""
        newest = max(one.day for one in self.weights)
        new = [one for one in self.weights if (newest - one.day).days < len(MATERIALS) + 3]
        past = [one for one in self.weights if one not in set(new)]
        return [
            *weights.unlikely(new, past),
            *weights.heavy_hands(self.weights),
            *numbers.round_numbers(self.weights),
            *numbers.repeated_digits(self.weights),
            *numbers.same_again(self.weights),
            *times.haste(self.doors),
            *times.hours(self.doors),
            *travel.travel(self.doors),
            *travel.place(self.doors),
            *hub.shortfalls(self.loads),
            *silence.never_answered(self.doors),
            *silence.ghosts(self.doors, self.heard_of),
        ]
