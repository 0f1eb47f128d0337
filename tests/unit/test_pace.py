"""Learning how fast a zone is from the times between stops."""

from __future__ import annotations

from random import Random
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.pace import PACE_LEAST, PACE_MOST, Pace, Paces, estimate
from app.routing.ways import TableWays

USUAL = 300


def walked(
    pace: float, stop_seconds: float, count: int, *, mishaps: float = 0.0
) -> tuple[list[float], list[float]]:
    chance = Random(7)
    ways = [chance.uniform(30, 600) for _ in range(count)]
    took = [pace * way + chance.gauss(stop_seconds, 40) for way in ways]
    return ways, [gap + (2_400 if chance.random() < mishaps else 0) for gap in took]


def test_with_nothing_recorded_all_is_as_expected() -> None:
    assert estimate([], [], USUAL) == Pace(1, USUAL, 0)


def test_a_handful_of_stops_moves_little_and_many_of_them_all_the_way() -> None:
    few, many = estimate(*walked(2, 500, 2), USUAL), estimate(*walked(2, 500, 400), USUAL)
    assert 1 < few.factor < 2
    assert many.factor == pytest.approx(2, abs=0.05)
    assert many.stop_seconds == pytest.approx(500, abs=20)


def test_punctures_and_chats_hardly_count() -> None:
    """One gap in ten is forty minutes longer; the plain mean would be off by four minutes at every stop."""
    found = estimate(*walked(1.3, 240, 400, mishaps=0.1), USUAL)
    assert found.factor == pytest.approx(1.3, abs=0.1)
    assert found.stop_seconds == pytest.approx(240, abs=45)


@given(st.lists(st.tuples(st.floats(0, 5_000), st.floats(0, 3_600)), max_size=30))
def test_whatever_was_recorded_the_pace_stays_one_that_a_bike_can_have(
    pairs: list[tuple[float, float]],
) -> None:
    found = estimate([way for way, _ in pairs], [gap for _, gap in pairs], USUAL)
    assert PACE_LEAST <= found.factor <= PACE_MOST
    assert 0 <= found.stop_seconds < 5_000


def test_ways_go_at_the_pace_of_their_zones() -> None:
    slow, usual = UUID(int=1), UUID(int=2)
    paces = Paces({slow: Pace(2, 400, 50)})
    ways = TableWays(np.full((4, 4), 100) - 100 * np.eye(4, dtype=int), np.full((4, 4), 7))
    paced = paces.on(ways, [None, slow, slow, usual])
    assert paced.seconds([0, 1, 3], [1, 2, 3]).tolist() == [[200, 200, 100], [0, 200, 150], [150, 150, 0]]
    assert paced.metres([0], [1]).tolist() == [[7]]
    assert paced.size == 4
    assert paces.on(ways, [None, usual, usual, usual]) is ways
    assert (paces.stop_seconds(slow, 300), paces.stop_seconds(usual, 300)) == (400, 300)
