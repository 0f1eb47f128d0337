"""Which home is meant, where a phone speaks for several."""

from __future__ import annotations

from collections.abc import Callable

from app.conversation.keywords import Said
from app.conversation.states import (
    MENU,
    Data,
    Entry,
    Open,
    Option,
    Outcome,
    Reply,
    State,
    Step,
    line,
    pick,
    say,
)
from app.flows.snapshot import HOMES, Home, Snapshot

CHOOSE = "home.choose"


def about_a_home(
    command: str,
    act: Callable[[Said, Snapshot, Home], Outcome],
    *,
    needs: frozenset[str] = frozenset(),
    targets: frozenset[str] = frozenset(),
    takes_rest: bool = False,
    left_too: bool = False,
) -> Entry[Snapshot]:
    """An entry that finds out which home is meant before it does anything.

    `left_too`: also for who has left, as where their credit is concerned.
    """

    def hear(said: Said, facts: Snapshot) -> Outcome:
        homes = _eligible(facts, left_too=left_too)
        if not homes:
            return Step(reply=_nobody(facts))
        if facts.home is not None and facts.home in homes:
            return act(said, facts, facts.home)
        if len(homes) == 1:
            return Open(command, said.text, homes[0].reference)
        return Step(CHOOSE, data={"command": command, "rest": said.text, "left": "1" if left_too else ""})

    return Entry(
        command,
        hear,
        targets=targets | {CHOOSE},
        needs=needs | {HOMES},
        opens=frozenset({command}),
        takes_rest=takes_rest,
    )


def _eligible(facts: Snapshot, *, left_too: bool) -> tuple[Home, ...]:
    return tuple(home for home in facts.homes if left_too or not home.left)


def _nobody(facts: Snapshot) -> Reply:
    if facts.homes:
        return say("join.again", name=facts.homes[0].name, programme=facts.programme)
    return say("join.invite", programme=facts.programme)


def _options(facts: Snapshot, data: Data) -> tuple[Option, ...]:
    return tuple(
        Option(
            number,
            line("home.label.left" if home.left else "home.label", name=home.name, zone=home.zone_name),
            home.reference,
        )
        for number, home in enumerate(_eligible(facts, left_too=bool(data.get("left"))), start=1)
    )


def _ask(facts: Snapshot, data: Data) -> Reply:
    return Reply((line("home.choose"),), _options(facts, data))


def _hear(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, _options(facts, data))
    if chosen is None:
        return Step(CHOOSE, data=data)
    return Open(data["command"], data["rest"], chosen.value)


STATES = (
    State(
        CHOOSE, _ask, _hear, targets=frozenset({MENU}), needs=frozenset({HOMES}), asks_with=frozenset({HOMES})
    ),
)
