"""Weights: whole grams inside, kilograms on screens and in texts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

GRAMS_PER_KILOGRAM = 1000


class NotAWeight(ValueError):
    """The text is not a weight in kilograms."""


@dataclass(frozen=True, order=True)
class Grams:
    """A weight, for texts; plain code passes `grams: int`."""

    grams: int


def parse_kilograms(typed: str) -> int:
    """Kilograms as people type them (`2.5`, `2,5`, ` 3 kg`), in whole grams.

    Raises `NotAWeight` for anything else: negative, more than three decimals, `1e3`, `nan`.
    """
    text = typed.strip().lower().removesuffix("kg").strip().replace(",", ".")
    if not text or not set(text) <= set("0123456789.") or not text.isascii():
        raise NotAWeight(typed)
    try:
        grams = Decimal(text) * GRAMS_PER_KILOGRAM
    except InvalidOperation as error:
        raise NotAWeight(typed) from error
    if grams != grams.to_integral_value():
        raise NotAWeight(typed)
    return int(grams)


def kilograms(grams: int) -> str:
    """`2500` as `2.5`: exact, no trailing zeros."""
    return format((Decimal(grams) / GRAMS_PER_KILOGRAM).normalize(), "f")
