"""What a conversation is made of: states that hear and ask, entries that commands open.

All of it is pure: what a person said and a snapshot of facts go in; a reply, the next state and at most
one action come out. Replies are keys and values, so that each channel writes them in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.conversation.keywords import Said, normalise
from app.conversation.values import Value

FactsT = TypeVar("FactsT")

Data = Mapping[str, str]
"""What a conversation has gathered; stored as JSON."""

MENU = "menu"
"""Where every conversation rests; every state can reach it."""


@dataclass(frozen=True)
class Line:
    """One text of the catalogue with its values."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


def line(key: str, **values: Value) -> Line:
    return Line(key, values)


@dataclass(frozen=True)
class Option:
    """A numbered choice. `label` is a text of the catalogue, or words that are the same in every language."""

    number: int
    label: Line | str
    value: str


@dataclass(frozen=True)
class Reply:
    lines: tuple[Line, ...]
    options: tuple[Option, ...] = ()
    heading: Line | None = None
    """What it is about; left out where there is no room."""
    brief: bool = False
    """In the shorter wordings that screens have, because one text holds several answers."""


def say(key: str, **values: Value) -> Reply:
    return Reply((Line(key, values),))


@dataclass(frozen=True)
class Step:
    """What comes of a text. Without a `reply` the next state asks its question."""

    state: str = MENU
    reply: Reply | None = None
    data: Data = field(default_factory=dict)
    action: object | None = None
    """Something to do, in a type of the flow's own; what came of it may replace the reply."""
    language: str | None = None
    """Set where the person chose another one."""


@dataclass(frozen=True)
class Open:
    """Go on as if this command had been texted, about this home where it is known."""

    command: str
    rest: str = ""
    home: str | None = None


Outcome = Step | Open


@dataclass(frozen=True)
class State(Generic[FactsT]):
    """A question that waits for its answer, under the name it is stored by."""

    name: str
    ask: Callable[[FactsT, Data], Reply]
    """Its question; asked again after a redial or an answer that was not understood."""
    hear: Callable[[Said, FactsT, Data], Outcome]
    targets: frozenset[str]
    needs: frozenset[str] = frozenset()
    """Facts for its own `hear`, and for the question of every target."""
    asks_with: frozenset[str] = frozenset()
    """Those of them that its own question needs."""
    free_text: bool = False
    """Any words may be the answer, so only a bare command word leaves it."""
    guesses: bool = False
    """Mistyped command words are looked for. Not where a question is open, least of all one about money."""
    aliases: tuple[str, ...] = ()
    """Names it was stored under before."""
    secret: bool = False
    """The answer is a PIN: it is not kept."""
    is_menu: bool = False
    """Only places to go to from here: nothing is lost by leaving it, so a redial starts afresh."""
    confirms: bool = False
    """Agreeing here moves money, or takes something away: no dialled shortcut ever answers it."""
    follow_up: bool = False
    """Something was given on the way here: a session that is cut off here is followed by its question."""


@dataclass(frozen=True)
class Entry(Generic[FactsT]):
    """What a command opens, from anywhere."""

    command: str
    hear: Callable[[Said, FactsT], Outcome]
    """`Said` is what followed the command word."""
    targets: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()
    """Other commands it may turn into."""
    takes_rest: bool = False
    secret: bool = False
    """What follows the word is a PIN: it is not kept."""


class Registry(Generic[FactsT]):
    """All states and entries by their stored names."""

    def __init__(self, states: Iterable[State[FactsT]], entries: Iterable[Entry[FactsT]]) -> None:
        """Raises `ValueError` where a name is taken twice, a target is missing, or a state has no way out."""
        self.states: dict[str, State[FactsT]] = {}
        self.entries: dict[str, Entry[FactsT]] = {}
        for state in states:
            for name in (state.name, *state.aliases):
                if self.states.setdefault(name, state) is not state:
                    raise ValueError(f"two states are named {name}")
        for entry in entries:
            if self.entries.setdefault(entry.command, entry) is not entry:
                raise ValueError(f"two entries are for {entry.command}")
        self._check()

    def state(self, name: str) -> State[FactsT]:
        """The state stored as `name`; one that no longer exists is the menu, where nobody is lost."""
        return self.states.get(name) or self.states[MENU]

    def _check(self) -> None:
        for owner, targets in (
            *((state.name, state.targets) for state in self.states.values()),
            *((entry.command, entry.targets) for entry in self.entries.values()),
        ):
            missing = targets - {state.name for state in self.states.values()}
            if missing:
                raise ValueError(f"{owner} leads to {', '.join(sorted(missing))}, which does not exist")
        for entry in self.entries.values():
            if entry.opens - set(self.entries):
                raise ValueError(f"{entry.command} opens a command that does not exist")
        way_out = {MENU}
        while True:
            found = {state.name for state in self.states.values() if state.targets & way_out} - way_out
            if not found:
                break
            way_out |= found
        stuck = {state.name for state in self.states.values()} - way_out
        if stuck:
            raise ValueError(f"no way out of {', '.join(sorted(stuck))}")


def pick(said: Said, options: Iterable[Option]) -> Option | None:
    """The option meant: by its number, its code, its words, or number and words. On any doubt: none."""
    choices = list(options)
    number = said.number
    if number is not None:
        return next((option for option in choices if option.number == number), None)
    named = [option for option in choices if said.words in _names(option)]
    return named[0] if len(named) == 1 else None


def _names(option: Option) -> set[str]:
    names = {normalise(option.value)}
    if isinstance(option.label, str):
        words = normalise(option.label)
        names |= {words, f"{option.number} {words}"}
    return names - {""}


def numbered(choices: Iterable[tuple[str, Line | str]]) -> tuple[Option, ...]:
    """Options numbered from one, of (value, label)."""
    return tuple(Option(number, label, value) for number, (value, label) in enumerate(choices, start=1))
