"""HISTORY: what was weighed, earned and spent, the newest first."""

from __future__ import annotations

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


def _line(each: Happening, facts: Snapshot) -> Line:
    match each.kind:
        case Kind.WEIGHED if each.weight is not None:
            return line(
                "history.weighed", date=each.date, weight=each.weight, amount=facts.money(each.amount_minor)
            )
        case Kind.SPENT:
            return line("history.spent", date=each.date, amount=facts.money(-each.amount_minor))
        case Kind.GIVEN_BACK:
            return line("history.given-back", date=each.date, amount=facts.money(each.amount_minor))
        case Kind.CORRECTED:
            return line("history.corrected", date=each.date, amount=facts.money(each.amount_minor))
        case _:
            return line("history.other", date=each.date, amount=facts.money(each.amount_minor))


ENTRIES = (about_a_home("HISTORY", _history, needs=frozenset({HISTORY}), left_too=True, private=True),)
