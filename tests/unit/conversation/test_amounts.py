"""Weights in what people type. Amounts of money have their dialogues in tests/flows/test_money.py."""

from __future__ import annotations

import pytest

from app.conversation.amounts import weight_in


@pytest.mark.parametrize(
    ("typed", "grams"),
    [
        ("2.5", 2_500),
        ("2,5", 2_500),
        ("5", 5_000),
        ("2,5kg plastic", 2_500),
        ("plastic was 2.5 kg", 2_500),
        ("it was 3 kilos o", 3_000),
        ("800g", 800),
        ("1,200 grams of paper", 1_200),
        ("0.75 kg", 750),
        ("plastic 2.5", 2_500),
    ],
)
def test_one_plain_weight_is_read_with_comma_or_point(typed: str, grams: int) -> None:
    found = weight_in(typed)
    assert found is not None
    assert found.grams == grams


@pytest.mark.parametrize(
    "typed",
    [
        "2 bags",
        "plastic 2kg, paper 3kg",
        "two",
        "",
        "0",
        "0.0kg",
        "500",
        "1.2.3",
        "2.5.26",
        "-",
        "3 of 5",
        "900kg",
    ],
)
def test_anything_less_plain_is_no_weight(typed: str) -> None:
    assert weight_in(typed) is None
