"""Money: whole minor units of one currency; a text's price is finer than that, and counted in micros."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MICROS_DIGITS: Final = 6
"""A micro is a millionth of one unit (a naira, a dollar): gateways charge fractions of a kobo or a cent."""
_PLAIN_AMOUNT: Final = re.compile(rf"\d{{1,9}}(\.\d{{1,{MICROS_DIGITS}}})?", re.ASCII)


@dataclass(frozen=True)
class Money:
    """An amount for texts and ports; plain code passes `amount_minor: int`."""

    amount_minor: int
    currency: str
    """ISO 4217 alphabetic code."""


def micros(amount: str) -> int:
    """`4.00` as millionths of one unit of a currency. Raises `ValueError` for what cannot be said exactly."""
    if not _PLAIN_AMOUNT.fullmatch(amount):
        raise ValueError(f"{amount!r} is no amount, such as 4.00")
    return int(Decimal(amount).scaleb(MICROS_DIGITS))


def from_micros(amount: int) -> Decimal:
    """An amount in micros as units of its currency, exactly."""
    return Decimal(amount).scaleb(-MICROS_DIGITS)
