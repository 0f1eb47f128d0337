"""Bearer tokens: fetched when needed, kept until shortly before they expire, dropped when they are refused."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from app.adapters.payments.wire import Answer, NoAnswer, text

MARGIN_SECONDS: Final = 60
"""A token that has less left than this is not begun anything with."""
ASSUMED_SECONDS: Final = 300
"""Where the provider does not say how long."""


@dataclass(frozen=True)
class Token:
    value: str
    good_until: float
    """By `time.monotonic`."""


class Tokens:
    """One account's token. `fetch` makes one call; its answer has `access_token` and `expires_in` (RFC 6749, 5.1)."""

    def __init__(self, fetch: Callable[[], Awaitable[Answer | NoAnswer]]) -> None:
        self._fetch = fetch
        self._token: Token | None = None

    async def get(self) -> str | NoAnswer:
        """A token, or why there is none; nothing has been asked of the payment's own address then."""
        token = self._token
        if token is not None and time.monotonic() < token.good_until:
            return token.value
        answer = await self._fetch()
        if isinstance(answer, NoAnswer):
            return NoAnswer(sent=False, code=f"token:{answer.code}")
        value = text(answer.said.get("access_token"), longest=None)
        if not answer.is_success or value is None:
            return NoAnswer(sent=False, code=f"token:http_{answer.status}")
        self._token = Token(
            value, time.monotonic() + _seconds(answer.said.get("expires_in")) - MARGIN_SECONDS
        )
        return value

    def drop(self) -> None:
        """It was refused: the next call fetches another."""
        self._token = None


def _seconds(said: object) -> float:
    """Some write it as a text."""
    try:
        return float(str(said))
    except ValueError:
        return ASSUMED_SECONDS
