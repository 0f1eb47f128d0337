"""What may go wrong between a phone and the service: switches that anybody may throw, and what each of them shows."""

from __future__ import annotations

import enum
import threading
from dataclasses import dataclass
from typing import Final


class Trouble(enum.StrEnum):
    TWICE = "twice"
    LATE = "late"
    SWAPPED = "out-of-order"
    CUT = "session-cut"
    FAILS = "not-delivered"
    BARRED = "opted-out"
    DOWN = "gateway-down"


@dataclass(frozen=True)
class Described:
    trouble: Trouble
    shown: str
    means: str


TROUBLES: Final = (
    Described(
        Trouble.TWICE,
        "Duplicate delivery",
        "Each text and each key comes twice, as gateways do when they doubt. Nothing doubles.",
    ),
    Described(
        Trouble.LATE,
        "Late delivery",
        "Your texts take thirteen hours of this page's clock, longer than a question stays open. A late answer is told "
        "which question it was for, and does nothing.",
    ),
    Described(
        Trouble.SWAPPED,
        "Out of order",
        "Your next text is held back until you send another, and arrives after it.",
    ),
    Described(
        Trouble.CUT,
        "Session cut",
        "The line drops before the next screen is seen. An open question follows by text, or when you dial again.",
    ),
    Described(
        Trouble.FAILS,
        "Delivery failed",
        "What the service texts of its own accord, such as a reminder, is reported as undelivered.",
    ),
    Described(
        Trouble.BARRED,
        "Opted out at the carrier",
        "The gateway refuses texts to this phone (21610, UserInBlacklist). The service learns it from the next one, "
        "and sends no more until it hears START.",
    ),
    Described(
        Trouble.DOWN,
        "Gateway down",
        "The gateway turns every text away, for all phones. After three in a row its texts go by the other one.",
    ),
)


class Switches:
    """Which troubles are on: for a phone, or, of `Trouble.DOWN`, for a gateway."""

    def __init__(self) -> None:
        self._on: set[tuple[str, Trouble]] = set()
        self._lock = threading.Lock()

    def throw(self, whose: str, trouble: Trouble) -> bool:
        """On if it was off, off if it was on; which it is now."""
        with self._lock:
            self._on ^= {(whose, trouble)}
            return (whose, trouble) in self._on

    def is_on(self, whose: str, trouble: Trouble) -> bool:
        with self._lock:
            return (whose, trouble) in self._on
