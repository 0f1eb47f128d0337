"""One turn of a conversation, in two pure halves: which part hears the text and which facts it needs; then
what comes of it. Whoever calls loads the facts in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic

from app.conversation.keywords import Meaning, Said, Vocabulary
from app.conversation.states import (
    MENU,
    Data,
    Entry,
    FactsT,
    Open,
    Registry,
    Reply,
    State,
    Step,
    say,
)

_MOST_OPENINGS = 4


@dataclass(frozen=True)
class Position:
    """Where a conversation stands."""

    state: str = MENU
    data: Data = field(default_factory=dict)


@dataclass(frozen=True)
class Route(Generic[FactsT]):
    """What will hear the text."""

    said: Said
    handler: State[FactsT] | Entry[FactsT] | Step
    """A step where the answer is the same whatever the facts are."""
    data: Data
    home: str | None
    openings_left: int = _MOST_OPENINGS

    @property
    def secret(self) -> bool:
        """Whether what was said is not to be kept."""
        return not isinstance(self.handler, Step) and self.handler.secret and bool(self.said.text)

    @property
    def needs(self) -> frozenset[str]:
        return frozenset() if isinstance(self.handler, Step) else self.handler.needs


class Engine(Generic[FactsT]):
    """Pure: knows the vocabulary and the states, no database and no clock."""

    def __init__(self, vocabulary: Vocabulary, registry: Registry[FactsT]) -> None:
        """Raises `ValueError` where a command word has nothing to open, or an entry has no word."""
        self._vocabulary = vocabulary
        self._registry = registry
        if vocabulary.commands != frozenset(registry.entries):
            odd = sorted(vocabulary.commands ^ frozenset(registry.entries))
            raise ValueError(f"words and entries do not match: {', '.join(odd)}")

    def state(self, position: Position) -> State[FactsT]:
        """The state that asked; the menu where it no longer exists."""
        return self._registry.state(position.state)

    def understand(self, text: str, position: Position) -> Meaning:
        """What `text` means where the conversation stands."""
        state = self.state(position)
        return self._vocabulary.understand(text, free_text=state.free_text, guess=state.guesses)

    def route(self, meaning: Meaning, position: Position) -> Route[FactsT]:
        """Commands are heard from anywhere; then words that take back; then the state that asked.

        A picture or an empty text leaves the question open.
        """
        state = self.state(position)
        if meaning.command:
            entry = self._registry.entries[meaning.command]
            return Route(self._vocabulary.hear(meaning.rest), entry, {}, position.data.get("home"))
        if state.name != MENU and "back" in meaning.said.kinds:
            return Route(meaning.said, Step(reply=say("back")), {}, None)
        if not meaning.said.text:
            return Route(meaning.said, Step(state.name, say("words-only"), position.data), {}, None)
        return Route(meaning.said, state, position.data, position.data.get("home"))

    def run(self, route: Route[FactsT], facts: FactsT) -> Step | Route[FactsT]:
        """What comes of it, with the question of the next state filled in; or another route to run.

        Raises `LookupError` where a state goes somewhere it did not declare: a mistake in a flow.
        """
        handler = route.handler
        if isinstance(handler, Step):
            return handler
        if isinstance(handler, State):
            outcome = handler.hear(route.said, facts, route.data)
            allowed = handler.targets | {handler.name}
        else:
            outcome = handler.hear(route.said, facts)
            allowed = handler.targets | {MENU}
        if isinstance(outcome, Open):
            return self._open(outcome, route)
        if outcome.state not in allowed:
            raise LookupError(f"{handler} went to {outcome.state}")
        return outcome if outcome.reply or outcome.action else self._asked(outcome, facts)

    def ask(self, position: Position, facts: FactsT) -> Reply:
        """The open question again, as after a redial."""
        return self.state(position).ask(facts, position.data)

    def asks_with(self, position: Position) -> frozenset[str]:
        """The facts that `ask` needs."""
        return self.state(position).asks_with

    def _open(self, opening: Open, route: Route[FactsT]) -> Route[FactsT]:
        if not route.openings_left:
            raise LookupError(f"commands open each other without end, last {opening.command}")
        entry = self._registry.entries[opening.command]
        said = self._vocabulary.hear(opening.rest)
        return Route(said, entry, {}, opening.home or route.home, route.openings_left - 1)

    def _asked(self, step: Step, facts: FactsT) -> Step:
        reply = self._registry.state(step.state).ask(facts, step.data)
        return Step(step.state, reply, step.data, step.action, step.language)
