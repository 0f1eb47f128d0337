"""What went over the wire: the last requests and answers of each phone as they stood, without the secrets in them."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

KEEP: Final = 6
KEEP_PHONES: Final = 200
MASK: Final = "•••"
_SECRET_HEADERS: Final = frozenset({"authorization", "apikey", "x-twilio-signature"})
_NAMES: Final = {
    "sms": "Your text, to the service",
    "status": "A report on a text",
    "delivery": "A report on a text",
    "opt-out": "An opt-out",
    "ussd": "Your keys, to the service",
    "ussd-end": "The end of the call",
    "Messages.json": "A text, from the service",
    "messaging": "A text, from the service",
}
"""By the last part of the path."""


@dataclass(frozen=True)
class Exchange:
    name: str
    request: str
    status: int
    """0 = nobody was reached."""
    answer: str


class Wire:
    """Keeps the last exchanges of some phones in memory, masked before they are kept."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        self._kept: OrderedDict[str, deque[Exchange]] = OrderedDict()
        self._lock = threading.Lock()

    def tell(
        self,
        *,
        phone: str,
        path: str,
        headers: Mapping[str, str],
        form: Mapping[str, str],
        status: int,
        answer: str,
    ) -> None:
        """Keep one exchange; the stand-ins call this."""
        lines = [f"POST {path}"]
        lines += [f"{name}: {_header(name, value)}" for name, value in headers.items()]
        lines += ["", urlencode(form).replace("&", "&\n")]
        name = _NAMES.get(path.rpartition("/")[2], "A call")
        kept = Exchange(name, self._masked("\n".join(lines)), status, self._masked(answer))
        with self._lock:
            self._kept.setdefault(phone, deque(maxlen=KEEP)).appendleft(kept)
            self._kept.move_to_end(phone)
            while len(self._kept) > KEEP_PHONES:
                self._kept.popitem(last=False)

    def of(self, phone: str) -> list[Exchange]:
        """The newest first."""
        with self._lock:
            return list(self._kept.get(phone, ()))

    def _masked(self, said: str) -> str:
        for secret in self._secrets:
            said = said.replace(secret, MASK)
        return said


def _header(name: str, value: str) -> str:
    if name.lower() not in _SECRET_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space else MASK
