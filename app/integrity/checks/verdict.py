"""From a day's many tests to the few findings that stand out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.integrity.checks.chance import certainty, discoveries
from app.integrity.checks.seen import Test


@dataclass(frozen=True)
class Found:
    test: Test
    certainty: float
    """How sure we may be at most that it is no chance, from 0 to 1."""


def found(tests: Sequence[Test], false_share: float) -> list[Found]:
    """What stands out among all of a day's tests together, the surest first.

    Of what is found, at most `false_share` is chance on average, however many people were looked at.
    """
    kept = discoveries([one.p_value for one in tests], false_share)
    return sorted(
        (Found(tests[index], certainty(tests[index].p_value)) for index in kept),
        key=lambda one: (one.test.p_value, one.test.check, one.test.subject.key),
    )
