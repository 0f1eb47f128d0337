"""LANG: which language we write in."""

from __future__ import annotations

from dataclasses import replace

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Entry, Outcome, Reply, State, Step, line, numbered, pick, say
from app.flows import dial_menu
from app.flows.actions import SetLanguage
from app.flows.snapshot import HOMES, Snapshot

CHOOSE = "lang.choose"


def _lang(said: Said, facts: Snapshot) -> Outcome:
    return _chosen(said, facts, {})


def _chosen(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    chosen = pick(said, numbered(facts.languages))
    if chosen is None:
        return Step(CHOOSE)
    if facts.on_screen:  # the menu itself shows that the language has changed
        menu = dial_menu.main_menu(replace(facts, language=chosen.value))
        return Step(dial_menu.MAIN, menu, action=SetLanguage(chosen.value), language=chosen.value)
    return Step(reply=say("lang.done"), action=SetLanguage(chosen.value), language=chosen.value)


def _ask(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("lang.ask"),), numbered(facts.languages))


_HOMES = frozenset({HOMES})
STATES = (
    State(CHOOSE, _ask, _chosen, targets=frozenset({dial_menu.MAIN, MENU}), needs=_HOMES, is_menu=True),
)
ENTRIES = (Entry("LANG", _lang, targets=frozenset({CHOOSE, dial_menu.MAIN}), needs=_HOMES, takes_rest=True),)
