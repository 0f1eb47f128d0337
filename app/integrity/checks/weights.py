"""Weights that are unlikely for the home and for its neighbours, and collectors who have too many heavy ones. Pure.

Weights of bags are skewed, their logarithms are not; so all of it is done on logarithms, with median and median
absolute deviation, which a few wild weights do not move. Two questions, and a weight must fail both:

- Is it unlikely for the neighbours (same zone and material)? Their median and spread, shrunk towards a stated prior
  (2 kg, give or take a factor of 3) that weighs as much as `PRIOR_WEIGHT` weights: with no neighbours, nothing is odd.
- Is it unlikely for this home? Its own past, shrunk towards the neighbours that weigh as much as `NEIGHBOURS_WEIGHT`
  of its own weights.

The p-value is the upper tail of a Student's t with as many degrees of freedom as weights were seen: few weights, heavy
tails. The spread has a floor of a factor 1.35, since a home that gave 2.0 kg four times may give 2.6 kg.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.integrity.checks.chance import median, spread, student_tail
from app.integrity.checks.habits import Habit, against_others
from app.integrity.checks.seen import Check, Figures, Subject, Test, Weight

PRIOR_MEDIAN_GRAMS: Final = 2_000
PRIOR_SPREAD: Final = math.log(3)
PRIOR_WEIGHT: Final = 6
NEIGHBOURS_WEIGHT: Final = 4
SMALLEST_SPREAD: Final = math.log(1.35)
HEAVIEST_SHARE: Final = 0.1
FEWEST_TO_COMPARE: Final = 20
"""Below so many weights of others in zone and material, nobody knows what is heavy there."""
_HEAVY = Habit(Check.HEAVY, usual_share=HEAVIEST_SHARE, allowance=0.1)


@dataclass(frozen=True)
class Usual:
    """What is expected, of logarithms of grams."""

    centre: float
    spread: float
    to_go_by: int
    """How many weights the centre rests on, what was thought before included."""
    degrees: int
    """And the spread: homes differ in how much they give, hardly in how much that varies."""

    @classmethod
    def before_anything(cls) -> Usual:
        return cls(math.log(PRIOR_MEDIAN_GRAMS), PRIOR_SPREAD, PRIOR_WEIGHT, PRIOR_WEIGHT)

    def after(self, grams: Sequence[int], weight: int) -> Usual:
        """With `grams` seen, and what was thought before weighing as much as `weight` of them."""
        if not grams:
            return Usual(self.centre, self.spread, weight, self.degrees)
        logs = [math.log(each) for each in grams]
        count, seen = len(logs), median(logs)
        centre = (count * seen + weight * self.centre) / (count + weight)
        variance = (count * spread(logs, seen) ** 2 + weight * self.spread**2) / (count + weight)
        return Usual(centre, max(SMALLEST_SPREAD, math.sqrt(variance)), count + weight, self.degrees + count)

    def chance_above(self, grams: int) -> float:
        """Of a weight of `grams` or more."""
        error = self.spread * math.sqrt(1 + 1 / self.to_go_by)
        return student_tail((math.log(grams) - self.centre) / error, self.degrees - 1)

    @property
    def grams(self) -> int:
        return round(math.exp(self.centre))


@dataclass(frozen=True)
class Odd:
    p_value: float
    home_grams: int
    """What would be usual for the home."""
    neighbours_grams: int


def how_odd(grams: int, own: Sequence[int], neighbours: Sequence[int]) -> Odd:
    """How unlikely a weight of `grams` (above 0) is, given the home's own past and the neighbours' weights."""
    around = Usual.before_anything().after(neighbours, PRIOR_WEIGHT)
    here = around.after(own, NEIGHBOURS_WEIGHT)
    return Odd(max(around.chance_above(grams), here.chance_above(grams)), here.grams, around.grams)


def unlikely(new: Sequence[Weight], past: Sequence[Weight]) -> list[Test]:
    """One test per new weight, of its home and material; `past` must not hold the new ones."""
    of_home: defaultdict[tuple[UUID, str], list[int]] = defaultdict(list)
    of_zone: defaultdict[tuple[UUID, str], list[tuple[UUID, int]]] = defaultdict(list)
    for one in past:
        of_home[one.household_id, one.material].append(one.grams)
        of_zone[one.zone_id, one.material].append((one.household_id, one.grams))
    tests = []
    for one in new:
        around = of_zone[one.zone_id, one.material]
        neighbours = [grams for home, grams in around if home != one.household_id]
        odd = how_odd(one.grams, of_home[one.household_id, one.material], neighbours)
        subject = Subject(one.collector_id, one.household_id, one.material)
        figures: Figures = {
            "grams": one.grams,
            "home_grams": odd.home_grams,
            "neighbours_grams": odd.neighbours_grams,
            "material": one.material,
            "weighing_id": str(one.weighing_id),
        }
        tests.append(Test(Check.WEIGHT, subject, odd.p_value, figures))
    return tests


def heavy_hands(weights: Sequence[Weight]) -> list[Test]:
    """Collectors whose weights lie too often above nine in ten of the others' in the same zone and material."""
    of_zone: defaultdict[tuple[UUID, str], list[Weight]] = defaultdict(list)
    for one in weights:
        of_zone[one.zone_id, one.material].append(one)
    events: list[tuple[UUID, bool]] = []
    for group in of_zone.values():
        for collector_id in {one.collector_id for one in group}:
            others = sorted(one.grams for one in group if one.collector_id != collector_id)
            if len(others) < FEWEST_TO_COMPARE:
                continue
            heavy_from = others[math.ceil(len(others) * (1 - HEAVIEST_SHARE)) - 1]
            events += [
                (collector_id, one.grams > heavy_from) for one in group if one.collector_id == collector_id
            ]
    return against_others(_HEAVY, events)
