"""Drawing lots and passing rounds on: everybody has each round, and anybody can check."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.insights.fairness import gini
from app.rotation import allotting, draw
from app.rotation.allotting import Area, form_rounds

DOCS = Path(__file__).parents[2] / "docs" / "fairness.md"
SEED = "000102030405060708090a0b0c0d0e0f"
NAMES = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), min_size=1, max_size=9, unique=True)
AREAS = st.lists(st.tuples(st.floats(0, 359.9), st.integers(0, 60)), min_size=1, max_size=8).map(
    lambda pairs: [Area(UUID(int=number), *pair) for number, pair in enumerate(pairs)]
)


@given(NAMES, AREAS, st.text(max_size=8))
def test_over_a_cycle_every_collector_has_each_round_once(
    names: list[str], areas: list[Area], word: str
) -> None:
    order = draw.shuffled(names, SEED, word)
    rounds = form_rounds(areas, len(order))
    schedule = allotting.turns(order, len(order))
    for period in schedule:
        assert sorted(period) == sorted(names)
        assert sorted(period.values()) == list(range(len(rounds)))
    for name in names:
        assert sorted(period[name] for period in schedule) == list(range(len(rounds)))


@given(NAMES, st.text(max_size=8))
def test_the_lines_in_the_docs_draw_the_same(names: list[str], word: str) -> None:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    theirs: dict[str, Any] = {}
    exec(code, theirs)
    assert theirs["draw"](names, SEED, word) == draw.shuffled(list(reversed(names)), SEED, word)


def test_a_draw_is_what_it_was_when_it_was_published() -> None:
    """Collectors hold old draws against it: another outcome for the same seed would call them liars."""
    assert draw.promise(SEED) == "d65df89f702eec58ca3c7bf2001c9ffc7cd80553ae01d42a799ba26756142d96"
    assert "".join(draw.shuffled("ABCDEFGH", SEED, "mango")) == "DAGFECBH"


def test_every_order_is_as_likely_as_any_other() -> None:
    counts = Counter("".join(draw.shuffled("ABC", SEED, str(number))) for number in range(1200))
    assert len(counts) == 6
    # Chi squared with five degrees of freedom: above 20.5 once in a thousand fair draws.
    assert sum((count - 200) ** 2 / 200 for count in counts.values()) < 20.5


@given(AREAS, st.integers(1, 12))
def test_every_zone_is_in_a_round_and_no_round_is_empty(areas: list[Area], count: int) -> None:
    rounds = form_rounds(areas, count)
    assert len(rounds) == count
    assert all(rounds)
    zones = [zone for one in rounds for zone in one]
    assert set(zones) == {area.zone_id for area in areas}
    if len(areas) >= count:
        assert len(zones) == len(areas)


def test_neighbouring_zones_go_together_as_evenly_as_can_be() -> None:
    homes = (10, 20, 30, 5, 5)
    areas = [Area(UUID(int=n), 350 + 10 * n if n < 1 else 10 * n, size) for n, size in enumerate(homes)]
    assert [[zone.int for zone in one] for one in form_rounds(areas, 2)] == [[0, 1], [2, 3, 4]]


def test_a_large_zone_has_more_rounds_than_a_small_one() -> None:
    small, large = Area(UUID(int=1), 0, 10), Area(UUID(int=2), 90, 100)
    assert Counter(zone.int for [zone] in form_rounds([small, large], 5)) == {1: 1, 2: 4}


def test_who_earned_least_gets_the_round_that_brings_most() -> None:
    assert allotting.levelling(["a", "b", "c"], {"a": 500, "b": 100, "c": 100}, [10, 30, 20]) == {
        "b": 1,
        "c": 2,
        "a": 0,
    }


@pytest.mark.parametrize(
    ("amounts", "figure"),
    [([5, 5, 5], 0), ([0, 0, 0, 8], 0.75), ([1, 2, 3], 2 / 9), ([0, 0], None), ([], None)],
)
def test_gini(amounts: list[int], figure: float | None) -> None:
    assert gini(amounts) == (None if figure is None else pytest.approx(figure))
