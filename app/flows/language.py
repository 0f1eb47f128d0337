"""LANG: which language we write in."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Entry, Outcome, Reply, State, Step, line, numbered, pick, say
from app.flows.actions import SetLanguage
from app.flows.snapshot import Snapshot

CHOOSE = "lang.choose"


def _lang(said: Said, facts: Snapshot) -> Outcome:
    return _chosen(said, facts, {})


def _chosen(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    chosen = pick(said, numbered(facts.languages))
    if chosen is None:
        return Step(CHOOSE)
    return Step(reply=say("lang.done"), action=SetLanguage(chosen.value), language=chosen.value)


def _ask(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("lang.ask"),), numbered(facts.languages))


STATES = (State(CHOOSE, _ask, _chosen, targets=frozenset({MENU})),)
ENTRIES = (Entry("LANG", _lang, targets=frozenset({CHOOSE}), takes_rest=True),)
