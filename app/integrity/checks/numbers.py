"""Numbers that no scale shows so often: whole half kilograms, one digit repeated, one weight again and again. Pure.

A scale shows every step alike, so the last digits of grams are as good as drawn by lot: of a scale with steps of 50 g
one reading in ten is a whole half kilogram. What the scales can show is taken from the weights: the coarsest step that
nearly all of them are multiples of. Each collector's share is held against the others' with the
same scale (`habits`), for spring scales invite everybody to read round numbers. Where the step is so coarse that the
question makes no sense, it is not asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.integrity.checks.habits import FEWEST, Habit, against_others
from app.integrity.checks.seen import Check, Subject, Test, Weight

ROUND_GRAMS: Final = 500
STEPS_GRAMS: Final = (500, 200, 100, 50, 20, 10, 5, 2, 1)
ON_THE_STEP: Final = 0.95
"""So many of all weights must be multiples of a step, for it to be the scales'."""
COARSEST_STEP_GRAMS: Final = 200
_BASE: Final = 10


def round_numbers(weights: Sequence[Weight]) -> list[Test]:
    """Collectors who write whole half kilograms more often than the others do."""
    step = _step([one.grams for one in weights])
    if step > COARSEST_STEP_GRAMS:
        return []
    habit = Habit(Check.ROUND, usual_share=step / ROUND_GRAMS, allowance=0.15)
    return against_others(habit, ((one.collector_id, one.grams % ROUND_GRAMS == 0) for one in weights))


def repeated_digits(weights: Sequence[Weight]) -> list[Test]:
    """Collectors who write 222 or 3.3 kg more often than the others do."""
    step = _step([one.grams for one in weights])
    habit = Habit(Check.DIGITS, usual_share=1 / _BASE, allowance=0.1)
    return against_others(
        habit,
        ((one.collector_id, _repeats(one.grams // step)) for one in weights if one.grams // step >= _BASE),
    )


def same_again(weights: Sequence[Weight]) -> list[Test]:
    """Collectors with one favourite weight of a material: how often theirs is, against the others' own favourites.

    The favourite is picked after the fact, so the p-value is multiplied by how many different weights there were
    to pick from (Bonferroni).
    """
    of_material: defaultdict[str, defaultdict[UUID, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for one in weights:
        of_material[one.material][one.collector_id][one.grams] += 1
    tests = []
    for material, collectors in of_material.items():
        habit = Habit(Check.SAME, usual_share=0.1, allowance=0.1)
        events = []
        for collector_id, counts in collectors.items():
            if counts.total() >= FEWEST:
                most = counts.most_common(1)[0][1]
                events += [(collector_id, True)] * most + [(collector_id, False)] * (counts.total() - most)
        for test in against_others(habit, events):
            assert test.subject.collector_id is not None
            mine = collectors[test.subject.collector_id]
            figures = {**test.figures, "grams": mine.most_common(1)[0][0], "material": material}
            subject = Subject(test.subject.collector_id, material=material)
            tests.append(Test(test.check, subject, min(1.0, test.p_value * len(mine)), figures))
    return tests


def _step(grams: Sequence[int]) -> int:
    """The coarsest step that nearly all are multiples of."""
    for step in STEPS_GRAMS:
        if sum(each % step == 0 for each in grams) >= ON_THE_STEP * len(grams):
            return step
    return 1


def _repeats(steps: int) -> bool:
    """Whether all digits of what the scale showed, counted in its own steps, are the same."""
    return len(set(str(steps))) == 1
