"""Money and weights in what people type. On any doubt there is none: neither is ever guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal

from app.conversation.hearing import Politeness, normalise
from app.kernel.grams import GRAMS_PER_KILOGRAM, Grams

LONGEST_NUMBER = 9
"""Digits; more is a phone number or a slip, not a choice or an amount."""
HEAVIEST_GRAMS = 200_000
"""Nobody hands over more at a door; a larger number is grams, a price, or a slip."""

_AMOUNT = re.compile(
    r"(?P<before>[^\d\s]*)\s*(?P<digits>\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.00?)?\s*(?P<after>\D*)"
)
_HASH = "#"  # how a naira sign comes out on many handsets
_WEIGHT = re.compile(r"(?<![\w.,])(?P<digits>\d{1,6}(?:[.,]\d{1,3})?)(?![.,]?\d)\s*(?P<unit>[^\W\d_]+)?")
_KILOGRAMS = frozenset({"kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramme", "kilogrammes"})
_GRAMS = frozenset({"g", "gr", "gram", "grams", "gramme", "grammes"})


def amount_in(typed: str, money: Collection[str], polite: Politeness) -> int | None:
    """The whole amount that `typed` is. Signs, ranges, fractions and stray words are no amount.

    `money` holds the words for the currency, normalised.
    """
    found = _AMOUNT.fullmatch(typed.casefold())
    if not found:
        return None
    before, after = found["before"], polite.without(normalise(found["after"]))
    currency = not before or before == _HASH or unicodedata.category(before[0]) == "Sc" or before in money
    if not currency or (len(before) > 1 and before not in money):
        return None
    if after and after not in money and after not in polite.words:
        return None
    if any(c in found["after"] for c in "-+*/%"):
        return None
    return int(found["digits"].replace(",", ""))


def weight_in(typed: str) -> Grams | None:
    """The one weight named in `typed`: `2.5`, `2,5kg plastic`, `it was 800 g`.

    A number without a unit is kilograms where it has a fraction or stands alone; `2 bags` is no weight. None
    where several numbers are named, or none.
    """
    numbers = re.findall(r"\d+(?:[.,]\d+)*", typed)
    found = _WEIGHT.search(typed.casefold())
    if found is None or len(numbers) != 1:
        return None
    digits, unit = found["digits"], found["unit"] or ""
    if unit in _GRAMS:
        thousands = re.fullmatch(r"\d+[.,]\d{3}", digits)
        grams = Decimal(re.sub("[.,]", "", digits) if thousands else digits.replace(",", "."))
    elif unit in _KILOGRAMS or not digits.isdigit() or normalise(typed) == digits:
        grams = Decimal(digits.replace(",", ".")) * GRAMS_PER_KILOGRAM
    else:
        return None
    return Grams(int(grams)) if 0 < grams <= HEAVIEST_GRAMS else None
