"""From grams to credit. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import InvalidInput
from app.kernel.grams import GRAMS_PER_KILOGRAM, kilograms


def credit_minor(grams: int, rate_minor_per_kilogram: int) -> int:
    """What one line earns, in minor units: grams x rate / 1000, each line rounded by itself, half up.

    "round-half-up" of the General Decimal Arithmetic Specification 1.70: a half goes to the household.
    Whole numbers throughout, so there is no other rounding before it.
    """
    return (2 * grams * rate_minor_per_kilogram + GRAMS_PER_KILOGRAM) // (2 * GRAMS_PER_KILOGRAM)


def checked_grams(grams: Mapping[str, int], max_grams: int) -> dict[str, int]:
    """The lines that weigh anything, by material code.

    Raises `InvalidInput` naming `grams.<code>` for a weight below zero or above `max_grams`, and `grams`
    where nothing was weighed at all.
    """
    for code, weight in grams.items():
        field = f"grams.{code}"
        if isinstance(weight, bool) or not isinstance(weight, int):
            raise InvalidInput(field, "A weight is a whole number of grams.")
        if weight < 0:
            raise InvalidInput(field, "A weight cannot be less than nothing.")
        if weight > max_grams:
            raise InvalidInput(
                field, f"That is more than {kilograms(max_grams)} kg; please check the weight."
            )
    weighed = {code: weight for code, weight in sorted(grams.items()) if weight}
    if not weighed:
        raise InvalidInput("grams", "Nothing was weighed. If there was nothing to give, say so instead.")
    return weighed
