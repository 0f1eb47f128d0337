"""When a phone texts too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.messaging.chatter import Chatter, Limits

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMITS = Limits(per_minute=3, per_hour=5, per_day=8)


def _met(today: int, *seconds_ago: float, told: bool = False) -> Chatter:
    moments = [NOW - timedelta(seconds=ago) for ago in (0, *seconds_ago)]
    return LIMITS.judge(today, NOW, lambda: moments, lambda _since: told)


@pytest.mark.parametrize(
    ("today", "seconds_ago", "met"),
    [
        (3, (1, 2), Chatter.FINE),
        (4, (1, 2, 61), Chatter.FINE),
        (4, (1, 2, 3), Chatter.TELL_BURST),
        (6, (600, 1200, 1800, 2400, 3000), Chatter.TELL_BURST),
        (6, (600, 1200, 1800, 2400, 3601), Chatter.FINE),
        (9, (20_000,), Chatter.TELL_DAY),
        (10, (20_000,), Chatter.SILENCE),
    ],
)
def test_the_minute_the_hour_and_the_day_each_have_their_limit(
    today: int, seconds_ago: tuple[float, ...], met: Chatter
) -> None:
    assert _met(today, *seconds_ago) is met


def test_who_was_asked_to_wait_within_the_hour_is_not_asked_again() -> None:
    assert _met(4, 1, 2, 3, told=True) is Chatter.SILENCE


def test_nothing_is_looked_up_for_a_phone_that_is_not_busy() -> None:
    def never(*_: object) -> bool:
        raise AssertionError

    assert LIMITS.judge(3, NOW, lambda: [NOW] if never() else [], never) is Chatter.FINE
