"""The whole graph of states, walked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app.flows
from app.conversation.catalogue import Catalogue
from app.conversation.states import MENU, Registry, State, Step, say
from app.flows.home import CHOOSE
from app.flows.menu import CHOICES
from app.flows.registry import REGISTRY, TEXTS, engine
from app.flows.snapshot import ABOUT_A_HOME, HOMES, Snapshot


def test_every_target_exists_and_every_state_reaches_the_menu() -> None:
    names = set(REGISTRY.states)
    for name, state in REGISTRY.states.items():
        assert state.targets <= names
        assert name == MENU or _reaches_menu(name)


def _reaches_menu(start: str) -> bool:
    seen, todo = set[str](), [start]
    while todo:
        name = todo.pop()
        if name == MENU:
            return True
        if name not in seen:
            seen.add(name)
            todo += REGISTRY.states[name].targets
    return False


def test_every_state_is_entered_from_somewhere() -> None:
    entered = set[str]()
    for entry in REGISTRY.entries.values():
        entered |= entry.targets
    for state in REGISTRY.states.values():
        entered |= state.targets
    assert entered == set(REGISTRY.states)


def test_a_state_has_the_facts_for_the_question_of_each_next_state() -> None:
    for state in REGISTRY.states.values():
        for target in {state.name} | state.targets - {MENU}:
            assert REGISTRY.states[target].asks_with <= state.needs, (state.name, target)
    for entry in REGISTRY.entries.values():
        for target in entry.targets:
            assert REGISTRY.states[target].asks_with <= entry.needs | {HOMES}, (entry.command, target)


def test_every_choice_of_the_menu_is_a_command() -> None:
    assert set(CHOICES) <= set(REGISTRY.entries)


def test_facts_about_a_home_are_only_asked_for_where_a_home_is_known() -> None:
    for entry in REGISTRY.entries.values():
        if entry.needs & ABOUT_A_HOME:
            assert CHOOSE in entry.targets, entry.command


def test_no_dialled_shortcut_answers_for_money_or_for_leaving() -> None:
    """What ends in a payment or a farewell goes through a question that `confirms`."""
    for name in ("redeem.confirm", "leave.confirm"):
        assert REGISTRY.states[name].confirms
    for state in REGISTRY.states.values():
        assert state.confirms or "confirm" not in state.name, state.name
        assert not (state.follow_up and (state.is_menu or state.secret)), state.name


def test_every_key_that_a_flow_names_is_in_the_catalogue() -> None:
    catalogue = Catalogue.load(TEXTS, ["en"])
    for path in Path(app.flows.__file__).parent.glob("*.py"):
        named = re.findall(r'\b(?:say|line|Line)\(\s*"([\w.-]+)"', path.read_text())
        assert set(named) <= catalogue.keys, path.name


def test_words_and_entries_match_in_every_language() -> None:
    engine(Catalogue.load(TEXTS, ["en", "pcm"]))
    engine(Catalogue.load(TEXTS, ["pcm"]))


def _state(name: str, *targets: str, aliases: tuple[str, ...] = ()) -> State[Snapshot]:
    return State(
        name,
        lambda _facts, _data: say("unknown"),
        lambda _said, _facts, _data: Step(),
        targets=frozenset(targets),
        aliases=aliases,
    )


@pytest.mark.parametrize(
    ("states", "complaint"),
    [
        ((_state(MENU), _state("a", "b")), "a leads to b"),
        ((_state(MENU), _state("a", "b"), _state("b", "a")), "no way out of a, b"),
        ((_state(MENU), _state("a", MENU), _state("b", MENU, aliases=("a",))), "two states are named a"),
    ],
)
def test_a_broken_graph_stops_the_start(states: tuple[State[Snapshot], ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Registry(states, ())


def test_a_conversation_stored_under_an_old_name_goes_on_under_the_new_one() -> None:
    registry = Registry((_state(MENU), _state("new", MENU, aliases=("old",))), ())
    assert registry.state("old").name == "new"
    assert registry.state("gone-for-good").name == MENU
