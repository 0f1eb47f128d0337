"""DID YOU MEAN …? What is made of a mistyped command where a wrong guess would cost the person something."""

from __future__ import annotations

from typing import Final

from app.conversation.keywords import Guess, Said
from app.conversation.states import MENU, Data, Open, Option, Outcome, Reply, State, Step, line, say
from app.conversation.values import Command
from app.flows.snapshot import HOMES, Snapshot

ASKED = "guess.asked"

DONE_IF_GUESSED: Final = frozenset(
    {
        "JOIN",
        "NEXT",
        "BALANCE",
        "RATES",
        "HISTORY",
        "VOUCHER",
        "STATEMENT",
        "HOME",
        "WRONG",
        "LANG",
        "MENU",
        "THANKS",
    }
)
"""They tell something, or ask a question of their own first."""
DONE_IF_LONG: Final = frozenset({"PICKUP", "SKIP", "READY"})
"""They change something that one more text puts right. Any other command is asked about: money, leaving."""


def ask_about(guess: Guess) -> Step:
    return Step(ASKED, data={"command": guess.command, "rest": guess.rest})


def _ask(_facts: Snapshot, data: Data) -> Reply:
    return Reply(
        (line("guess.ask", command=Command(data["command"])),),
        (Option(1, line("guess.agree"), "1"), Option(0, line("guess.refuse"), "0")),
    )


def _hear(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if "agree" in said.kinds:
        return Open(data["command"], data["rest"])
    if facts.homes:
        return Step(reply=say("unknown"))
    return Step(reply=say("unknown.shop" if facts.shop else "unknown.stranger"))


STATES = (State(ASKED, _ask, _hear, targets=frozenset({MENU}), needs=frozenset({HOMES})),)
