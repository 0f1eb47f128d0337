"""What is found wrong with a language's texts."""

from __future__ import annotations

import pytest

from app.conversation.catalogue import read_language
from app.conversation.pofile import Name, PoText
from app.flows.proofreading import proofread
from app.flows.registry import TEXTS

ENGLISH = read_language((TEXTS / "en.po").read_text(encoding="utf-8"), "en")
HAUSA = PoText((TEXTS / "ha.po").read_text(encoding="utf-8"), "ha.po")


def hausa_with(name: Name, text: str) -> list[str]:
    changed = read_language(HAUSA.with_forms({name: (text,)}), "ha")
    return list(map(str, proofread(changed, ENGLISH, ())))


@pytest.mark.parametrize(
    ("context", "key", "text", "found"),
    [
        ("", "redeem.choose", "Me kuke so?", "redeem.choose: lacks {balance}"),
        (
            "",
            "rates.title",
            "Farashi a {zone}, {suna}:",
            "rates.title: has {suna}, which the English text has not",
        ),
        ("", "thanks", "To! " * 45 + "MENU", "thanks: takes 2 parts, not 1: 184 septets"),
        ("", "unknown", "Ku aika MENU, KWASHE, KUDI ko KARBU", "tells people to send KARBU"),
        ("", "unknown", "Ku aika MENU, KWASHE ko KUDI", "unknown: names too little"),
        ("", "menu.ask", "Me kuke so a yau? " * 4, "menu: takes more than one part with its options"),
        (
            "keyword",
            "LEAVE",
            "FITA|CANCEL",
            "keyword LEAVE: CANCEL is a word that carriers keep for themselves",
        ),
        ("keyword", "LEAVE", "FITA|Comé", "keyword LEAVE: Comé is PICKUP already: in en.po"),
        ("keyword", "LEAVE", "FITA|harshe", "is LANG already"),
        ("keyword", "LEAVE", "FITA|lang", "lang is LANG already: the command itself"),
        ("keyword", "LEAVE", "FITA||", "keyword LEAVE: has an empty word"),
        ("keyword", "back", "0|SOFTLY NOW", "keyword back: SOFTLY NOW is understood as something else"),
    ],
)
def test_each_kind_of_mistake_is_found_and_named(context: str, key: str, text: str, found: str) -> None:
    findings = hausa_with((context, key), text)
    assert [each for each in findings if found in each], findings
