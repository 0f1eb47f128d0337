"""Reading what gateways post, whatever they or a phone on the way made of it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from app.errors import InvalidInput

LONGEST_ID: Final = 80
LONGEST_SENDER: Final = 32
LONGEST_STATUS: Final = 32
LONGEST_CODE: Final = 40
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{23,}={0,2}")
_A_LETTER_OR_SPACE: Final = 0.8
"""The least share of them in words that people type."""


def fields(body: bytes) -> dict[str, str]:
    """The form's fields, nothing trimmed, empty ones kept. What is not UTF-8 is read as Windows-1252.

    That is the one other alphabet that telephone companies are known to send; no byte of it is lost.
    """
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return {_read(name): _read(value) for name, value in pairs}


def _read(as_latin: str) -> str:
    raw = as_latin.encode("latin-1")
    for alphabet in ("utf-8", "cp1252"):
        try:
            return raw.decode(alphabet)
        except UnicodeDecodeError:
            continue
    return as_latin


def words(body: str) -> str:
    """What the person typed: `body`, or what is inside it where it certainly is Base64.

    Twilio has been seen to deliver long texts that way (recorded in nyaruka/courier's handler). Certain means:
    24 characters or more in one piece, of that alphabet and length, which turn out to be UTF-8 that is mostly
    letters. Fewer might be a word: "MENU" is good Base64.
    """
    joined = "".join(body.split("\n")).replace("\r", "")  # it is broken into lines of 76
    if len(joined) % 4 or not _BASE64.fullmatch(joined):
        return body
    try:
        inside = base64.b64decode(joined, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return body
    plain = sum(one.isalpha() or one.isspace() for one in inside)
    printable = all(one.isprintable() or one.isspace() for one in inside)
    return inside if printable and plain >= len(inside) * _A_LETTER_OR_SPACE else body


def needed(form: Mapping[str, str], field: str, longest: int) -> str:
    """A field that the gateway always sends. Raises `InvalidInput`."""
    value = form.get(field, "")
    if not value or len(value) > longest or "\x00" in value:
        raise InvalidInput(field, f"{field} is missing or not as the gateway sends it.")
    return value


def optional(form: Mapping[str, str], field: str, longest: int) -> str | None:
    return form.get(field, "").replace("\x00", "")[:longest] or None
