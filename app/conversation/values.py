"""How typed values are written in a text, per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_currency_precision

from app.conversation.wording import Wording
from app.errors import ConfigurationError
from app.kernel.grams import GRAMS_PER_KILOGRAM, Grams
from app.kernel.money import Money


@dataclass(frozen=True)
class Command:
    """A command, written as the word that people of a language send for it."""

    name: str


Value = Money | Grams | date | time | int | str | Command
"""What a text may be given. A moment (`datetime`) is refused: only the caller knows whose clock it is on."""

_MONEY = "money-"
_NOON_HOUR = 12
_HARD_SPACES = str.maketrans("\u00a0\u202f", "  ")
"""CLDR groups French digits with them; either would push a text out of the 160-character alphabet."""


@dataclass(frozen=True)
class Formats:
    """One language's ways of writing values; the `format` entries of its file."""

    locale: Locale
    date: str
    """A CLDR pattern."""
    time: tuple[str, str]
    """CLDR patterns for before and after noon; one pattern where CLDR's own am and pm will do."""
    whole_hour: tuple[str, str]
    weight: Wording
    money: Mapping[str, Wording]
    """By currency code; a currency not named is written with its code."""

    @classmethod
    def parse(cls, file: str, locale: str, entries: Mapping[str, str]) -> Formats:
        """Raises `ConfigurationError` that names the file and the entry."""
        try:
            return cls(
                locale=Locale.parse(locale),
                date=entries["date"],
                time=_halves(entries["time"]),
                whole_hour=_halves(entries["whole-hour"]),
                weight=_one(entries["weight"], "kilograms"),
                money={
                    key.removeprefix(_MONEY): _one(form, "amount")
                    for key, form in entries.items()
                    if key.startswith(_MONEY)
                },
            )
        except KeyError as error:
            raise ConfigurationError(f"{file}: the format {error.args[0]} is missing") from error
        except (ValueError, UnknownLocaleError) as error:
            raise ConfigurationError(f"{file}: {error}") from error

    def write(self, value: Value) -> str:
        """`value` as people of this language read it. Raises `TypeError` for a kind it does not know."""
        return value if isinstance(value, str) else self._written(value).translate(_HARD_SPACES)

    def _written(self, value: Value) -> str:
        match value:
            case bool() | datetime():
                raise TypeError(f"a text was given a {type(value).__name__}")
            case int():
                return str(format_decimal(value, locale=self.locale))
            case date():
                return format_date(value, self.date, self.locale)
            case time():
                halves = self.time if value.minute else self.whole_hour
                return format_time(value, halves[value.hour >= _NOON_HOUR], locale=self.locale)
            case Grams():
                kilograms = Decimal(value.grams) / GRAMS_PER_KILOGRAM
                return self.weight.fill(
                    {"kilograms": format_decimal(kilograms, "#,##0.###", self.locale)}, None
                )
            case Money():
                return self._money(value)
            case _:
                raise TypeError(f"a text was given a {type(value).__name__}")

    def _money(self, value: Money) -> str:
        """Without minor units where there are none: `N1,250`, `N1,250.50`, `-N20`."""
        digits = get_currency_precision(value.currency)
        amount = Decimal(abs(value.amount_minor)).scaleb(-digits)
        whole = amount == amount.to_integral_value()
        pattern = "#,##0" if whole or not digits else "#,##0." + "0" * digits
        written = format_decimal(amount, pattern, self.locale)
        form = self.money.get(value.currency)
        positive = form.fill({"amount": written}, None) if form else f"{value.currency} {written}"
        return f"-{positive}" if value.amount_minor < 0 else positive


def _halves(patterns: str) -> tuple[str, str]:
    """`h:mm'am'|h:mm'pm'`, or one pattern for the whole day. Raises `ValueError` for more than two."""
    before, _, after = patterns.partition("|")
    if "|" in after:
        raise ValueError(f"{patterns!r} has more than two halves of the day")
    return before, after or before


def _one(form: str, placeholder: str) -> Wording:
    wording = Wording.parse((form,), "0")
    if wording.placeholders != {placeholder}:
        raise ValueError(f"{form!r} must hold {{{placeholder}}} and nothing else")
    return wording
