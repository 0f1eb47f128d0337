"""What a text costs: by the price list in the settings, or by the gateway's own word, which goes before it.

Prices are written on a text's row when it goes out, so that a new price list changes nothing of the past.
All are in micros: millionths of one unit of the service's currency. Where nobody has said a price it is
unknown, which is not the same as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Self

import structlog

from app.kernel.money import micros
from app.messaging.gateways import ANY_PREFIX
from app.settings import Settings

_FIGURE: Final = re.compile(r"([A-Z]{3})\s*(\d{1,9}(?:\.\d{1,6})?)", re.ASCII)
_CURRENCY_LETTERS: Final = 3

log = structlog.get_logger()


@dataclass(frozen=True)
class Prices:
    """The price list. An empty one knows no price."""

    currency: str = ""
    """ISO 4217."""
    per_part: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Micros by gateway, then by the phone's prefix; the longest prefix wins, `*` takes the rest."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.currency, settings.sms_prices)

    def of_a_part(self, gateway: str, phone: str) -> int | None:
        """Micros for one part from `gateway` to `phone`; None where the list does not say."""
        listed = self.per_part.get(gateway, {})
        fitting = (prefix for prefix in listed if prefix == ANY_PREFIX or phone.startswith(prefix))
        best = max(fitting, key=lambda prefix: 0 if prefix == ANY_PREFIX else len(prefix), default=None)
        return None if best is None else listed[best]

    def of_a_text(self, gateway: str, phone: str, parts: int) -> int | None:
        """Micros for a whole text of so many parts; None where the list does not say."""
        each = self.of_a_part(gateway, phone)
        return None if each is None else each * parts

    def as_told(self, gateway: str, figure: str | None) -> int | None:
        """Micros of a gateway's own figure for a whole text, such as `NGN 4.0000`.

        None where it says none, or one that cannot be added to ours: in another currency (an account may be
        kept in one), or not to be read.
        """
        if not figure:
            return None
        read = _FIGURE.fullmatch(figure.strip())
        if read is None or read[1] != self.currency:
            _warn_once(gateway, figure[:_CURRENCY_LETTERS], self.currency)
            return None
        return micros(read[2])


@cache
def _warn_once(gateway: str, told_in: str, currency: str) -> None:
    log.warning("price_not_usable", gateway=gateway, told_in=told_in, currency=currency)


NO_PRICES: Final = Prices()
