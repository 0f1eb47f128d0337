"""What a text costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conversation.fit import Encoding, Size, bare, fits_screen, measure, plain


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", Size(Encoding.GSM7, 0, 1)),
        ("a" * 160, Size(Encoding.GSM7, 160, 1)),
        ("a" * 161, Size(Encoding.GSM7, 161, 2)),
        ("a" * 306, Size(Encoding.GSM7, 306, 2)),
        ("a" * 307, Size(Encoding.GSM7, 307, 3)),
        ("\u20ac" * 80, Size(Encoding.GSM7, 160, 1)),
        ("\u20ac" * 81, Size(Encoding.GSM7, 162, 2)),
        # A pair of septets is never cut in two, so 152 are used of the first part's 153.
        ("a" * 152 + "\u20ac" * 77, Size(Encoding.GSM7, 306, 3)),
        ("\u1ecd" * 70, Size(Encoding.UCS2, 70, 1)),
        ("\u1ecd" * 71, Size(Encoding.UCS2, 71, 2)),
        ("\u1ecd" * 135, Size(Encoding.UCS2, 135, 3)),
        ("\U0001f600" * 35, Size(Encoding.UCS2, 70, 1)),
        ("a\x1b", Size(Encoding.UCS2, 2, 1)),
    ],
)
def test_parts_are_counted_as_networks_count_them(text: str, size: Size) -> None:
    assert measure(text) == size


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("caf\u00e9 \u00e9 \u00f1", "caf\u00e9 \u00e9 \u00f1"),
        ("\u2019n\u201d \u2013 \u2026", "'n\" - ..."),
        ("Ad\u00e9s\u1ecdl\u00e1", "Ad\u00e9sol\u00e0".replace("\u00e0", "a")),
        ("e\u0301", "\u00e9"),
        ("\u20a6500", "N500"),
        ("a\x00b\x1bc", "abc"),
        ("{1} [x] ~ \u20ac", "{1} [x] ~ \u20ac"),
    ],
)
def test_plain_spelling_changes_only_what_the_alphabet_lacks(text: str, written: str) -> None:
    assert plain(text) == written


@given(st.text())
def test_plain_spelling_always_travels_in_septets(text: str) -> None:
    assert measure(plain(text)).encoding is Encoding.GSM7
    assert plain(plain(text)) == plain(text)


def test_bare_spelling_takes_off_every_mark_also_those_the_alphabet_has() -> None:
    """With half of its tone marks a Yoruba word is another word, or none."""
    yoruba = "\u00cc\u1e63\u1eb9\u0301gun \u00e0ti \u1eccj\u1ecd\u0301"
    assert bare(yoruba) == "Isegun ati Ojo"
    assert plain(yoruba) == "Isegun \u00e0ti Ojo"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 182, True),
        ("a" * 183, False),
        ("\u20ac" * 91, True),
        ("\u20ac" * 92, False),
        ("\u1ecd" * 80, True),
        ("\u1ecd" + "a" * 80, False),
        ("\U0001f600" * 40, True),
        ("\U0001f600" * 41, False),
    ],
)
def test_a_screen_holds_160_bytes(text: str, fits: bool) -> None:
    assert fits_screen(text) is fits
