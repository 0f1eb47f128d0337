"""The menu, thanks, and the one helpful line for a text that nobody understood."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import (
    MENU,
    Data,
    Entry,
    Open,
    Outcome,
    Reply,
    State,
    Step,
    line,
    numbered,
    pick,
    say,
)
from app.conversation.values import Command
from app.flows import dial_menu, guess
from app.flows.shop import is_code
from app.flows.snapshot import HOMES, Snapshot

SHOWN = "menu.shown"
CHOICES = ("PICKUP", "NEXT", "BALANCE", "REDEEM", "RATES", "WRONG", "LANG")
_OPTIONS = numbered((command, line(f"menu.{command}")) for command in CHOICES)
SMALL_TALK = ("MENU", "THANKS")
"""Politeness, where another command stands beside it: `hello, balance`."""
LAPSED = "lapsed"
"""In the data of a resting conversation: the command whose question is no longer open."""
_READY = 1
"""What our reminders offer as an answer."""


def _menu(_said: Said, facts: Snapshot) -> Outcome:
    if facts.on_screen:
        return Step(dial_menu.MAIN)
    if not facts.homes:
        return Step(reply=_nobodys(facts))
    return Step(SHOWN)


def _thanks(_said: Said, _facts: Snapshot) -> Outcome:
    return Step(reply=say("thanks"))


def _ask(_facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("menu.ask"),), _OPTIONS)


def _hear(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    chosen = pick(said, _OPTIONS)
    return Open(chosen.value) if chosen else _not_understood(said, facts)


def _ask_idle(facts: Snapshot, _data: Data) -> Reply:
    return _ask(facts, {}) if facts.homes else _nobodys(facts)


def _nobodys(facts: Snapshot) -> Reply:
    """For a phone that speaks for no home: a shop's, or a stranger's."""
    return say("help.shop" if facts.shop else "join.invite", programme=facts.programme)


def _hear_idle(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if LAPSED in data and not said.guess and not said.kinds & {"polite", "nod"}:
        return Step(reply=say("lapsed", command=Command(data[LAPSED])))
    if facts.shop and is_code(said):
        return Open("PAID", said.text)
    if facts.homes and said.number == _READY:
        return Open("READY")
    kind = said.kinds & {"agree", "polite", "nod"}
    if (
        (facts.homes or facts.shop) and kind and "near-stop" not in said.kinds
    ):  # STP is please in French, and nearly STOP
        return Step(reply=say("thanks"))
    return _not_understood(said, facts)


def _not_understood(said: Said, facts: Snapshot) -> Step:
    if said.guess:
        return guess.ask_about(said.guess)
    if "near-stop" in said.kinds:
        return Step(reply=say("unknown.stop"))
    if facts.homes:
        return Step(reply=say("unknown"))
    return Step(reply=say("unknown.shop" if facts.shop else "unknown.stranger"))


STATES = (
    State(
        MENU,
        _ask_idle,
        _hear_idle,
        targets=frozenset({guess.ASKED}),
        needs=frozenset({HOMES}),
        asks_with=frozenset({HOMES}),
        guesses=True,
        is_menu=True,
    ),
    State(
        SHOWN,
        _ask,
        _hear,
        targets=frozenset({MENU, guess.ASKED}),
        needs=frozenset({HOMES}),
        guesses=True,
        is_menu=True,
    ),
)
ENTRIES = (
    Entry("MENU", _menu, targets=frozenset({SHOWN, dial_menu.MAIN}), needs=frozenset({HOMES})),
    Entry("THANKS", _thanks),
)
