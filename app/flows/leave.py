"""LEAVE: no more pickups; the money stays theirs."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Option, Outcome, Reply, State, Step, line, say
from app.flows.actions import Leave
from app.flows.home import about_a_home
from app.flows.snapshot import BALANCE, HOMES, Home, Snapshot

CONFIRM = "leave.confirm"


def _leave(_said: Said, _facts: Snapshot, home: Home) -> Outcome:
    return Step(CONFIRM, data={"home": home.reference})


def _ask(facts: Snapshot, _data: Data) -> Reply:
    if facts.home is None:
        return say("trouble")
    return Reply(
        (line("leave.ask", name=facts.home.name, programme=facts.programme, balance=facts.balance),),
        (Option(1, line("leave.agree"), "1"), Option(0, line("leave.refuse"), "0")),
    )


def _hear(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if facts.home is None:
        return Step(reply=say("trouble"))
    if "agree" not in said.kinds:
        return Step(CONFIRM, data=data)
    return Step(action=Leave(facts.home.id))


_NEEDS = frozenset({HOMES, BALANCE})
STATES = (
    State(CONFIRM, _ask, _hear, targets=frozenset({MENU}), needs=_NEEDS, asks_with=_NEEDS, confirms=True),
)
ENTRIES = (
    about_a_home("LEAVE", _leave, needs=frozenset({BALANCE}), targets=frozenset({CONFIRM}), private=True),
)
