"""How a text travels: its alphabet, and how many parts it costs.

GSM 03.38: 160 septets alone, 153 a part when joined, the extension table counts two. One character
outside it and the whole text is UCS-2: 70 units alone, 67 a part.
"""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import smsutil
from anyascii import anyascii
from smsutil.codecs import GSM_BASIC_CHARSET, GSM_EXT_CHARSET

_ESCAPE = "\x1b"  # the table's way into its extension, not a character a phone can show
_EXTENSION = frozenset(GSM_EXT_CHARSET)
_GSM = (frozenset(GSM_BASIC_CHARSET) | _EXTENSION) - {_ESCAPE}
_BYTES_PER_UNIT = 2
_SEPTETS_ALONE = 160
SCREEN_BYTES = 160
SCREEN_SEPTETS = SCREEN_BYTES * 8 // 7


class Encoding(enum.StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True)
class Size:
    """What a text costs to send."""

    encoding: Encoding
    units: int
    """Septets in GSM-7 (extension characters count two), 16-bit units in UCS-2."""
    parts: int


@lru_cache(maxsize=4096)
def measure(text: str) -> Size:
    """The size of `text` exactly as it stands. An empty text still travels as one part."""
    if not text:
        return Size(Encoding.GSM7, 0, 1)
    if _GSM.issuperset(text):
        septets = len(text) + sum(map(text.count, _EXTENSION))
        if septets <= _SEPTETS_ALONE:  # nearly all of them: measuring is on the path of every text
            return Size(Encoding.GSM7, septets, 1)
        split = smsutil.split(text)
        return Size(Encoding.GSM7, split.total_bytes, len(split.parts))
    split = smsutil.unicode_split(text)
    return Size(Encoding.UCS2, split.total_bytes // _BYTES_PER_UNIT, len(split.parts))


def fits_screen(text: str) -> bool:
    """Whether `text` goes on one USSD screen: 160 bytes, which is 182 septets of GSM-7 or 80 units of UCS-2.

    A screen is never joined of parts, so there is no header to take off (3GPP TS 23.038, section 6.1.2.3).
    """
    if _GSM.issuperset(text):
        return len(text) + sum(c in _EXTENSION for c in text) <= SCREEN_SEPTETS
    return len(text.encode("utf-16-le", "replace")) <= SCREEN_BYTES


def plain(text: str) -> str:
    """`text` in GSM-7: characters the alphabet has are kept (so `é` stays), others are transliterated.

    Controls that no phone shows (NUL, escape, …) are dropped.
    """
    if _GSM.issuperset(text):
        return text
    return "".join(map(_plain_character, unicodedata.normalize("NFC", text)))


def bare(text: str) -> str:
    """`text` in GSM-7 without any accent, also those the alphabet has.

    For languages of which the alphabet has half the marks: Yoruba with only its low tones misleads.
    """
    decomposed = unicodedata.normalize("NFD", text)
    return plain("".join(c for c in decomposed if not unicodedata.combining(c)))


def _plain_character(character: str) -> str:
    if character in _GSM:
        return character
    return "".join(c for c in anyascii(character) if c in _GSM)
