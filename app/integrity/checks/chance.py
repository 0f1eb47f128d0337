"""What chance alone would do, and how sure we may be that it was not chance. Pure.

Sources: Student's t for even degrees of freedom: Abramowitz and Stegun, Handbook of Mathematical Functions (1964),
26.7.4. False discoveries: Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995), 289-300.
From p-value to certainty: Sellke, Bayarri and Berger, The American Statistician 55 (2001), 62-71.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

PRIOR: Final = 0.01
"""Of what is tested, so much is taken to be wrong before anything was seen: one in a hundred."""
LARGEST_CERTAINTY: Final = 0.999
"""No sum of figures is a proof."""
MOST_DEGREES: Final = 30
"""From there on Student's t and the normal curve hardly differ."""


def binomial_tail(hits: int, count: int, share: float) -> float:
    """The chance of `hits` or more in `count` where each happens with the chance `share`: exact, one-sided."""
    if hits <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    logs = [
        math.lgamma(count + 1)
        - math.lgamma(k + 1)
        - math.lgamma(count - k + 1)
        + k * math.log(share)
        + (count - k) * math.log1p(-share)
        for k in range(hits, count + 1)
    ]
    largest = max(logs)
    return min(1.0, math.exp(largest) * math.fsum(math.exp(each - largest) for each in logs))


def student_tail(t: float, degrees: int) -> float:
    """The chance that Student's t is above `t`; `degrees` of freedom are taken down to the even number below."""
    even = max(2, min(MOST_DEGREES, degrees) // 2 * 2)
    angle = math.atan2(t, math.sqrt(even))
    term = total = 1.0
    for step in range(1, even // 2):
        term *= (2 * step - 1) / (2 * step) * math.cos(angle) ** 2
        total += term
    return max(0.0, (1 - math.sin(angle) * total) / 2)


def certainty(p_value: float) -> float:
    """How sure we may be, at most, that something is wrong, from 0 to 1.

    The smallest Bayes factor in favour of chance that any plausible alternative leaves is -e p ln p (below 1/e);
    together with `PRIOR` it gives the largest probability that it was not chance.
    """
    if p_value >= 1 / math.e:
        return PRIOR
    if p_value <= 0:
        return LARGEST_CERTAINTY
    for_chance = -math.e * p_value * math.log(p_value)
    return min(LARGEST_CERTAINTY, PRIOR / (PRIOR + (1 - PRIOR) * for_chance))


def discoveries(p_values: Sequence[float], false_share: float) -> list[int]:
    """Which of them stand out so far that, of all that do, at most `false_share` are chance on average: by index.

    The procedure of Benjamini and Hochberg; it also holds where the tests lean the same way, as ours do.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    kept = 0
    for rank, index in enumerate(order, start=1):
        if p_values[index] <= false_share * rank / len(order):
            kept = rank
    return sorted(order[:kept])


def median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def spread(values: Sequence[float], centre: float) -> float:
    """As a standard deviation, from the median absolute deviation: 1.4826 times it (Hampel 1974), so that a few wild
    values move it little.
    """
    return 1.4826 * median(abs(value - centre) for value in values)
