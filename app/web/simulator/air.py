"""The way of a text from a phone to its company, with whatever trouble is on there.

Texts that are late or held back wait here, in memory, until the demo's clock or the next text lets them go.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from app.kernel.clock import Clock
from app.web.simulator.companies import Carrier
from app.web.simulator.troubles import Switches, Trouble

LATE_BY: Final = timedelta(hours=13)
"""Longer than a question stays open, unless the settings say otherwise."""


@dataclass(frozen=True)
class Letter:
    phone: str
    body: str
    carrier: Carrier
    form: Mapping[str, str]
    arrives_at: datetime | None = None
    """None = when the next one has overtaken it."""


class Air:
    def __init__(self, switches: Switches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._waiting: list[Letter] = []
        self._lock = threading.Lock()

    def send(self, carrier: Carrier, phone: str, body: str) -> int:
        """Let `phone` text `body`; the HTTP status of the service's answer, `OK` for what waits, 0 = not reached."""
        letter = Letter(phone, body, carrier, carrier.written(phone, body))
        if not self._switches.is_on(phone, Trouble.SWAPPED):
            return self._go(letter)
        with self._lock:
            held = next((one for one in self._waiting if one.phone == phone and one.arrives_at is None), None)
            if held is None:
                self._waiting.append(letter)
                return HTTPStatus.OK
            self._waiting.remove(held)
        status = self._go(letter)
        self._go(held)
        return status

    def release(self, phone: str) -> None:
        """Let go what is held back for `phone`: it will not be overtaken any more."""
        with self._lock:
            freed = [one for one in self._waiting if one.phone == phone and one.arrives_at is None]
            self._waiting = [one for one in self._waiting if one not in freed]
        for letter in freed:
            self._go(letter)

    def arrive(self, now: datetime) -> None:
        """Deliver what is late and due."""
        with self._lock:
            due = [one for one in self._waiting if one.arrives_at is not None and one.arrives_at <= now]
            self._waiting = [one for one in self._waiting if one not in due]
        for letter in due:
            self._hand_over(letter)

    def waiting(self, phone: str) -> list[Letter]:
        """In the order in which they were sent."""
        with self._lock:
            return [one for one in self._waiting if one.phone == phone]

    def arrivals(self) -> list[datetime]:
        """When what is late will arrive."""
        with self._lock:
            return [one.arrives_at for one in self._waiting if one.arrives_at is not None]

    def _go(self, letter: Letter) -> int:
        if not self._switches.is_on(letter.phone, Trouble.LATE):
            return self._hand_over(letter)
        arrives_at = self._clock.now() + LATE_BY
        with self._lock:
            self._waiting.append(replace(letter, arrives_at=arrives_at))
        return HTTPStatus.OK

    def _hand_over(self, letter: Letter) -> int:
        status = letter.carrier.deliver(letter.form)
        if self._switches.is_on(letter.phone, Trouble.TWICE):
            letter.carrier.deliver(letter.form)
        return status
