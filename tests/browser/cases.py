"""Weights and amounts that the sheet's script and the service must agree on, to the last kobo."""

from __future__ import annotations

from app.kernel.grams import NotAWeight, parse_kilograms
from app.weighing.credit import credit_minor

TYPED = (
    "2.5",
    "2,5",
    "0.05",
    ".5",
    "5.",
    "12,345",
    "1.2500",
    "0",
    "007",
    " 3 ",
    "",
    ".",
    "1.2345",
    "1.2.3",
    "-1",
    "1e3",
    "x",
)
CREDITS = (
    (2_500, 12_000),
    (1, 500),  # half a kobo, upwards
    (1, 499),
    (3, 500),
    (333, 333),
    (999, 1),
    (500, 1),
    (499, 1),
    (200_000, 2_147_483),
    (0, 60_000),
)
"""Grams, minor units per kilogram."""


def grams_of(typed: str) -> int | None:
    try:
        return parse_kilograms(typed)
    except NotAWeight:
        return None


EXPECTED_GRAMS = [grams_of(typed) for typed in TYPED]
EXPECTED_CREDITS = [credit_minor(grams, rate) for grams, rate in CREDITS]
