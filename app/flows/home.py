"""Which home is meant, where a phone speaks for several; and whether the phone may still speak for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.conversation.keywords import Said, normalise
from app.conversation.states import (
    MENU,
    Data,
    Entry,
    Line,
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
from app.flows import guard
from app.flows.snapshot import HOMES, Home, Snapshot

CHOOSE = "home.choose"
COMMAND = "HOME"
PLACE_LONGEST = 30
"""How much of a landmark tells two homes of one name apart."""
_SHORTEST_PART = 3


def about_a_home(
    command: str,
    act: Callable[[Said, Snapshot, Home], Outcome],
    *,
    needs: frozenset[str] = frozenset(),
    targets: frozenset[str] = frozenset(),
    takes_rest: bool = False,
    left_too: bool = False,
    private: bool = False,
    secret: bool = False,
) -> Entry[Snapshot]:
    """An entry that finds out which home is meant before it does anything.

    `left_too`: also for who has left, as where their credit is concerned. `private`: not for a phone that was
    silent for so long that it may be a stranger's; it is asked to show that it is not.
    """

    def hear(said: Said, facts: Snapshot) -> Outcome:
        homes = _eligible(facts, left_too=left_too)
        if not homes:
            return Step(reply=_nobody(facts))
        if facts.home is not None and facts.home in homes:
            if private and facts.home.guarded:
                return guard.first(facts.home)
            return _named_in(act(said, facts, facts.home), facts)
        if len(homes) == 1:
            return Open(command, said.text, homes[0].reference)
        return Step(
            CHOOSE,
            data={"command": command, "rest": "" if secret else said.text, "left": "1" if left_too else ""},
        )

    return Entry(
        command,
        hear,
        targets=targets | {CHOOSE} | ({guard.UNLOCK} if private else set()),
        needs=needs | {HOMES},
        opens=frozenset({command}),
        takes_rest=takes_rest,
        secret=secret,
    )


def _named_in(outcome: Outcome, facts: Snapshot) -> Outcome:
    """An answer that stands by itself says which home it is about, where there are several."""
    if isinstance(outcome, Open) or len(facts.homes) == 1:
        return outcome
    return replace(outcome, reply=headed(outcome.reply, facts.home))


def headed(reply: Reply | None, home: Home | None) -> Reply | None:
    """`reply`, saying which home it is about where it does not already."""
    if reply is None or home is None or home.guarded:
        return reply
    if any(home.name in each.values.values() for each in reply.lines):
        return reply
    return replace(reply, heading=line("home.about", name=home.name, zone=home.zone_name))


def _eligible(facts: Snapshot, *, left_too: bool) -> tuple[Home, ...]:
    return tuple(home for home in facts.homes if left_too or not home.left)


def _nobody(facts: Snapshot) -> Reply:
    known = [home for home in facts.homes if not home.guarded]
    if known:
        return say("join.again", name=known[0].name, programme=facts.programme)
    return say("join.invite", programme=facts.programme)


def _home(said: Said, facts: Snapshot) -> Outcome:
    """Talk about another home from now on."""
    homes = facts.homes
    if not homes:
        return Step(reply=_nobody(facts))
    if len(homes) == 1:
        return guard.first(homes[0]) if homes[0].guarded else Step(reply=_about("home.only", homes[0]))
    named = _named(said, homes)
    return _from_now_on(named) if named else Step(CHOOSE, data={"command": COMMAND, "rest": "", "left": "1"})


def _from_now_on(home: Home) -> Step:
    if home.guarded:
        return guard.first(home)
    return Step(reply=_about("home.now", home), data={"home": home.reference})


def _about(key: str, home: Home) -> Reply:
    return say(key, name=home.name, zone=home.zone_name)


def _options(facts: Snapshot, data: Data) -> tuple[Option, ...]:
    homes = _eligible(facts, left_too=bool(data.get("left")))
    called = [(normalise(home.name), home.zone_id) for home in homes]
    return tuple(
        Option(
            number,
            _label(home, alone=called.count((normalise(home.name), home.zone_id)) == 1),
            home.reference,
        )
        for number, home in enumerate(homes, start=1)
    )


def _label(home: Home, *, alone: bool) -> Line:
    if home.guarded:
        return line("home.label.guarded", zone=home.zone_name)
    if home.left:
        return line("home.label.left", name=home.name, zone=home.zone_name)
    if alone:
        return line("home.label", name=home.name, zone=home.zone_name)
    return line("home.label.place", name=home.name, place=home.landmark[:PLACE_LONGEST])


def _named(said: Said, homes: tuple[Home, ...]) -> Home | None:
    """The home whose name was said, or part of its name, area or landmark that no other home shares."""
    wanted = said.words.split()
    if not wanted or said.number is not None:
        return None
    known = [home for home in homes if not home.guarded]
    for texts in (
        [(home, home.name) for home in known],
        [(home, f"{home.name} {home.zone_name} {home.landmark}") for home in known],
    ):
        whole = [home for home, text in texts if normalise(text) == said.words]
        part = [home for home, text in texts if _has(normalise(text).split(), wanted)]
        for found in (whole, part):
            if len(found) == 1:
                return found[0]
    return None


def _has(words: list[str], wanted: list[str]) -> bool:
    return all(
        any(word == one or (len(one) >= _SHORTEST_PART and word.startswith(one)) for word in words)
        for one in wanted
    )


def _ask(facts: Snapshot, data: Data) -> Reply:
    return Reply((line("home.choose"),), _options(facts, data))


def _hear(said: Said, facts: Snapshot, data: Data) -> Outcome:
    homes = _eligible(facts, left_too=bool(data.get("left")))
    option = pick(said, _options(facts, data))
    chosen = next((home for home in homes if option and home.reference == option.value), None)
    chosen = chosen or _named(said, homes)
    if chosen is None:
        return Step(CHOOSE, data=data)
    if data["command"] == COMMAND:
        return _from_now_on(chosen)
    return Open(data["command"], data["rest"], chosen.reference)


_HOMES = frozenset({HOMES})
STATES = (
    State(CHOOSE, _ask, _hear, targets=frozenset({MENU, guard.UNLOCK}), needs=_HOMES, asks_with=_HOMES),
    *guard.STATES,
)
ENTRIES = (Entry(COMMAND, _home, targets=frozenset({CHOOSE, guard.UNLOCK}), needs=_HOMES, takes_rest=True),)
