"""How pages write numbers: English, as in Nigeria. Texts to households have catalogues instead."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from babel.numbers import format_currency, format_decimal, get_currency_precision

from app.kernel.grams import GRAMS_PER_KILOGRAM
from app.kernel.money import from_micros

LOCALE: Final = "en_NG"


def money(amount_minor: int, currency: str) -> str:
    """`₦1,250` or `₦1,250.50`."""
    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    whole = amount == amount.to_integral_value()
    return str(
        format_currency(
            amount, currency, "¤#,##0" if whole else "¤#,##0.00", LOCALE, currency_digits=not whole
        )
    )


def price(amount_micros: int, currency: str) -> str:
    """`₦4.00`, in as many digits as the currency has."""
    return str(format_currency(from_micros(amount_micros), currency, locale=LOCALE))


def kilograms(grams: int) -> str:
    """`12.5 kg`: to the hundred grams, for pictures; sheets and receipts show every gram."""
    return f"{format_decimal(round(Decimal(grams) / GRAMS_PER_KILOGRAM, 1), locale=LOCALE)} kg"


def count(number: int) -> str:
    return str(format_decimal(number, locale=LOCALE))
