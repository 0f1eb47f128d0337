"""WRONG: the household says that its last weighing is not right."""

from __future__ import annotations

from app.conversation.amounts import weight_in
from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Outcome, Reply, State, Step, say
from app.flows.actions import OpenDispute
from app.flows.home import about_a_home
from app.flows.snapshot import HOMES, WEIGHING, Home, Snapshot

SAID = "wrong.said"
SHORTEST = 3


def _wrong(said: Said, facts: Snapshot, home: Home) -> Outcome:
    weighing = facts.weighing
    if weighing is None:
        return Step(reply=say("wrong.none"))
    if weighing.disputed and weight_in(said.text) is None:
        return Step(reply=say("wrong.open", date=weighing.date))
    if _tells(said):
        return Step(action=OpenDispute(home.id, said.text, weight_in(said.text)))
    return Step(SAID, data={"home": home.reference})


def _tells(said: Said) -> bool:
    """A few words, or a weight however short: `5`."""
    return len(said.words) >= SHORTEST or weight_in(said.text) is not None


def _ask(facts: Snapshot, _data: Data) -> Reply:
    weighing = facts.weighing
    if weighing is None:
        return say("wrong.none")
    return say("wrong.ask", date=weighing.date, weight=weighing.weight)


def _hear(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if facts.home is None:
        return Step(reply=say("trouble"))
    if not _tells(said):
        return Step(SAID, say("wrong.again"), data)
    return _wrong(said, facts, facts.home)


_NEEDS = frozenset({HOMES, WEIGHING})
STATES = (
    State(SAID, _ask, _hear, targets=frozenset({MENU}), needs=_NEEDS, asks_with=_NEEDS, free_text=True),
)
ENTRIES = (
    about_a_home(
        "WRONG",
        _wrong,
        needs=frozenset({WEIGHING}),
        targets=frozenset({SAID}),
        takes_rest=True,
        left_too=True,
    ),
)
