"""Honest people are left alone, and each planted fraud is found; how often is stated, and simulated."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integrity.checks import chance
from app.integrity.checks.seen import Check, Door, Weight
from app.integrity.checks.verdict import Found, found
from app.integrity.checks.weights import how_odd
from tests.integrity.village import CROOK, DEGREE_METRES, Village, uuid

FALSE_SHARE = 0.05
VILLAGES = 6
RIDER, HOME = uuid(1, CROOK), uuid(2, CROOK)


def findings(village: Village) -> list[Found]:
    return found(village.tests(), FALSE_SHARE)


def test_honest_neighbourhoods_are_left_alone() -> None:
    """At most one night in twenty may have any finding at all; each asks some four hundred questions."""
    nights = [Village(seed).tests() for seed in range(VILLAGES)]
    assert min(map(len, nights)) > 300
    assert [one for night in nights for one in found(night, FALSE_SHARE)] == []


def mine(village: Village, change: Callable[[Weight, Random], int]) -> None:
    """The crook writes other weights than the scale showed; the hub's scale shows what was there."""
    random = Random(7)
    written: dict[tuple[date, str], int] = {}
    for number, one in enumerate(village.weights):
        if one.collector_id == RIDER:
            village.weights[number] = new = replace(one, grams=change(one, random))
            written[one.day, one.material] = written.get((one.day, one.material), 0) + new.grams
    village.loads = [
        replace(
            one,
            stops_grams=written[one.day, one.material],
            allowed_grams=one.allowed_grams + (written[one.day, one.material] - one.stops_grams) * 5 // 100,
        )
        if one.collector_id == RIDER
        else one
        for one in village.loads
    ]


def my_doors(village: Village, change: Callable[[int, Door], Door]) -> None:
    village.doors = [
        change(number, one) if one.collector_id == RIDER else one for number, one in enumerate(village.doors)
    ]


def pads_with_the_pen(village: Village) -> None:
    mine(village, lambda one, _: round(one.grams * 1.25 / 50) * 50)


def pads_with_water(village: Village) -> None:
    """The hub's scale shows the water too."""
    village.weights = [
        replace(one, grams=round(one.grams * 2.2 / 50) * 50) if one.collector_id == RIDER else one
        for one in village.weights
    ]


def rounds_up(village: Village) -> None:
    mine(village, lambda one, _: math.ceil(one.grams / 500) * 500)


def copies(village: Village) -> None:
    mine(village, lambda one, random: 2_350 if random.random() < 0.4 else one.grams)


def types_one_key(village: Village) -> None:
    favourites = (1_100, 2_200, 3_300)
    mine(village, lambda one, random: random.choice(favourites) if random.random() < 0.5 else one.grams)


def types_them_all_at_home(village: Village) -> None:
    """One door after another within seconds, all of them from one chair."""
    first = next(one for one in village.doors if one.collector_id == RIDER)
    for number, one in enumerate(village.doors):
        if one.collector_id == RIDER:
            at = datetime.combine(one.day, time(7), UTC) + timedelta(seconds=12 * (number % village.homes))
            village.doors[number] = replace(one, at=at, place=first.place)


def is_in_two_places(village: Village) -> None:
    def elsewhere(number: int, one: Door) -> Door:
        assert one.place is not None
        away = 20_000 / DEGREE_METRES if number % 4 == 0 else 0
        return replace(one, place=replace(one.place, latitude=one.place.latitude + away))

    my_doors(village, elsewhere)


def rides_at_night(village: Village) -> None:
    my_doors(village, lambda number, one: replace(one, on_shift=number % 3 > 0))


def one_bag_of_sand(village: Village) -> None:
    last = max((one for one in village.weights if one.collector_id == RIDER), key=lambda one: one.day)
    village.weights[village.weights.index(last)] = replace(last, grams=60_000)


def earns_unheard(village: Village) -> None:
    village.heard_of.discard(HOME)
    village.doors = [
        replace(one, weighed=True, coded=False) if one.household_id == HOME else one for one in village.doors
    ]


def never_opens(village: Village) -> None:
    village.doors = [
        replace(one, weighed=False, answered=False) if one.household_id == HOME else one
        for one in village.doors
    ]


@pytest.mark.parametrize(
    ("plant", "check", "weeks"),
    [
        (pads_with_the_pen, Check.HUB, 6),
        (pads_with_water, Check.HEAVY, 6),
        (rounds_up, Check.ROUND, 6),
        (copies, Check.SAME, 6),
        (types_one_key, Check.DIGITS, 6),
        (types_them_all_at_home, Check.HASTE, 6),
        (types_them_all_at_home, Check.PLACE, 6),
        (is_in_two_places, Check.TRAVEL, 6),
        (rides_at_night, Check.HOURS, 6),
        (one_bag_of_sand, Check.WEIGHT, 6),
        (earns_unheard, Check.GHOST, 18),
        (never_opens, Check.SILENT, 6),
    ],
)  # fmt: skip
def test_each_planted_fraud_is_found_and_nobody_else_is_accused(
    plant: Callable[[Village], None], check: Check, weeks: int
) -> None:
    village = Village(1, weeks=weeks)
    plant(village)
    made = findings(village)
    assert [one for one in made if one.test.check is check], [one.test.check for one in made]
    accused = {one.test.subject.collector_id or one.test.subject.household_id for one in made}
    assert accused <= {RIDER, HOME, None}
    (surest, *_) = [one for one in made if one.test.check is check]
    assert surest.certainty > 0.5


def test_a_weight_is_odd_only_where_both_home_and_neighbours_say_so() -> None:
    neighbours = [900, 1_800, 2_500, 5_000] * 10
    assert how_odd(60_000, [2_000] * 5, neighbours).p_value < 1e-3
    assert (
        how_odd(60_000, [40_000, 55_000, 70_000, 50_000] * 3, neighbours).p_value > 0.01
    )  # a shop, as always
    assert how_odd(8_000, [400] * 8, neighbours).p_value > 0.01  # a feast
    assert how_odd(60_000, [], []).p_value > 0.01  # nobody knows anything yet


@given(st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_the_sum_that_it_says(count: int, share: float) -> None:
    for hits in (1, count // 2 + 1, count):
        exact = sum(
            math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(hits, count + 1)
        )
        assert chance.binomial_tail(hits, count, share) == pytest.approx(exact, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("t", "degrees", "tail"),
    # Abramowitz and Stegun, table 26.10.
    [(1.886, 2, 0.1), (2.132, 4, 0.05), (3.143, 6, 0.01), (4.144, 10, 0.001), (2.457, 30, 0.01)],
)
def test_the_tail_of_students_t_is_that_of_the_tables(t: float, degrees: int, tail: float) -> None:
    assert chance.student_tail(t, degrees) == pytest.approx(tail, rel=0.01)


@given(st.lists(st.floats(0, 1), max_size=40), st.floats(0.01, 0.2))
def test_more_tests_that_show_nothing_never_add_a_finding(p_values: list[float], share: float) -> None:
    alone = chance.discoveries(p_values, share)
    assert set(chance.discoveries([*p_values, 1.0, 1.0], share)) <= set(alone)
    assert all(p_values[index] <= share for index in alone)


def test_certainty_grows_with_what_chance_would_not_do() -> None:
    sure = [chance.certainty(p_value) for p_value in (1.0, 0.05, 1e-3, 1e-4, 1e-6, 0.0)]
    assert sure == sorted(sure)
    assert (sure[0], round(sure[3], 2), sure[-1]) == (chance.PRIOR, 0.8, chance.LARGEST_CERTAINTY)
