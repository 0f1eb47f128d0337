"""A phone that was silent for long shows that it is still the household's, before it hears of money again."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Outcome, Reply, State, Step, say
from app.flows.actions import ConfirmPhone
from app.flows.snapshot import HOMES, Home, Snapshot

UNLOCK = "guard.unlock"


def first(home: Home) -> Step:
    """Asked in place of what a guarded phone wanted."""
    if home.has_pin:
        return Step(UNLOCK, data={"home": home.reference})
    return Step(reply=say("guard.door"))


def _ask(_facts: Snapshot, _data: Data) -> Reply:
    return say("guard.pin")


def _hear(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    if facts.home is None:
        return Step(reply=say("trouble"))
    return Step(action=ConfirmPhone(facts.home.id, said.text))


STATES = (
    State(
        UNLOCK,
        _ask,
        _hear,
        targets=frozenset({MENU}),
        needs=frozenset({HOMES}),
        asks_with=frozenset({HOMES}),
        secret=True,
    ),
)
