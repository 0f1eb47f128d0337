"""Homes nobody ever answers at, and homes that earn though nobody was ever heard of. Pure.

- **Nobody answers.** So many visits in a row, the last ones, came to nothing. The chance of that, for a home like any
  other, is the others' share of such visits to the power of how many there were.
- **Nobody was ever heard of.** The home's bags earn credit, no phone of it has ever texted, dialled or spent, and no
  weighing came with the handover code of the day. Missing codes prove nothing where hardly anybody gives one: the chance
  is the share of the other homes' weighings without a code, to the power of this home's weighings.

Both shares start from a stated prior that weighs as much as `PRIOR_WEIGHT` visits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import takewhile
from typing import Final
from uuid import UUID

from app.integrity.checks.seen import Check, Door, Subject, Test

PRIOR_WEIGHT: Final = 20
USUALLY_UNANSWERED: Final = 0.15
USUALLY_WITHOUT_CODE: Final = 0.7
FEWEST_WEIGHED: Final = 5


def never_answered(doors: Sequence[Door]) -> list[Test]:
    """One test per home: how many of its last visits in a row nobody answered at."""
    unanswered = sum(not one.answered for one in doors)
    tests = []
    for household_id, visits in _by_home(doors).items():
        in_a_row = len(list(takewhile(lambda one: not one.answered, reversed(visits))))
        mine = sum(not one.answered for one in visits)
        share = _share(unanswered - mine, len(doors) - len(visits), USUALLY_UNANSWERED)
        figures = {"count": in_a_row, "others_percent": round(100 * share)}
        tests.append(Test(Check.SILENT, Subject(household_id=household_id), share**in_a_row, figures))
    return tests


def ghosts(doors: Sequence[Door], heard_of: Collection[UUID]) -> list[Test]:
    """One test per home that was weighed at often enough; whoever is among `heard_of` passes it."""
    weighed = [one for one in doors if one.weighed]
    without = sum(not one.coded for one in weighed)
    tests = []
    for household_id, visits in _by_home(weighed).items():
        if len(visits) < FEWEST_WEIGHED:
            continue
        mine = sum(not one.coded for one in visits)
        share = _share(without - mine, len(weighed) - len(visits), USUALLY_WITHOUT_CODE)
        known = household_id in heard_of or mine < len(visits)
        figures = {"count": len(visits), "others_percent": round(100 * share)}
        p_value = 1.0 if known else share ** len(visits)
        tests.append(Test(Check.GHOST, Subject(household_id=household_id), p_value, figures))
    return tests


def _share(hits: int, count: int, usual: float) -> float:
    return (hits + PRIOR_WEIGHT * usual) / (count + PRIOR_WEIGHT)


def _by_home(doors: Sequence[Door]) -> dict[UUID, list[Door]]:
    found: defaultdict[UUID, list[Door]] = defaultdict(list)
    for one in sorted(doors, key=lambda one: (one.at, one.visit_id)):
        found[one.household_id].append(one)
    return found
