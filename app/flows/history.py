"""HISTORY: what was weighed, earned and spent, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.conversation.keywords import Said
from app.conversation.states import Line, Outcome, Reply, Step, line, say
from app.flows.home import about_a_home
from app.flows.snapshot import HISTORY, Happening, Home, Kind, Snapshot

LINES_IN_A_TEXT: Final = 3
"""What one text holds, in any language; a screen shows all, on as many pages as that takes."""


def _history(_said: Said, facts: Snapshot, _home: Home) -> Outcome:
    if not facts.history:
        return Step(reply=say("history.none"))
    shown = facts.history if facts.on_screen else facts.history[:LINES_IN_A_TEXT]
    return Step(reply=Reply((line("history.title"), *(_line(each, facts) for each in shown))))


_KEYS: Final[Mapping[Kind, tuple[str, int]]] = {
    Kind.SPENT: ("history.spent", -1),
    Kind.GIVEN_BACK: ("history.given-back", 1),
    Kind.GAVE: ("history.gave", -1),
    Kind.GOT: ("history.got", 1),
    Kind.SAVED: ("history.saved", -1),
    Kind.SENT: ("history.sent", -1),
    Kind.EXTRA: ("history.extra", 1),
    Kind.CORRECTED: ("history.corrected", 1),
}
"""With the sign that the amount is told by: who spent 500 has not spent minus 500."""


def _line(each: Happening, facts: Snapshot) -> Line:
    if each.kind is Kind.WEIGHED and each.weight is not None:
        amount = facts.money(each.amount_minor)
        return line("history.weighed", date=each.date, weight=each.weight, amount=amount)
    key, sign = _KEYS.get(each.kind, ("history.other", 1))
    return line(key, date=each.date, amount=facts.money(sign * each.amount_minor))


ENTRIES = (about_a_home("HISTORY", _history, needs=frozenset({HISTORY}), left_too=True, private=True),)
