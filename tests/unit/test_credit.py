"""From grams to credit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.weighing.credit import checked_grams, credit_minor
from app.weighing.lines import WeighedLine
from app.weighing.receipt import LINES_ROOM_CHARACTERS, weights


@pytest.mark.parametrize(
    ("grams", "rate", "credit"),
    [(2500, 10_000, 25_000), (1, 499, 0), (1, 500, 1), (3, 500, 2), (1, 1_499, 1), (1, 1_500, 2), (7, 0, 0)],
)
def test_half_a_kobo_goes_to_the_household(grams: int, rate: int, credit: int) -> None:
    assert credit_minor(grams, rate) == credit


@given(st.integers(0, 10**7), st.integers(0, 10**9))
def test_credit_is_exact_decimal_rounding_half_up(grams: int, rate: int) -> None:
    exact = (Decimal(grams) * rate / 1000).quantize(Decimal(1), ROUND_HALF_UP)
    assert credit_minor(grams, rate) == exact


@pytest.mark.parametrize(
    ("grams", "field"),
    [
        ({"PET": -1}, "grams.PET"),
        ({"PET": 1000, "CAN": 200_001}, "grams.CAN"),
        ({"PET": True}, "grams.PET"),
        ({"PET": 0}, "grams"),
        ({}, "grams"),
    ],
)
def test_an_absurd_weight_is_refused_by_name(grams: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_grams(grams, 200_000)
    assert refused.value.field == field


def test_a_receipt_names_materials_while_there_is_room() -> None:
    def line(code: str, name: str, grams: int) -> WeighedLine:
        return WeighedLine(UUID(int=1), code, name, grams, 100, 1)

    two = [line("PET", "Plastic bottles", 2500), line("CAN", "Cans", 300)]
    six = [line(f"MAT{number}", "Newspaper and cardboard", 12_345) for number in range(4)]
    assert weights(two) == "Plastic bottles 2.5kg, Cans 0.3kg"
    assert weights(six).startswith("MAT0 12.345kg, MAT1")
    many = [line(f"MATERIAL{number}", "x" * 40, 199_999) for number in range(9)]
    assert weights(many) == "1799.991kg"
    assert all(len(weights(lines)) <= LINES_ROOM_CHARACTERS for lines in (two, six, many))
