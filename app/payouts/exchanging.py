"""The raw exchange with a provider, for whoever must find out what happened; kept without secrets and personal data.

Adapters note what went over the wire while the driver listens (`heard`); what is kept with the observation is redacted
first (`redacted`): keys that hold secrets or people's names are blanked, and the payee's number is masked wherever it
stands. Headers are never noted: they carry our keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from app.kernel.phone import mask

LONGEST: Final = 4_000
"""Characters of a body that are kept."""
BLANK: Final = "…"
_NATIONAL_DIGITS: Final = 8
"""So many last digits of a number are the same however its country is written."""
_SECRET: Final = re.compile(
    r"(?i)token|secret|password|passkey|credential|authori[sz]ation|signature|api_?key|initiator|^pin$|cookie"
)
_PERSONAL: Final = re.compile(r"(?i)name$|^name|email|address|birth|^remarks$|publicname")
_PHONE: Final = re.compile(r"(?i)phone|msisdn|partyid|partyb|recipientnumber|account_?number|^number$")
_WRITTEN_PHONE: Final = re.compile(r"\+\d{8,15}\b")


@dataclass(frozen=True)
class Exchange:
    """One request and what came back, as they were."""

    method: str
    path: str
    asked: str
    status: int | None = None
    """None where no answer came."""
    answered: str = ""
    """The body, or how the answer failed to come."""


_heard: ContextVar[list[Exchange] | None] = ContextVar("heard", default=None)


@contextmanager
def heard() -> Iterator[list[Exchange]]:
    """Collects what adapters note inside; each asyncio task by itself."""
    exchanges: list[Exchange] = []
    before = _heard.set(exchanges)
    try:
        yield exchanges
    finally:
        _heard.reset(before)


def note(exchange: Exchange) -> None:
    """For adapters: this went over the wire. Forgotten where nobody listens."""
    listener = _heard.get()
    if listener is not None:
        listener.append(exchange)


def redacted(
    exchanges: Sequence[Exchange], payee_phone: str, question: str | None = None
) -> list[dict[str, Any]]:
    """As they are kept and shown. `question` is an id by which a callback answers (`app.payouts.asking`): a secret."""

    def clean(text: str) -> str:
        return _body(text.replace(question, BLANK) if question else text, payee_phone)

    return [
        {
            "method": one.method,
            "path": _without_phone(one.path, payee_phone),
            "asked": clean(one.asked),
            "status": one.status,
            "answered": clean(one.answered),
        }
        for one in exchanges
    ]


def _body(text: str, payee_phone: str) -> str:
    """JSON stays JSON; a form is written as JSON; anything else is kept as text."""
    said: Any
    try:
        said = json.loads(text)
    except ValueError:
        pairs = parse_qsl(text, keep_blank_values=True) if "=" in text and "<" not in text else []
        said = dict(pairs) if pairs else text
    if isinstance(said, str):
        return _without_phone(said, payee_phone)[:LONGEST]
    return json.dumps(_clean(said, payee_phone), ensure_ascii=False)[:LONGEST]


def _clean(said: Any, payee_phone: str, key: str = "") -> Any:
    if isinstance(said, dict):
        return {name: _clean(value, payee_phone, str(name)) for name, value in said.items()}
    if isinstance(said, list):
        return [_clean(value, payee_phone, key) for value in said]
    if said is None or isinstance(said, bool):
        return said
    if _SECRET.search(key) or _PERSONAL.search(key):
        return BLANK
    if _PHONE.search(key):
        return mask(str(said))
    text = _without_phone(str(said), payee_phone)
    return said if text == str(said) else text


def _without_phone(text: str, payee_phone: str) -> str:
    """The payee's number masked however its country is written, and any that is written with its +."""
    own = re.escape(payee_phone[-_NATIONAL_DIGITS:])
    text = re.sub(rf"\+?\d*{own}(?!\d)", lambda found: mask(found[0]), text)
    return _WRITTEN_PHONE.sub(lambda found: mask(found[0]), text)
