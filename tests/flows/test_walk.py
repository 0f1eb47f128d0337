"""The whole graph of states, walked on both channels as people would: every number, every word, every way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.conversation.engine import Position
from app.conversation.screens import as_screens
from app.conversation.states import MENU, Line, Reply, Step, say
from app.flows import dial_menu, guess, join, menu
from app.flows.longest import LONGEST_DATA, longest_facts, longest_values
from app.flows.person import remember
from app.flows.registry import REGISTRY, engine
from app.flows.snapshot import Happening, Invited, Kind, Price, Shop, ShopAccount, Snapshot, Visit
from app.kernel.grams import Grams
from tests.factories.languages import CATALOGUE, LANGUAGES
from tests.flows.dialling import keypad
from tests.flows.phones import MONDAY, Town

ENGINE = engine(CATALOGUE)
WORDS = (
    *("500", "75", "maybe", "Ade Bello", "Ikeja", "Z01", "12 Ojo St, green gate", "plastic was 5kg"),
    *("4821", "1234", "0800 000 2077", "+2348000000001", "redem 500"),
)
"""What may answer a question that lists nothing, well or badly."""
RESTS = ("", "500", "it was 5kg", "4821", "Z01", "1", "0800 000 2077")
"""What may follow a command word."""
DONE = say("thanks")
"""In place of what is said once something was done."""
ONLY_BY_TEXT = {menu.SHOWN, join.LANGUAGE}
ONLY_ON_SCREEN = {dial_menu.MAIN, dial_menu.VISIT, dial_menu.MORE, dial_menu.AT_HOME_MENU}
BY_THE_TURN = {dial_menu.RESUME}
"""Asked where somebody dials again, and so by no state."""


def _people() -> Iterator[Snapshot]:
    """Everybody who may be talking, as the facts about them tell."""
    facts = longest_facts(CATALOGUE)
    home = replace(facts.homes[0], left=False)
    other = replace(home, id=UUID(int=3), name="Mama Put")
    told = replace(
        facts,
        home=None,
        homes=(home,),
        history=(Happening(Kind.WEIGHED, MONDAY.date(), 100, Grams(1000)),),
        prices=(Price("Cans", 100),),
        upcoming=Visit(MONDAY.date(), MONDAY.time(), MONDAY.time(), ready=False),
        invitations=(Invited(UUID(int=9), "Amina"),),
    )
    yield replace(told, homes=())
    yield told
    yield replace(told, homes=(home, other))
    yield replace(told, homes=(replace(home, left=True),))
    yield replace(told, homes=(replace(home, has_pin=True),))
    yield replace(told, homes=(replace(home, cooling_until=MONDAY + timedelta(days=1), has_pin=True),))
    yield replace(told, homes=(replace(home, guarded=True, has_pin=True),))
    yield replace(told, homes=(home,), phones=facts.phones[:1])
    shop = Shop(UUID(int=8), "NKECHI", "Mama Nkechi", "+2348000005001", "Africa/Lagos")
    account = ShopAccount(MONDAY.date(), 50_000, 1, 0, 0, 50_000)
    yield replace(told, homes=(home,), shop=shop, shop_account=account)
    yield replace(told, offers=(*told.offers, replace(told.offers[0], code="FOOD", name="Food")))


@dataclass(frozen=True)
class Stop:
    """Where somebody stands, and what they see."""

    facts: Snapshot
    position: Position
    reply: Reply


def _say(facts: Snapshot, position: Position, text: str) -> Stop:
    """What comes of `text`; whatever is done is taken to succeed."""
    route = ENGINE.route(ENGINE.understand(text, position), position)
    while True:
        at_home = next((home for home in facts.homes if home.reference == route.home), None)
        known = replace(facts, home=at_home)
        outcome = ENGINE.run(route, known)
        if isinstance(outcome, Step):
            there = Position(outcome.state, outcome.data)
            done = DONE if outcome.action and there.state == MENU else None
            return Stop(facts, there, outcome.reply or done or ENGINE.ask(there, known))
        route = outcome


def _kind(stop: Stop) -> tuple[object, ...]:
    """What tells two stops apart for a walk that ends: pages and names go on for ever."""
    data = stop.position.data
    return stop.position.state, frozenset(data), data.get("command"), stop.reply.lines[0].key


def _walk(facts: Snapshot) -> Iterator[tuple[Stop, str, Stop]]:
    """Every question this person can come to, every answer to it that is listed or may be typed, and what follows."""
    begin = dial_menu.MAIN if facts.on_screen else MENU
    start = Stop(facts, Position(begin), ENGINE.ask(Position(begin), facts) if facts.on_screen else DONE)
    todo, seen = [start], {_kind(start)}
    commands = [f"{word} {rest}".strip() for word in sorted(REGISTRY.entries) for rest in RESTS]
    while todo:
        here = todo.pop()
        listed = [str(option.number) for option in here.reply.options]
        for text in (*listed, *WORDS, *(commands if here is start else ())):
            there = _say(facts, here.position, text)
            yield here, text, there
            if _kind(there) not in seen:
                seen.add(_kind(there))
                todo.append(there)


@pytest.fixture(scope="module", params=["by text", "on screen"])
def steps(request: pytest.FixtureRequest) -> list[tuple[Stop, str, Stop]]:
    on_screen = request.param == "on screen"
    return [step for person in _people() for step in _walk(replace(person, on_screen=on_screen))]


def test_every_state_is_reached(steps: list[tuple[Stop, str, Stop]]) -> None:
    on_screen = steps[0][0].facts.on_screen
    reached = {there.position.state for _, _, there in steps} | {MENU}
    elsewhere = BY_THE_TURN | (ONLY_BY_TEXT if on_screen else ONLY_ON_SCREEN)
    if on_screen:
        elsewhere |= {guess.ASKED} - reached  # a mistyped word is looked for only where nothing is asked
    assert reached == set(REGISTRY.states) - elsewhere


def test_every_listed_option_leads_somewhere(steps: list[tuple[Stop, str, Stop]]) -> None:
    """Never back to the same question as if nothing had been said."""
    for here, text, there in steps:
        if text in {str(option.number) for option in here.reply.options}:
            assert there.position != here.position or there.position.state == MENU, (here.position, text)
            assert there.reply.lines[0].key not in {"unknown", "unknown.stranger", "dial.odd"}, (here, text)


def test_every_question_is_followed_by_a_word_or_a_question(steps: list[tuple[Stop, str, Stop]]) -> None:
    for here, text, there in steps:
        assert there.reply.lines, (here.position, text)
        assert there.position.state == MENU or ENGINE.ask(there.position, _at_home(there)).lines


def _at_home(stop: Stop) -> Snapshot:
    reference = stop.position.data.get("home")
    return replace(
        stop.facts, home=next((home for home in stop.facts.homes if home.reference == reference), None)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_for_no_and_menu_work_from_every_state(language: str) -> None:
    words = CATALOGUE.keywords(language)
    for name in REGISTRY.states:
        position = Position(name)
        for word in words["back"]:
            route = ENGINE.route(ENGINE.understand(word, position), position)
            assert name == MENU or isinstance(route.handler, Step), (name, word)
        for word in words["MENU"]:
            assert ENGINE.understand(word, position).command == "MENU", (name, word)


def test_every_question_can_be_left_by_text_and_on_the_keypad(town: Town) -> None:
    """With `0` and with MENU by text; with `0` a step back and `00` to the main menu on the keypad."""
    town.credit(1_000_000)
    home = str(town.street.household_id)
    data = {**LONGEST_DATA, "home": home, "zone": "YAB", "name": "Ade", "language": "en", "rest": ""}
    amina, pad = town.amina, keypad(town)
    main_menu = pad.dials().screen
    for name, state in REGISTRY.states.items():
        if state.is_menu:
            continue

        def stand(name: str = name) -> None:
            town.later(minutes=2)
            with town.database.unit_of_work() as session:
                remember(session, amina.number, Position(name, data), language="en", now=town.now)

        stand()
        amina.says("0").hears("nothing was changed")
        stand()
        amina.says("MENU").hears("What would you like?")
        stand()
        pad.dials().sees("1 Carry on").presses("1")
        assert pad.screen != main_menu, name
        pad.presses("0")
        assert not pad.seen[-1].ends, name
        pad.presses("00")
        assert pad.screen == main_menu, name
        stand()
        assert pad.dials().presses("1", "00").screen == main_menu, name
    town.later(minutes=2)
    assert pad.dials().screen == main_menu
    assert town.redemptions() == []


ONE_SCREEN = (
    *("dial.visit", "redeem.amount", "redeem.confirm", "join.name", "join.place", "wrong.said"),
    *("pin.new", "pin.old", "redeem.pin", "guess.asked", "leave.confirm"),
)
"""Questions on the way through an ordinary task; lists of areas, homes and phones go on as long as they are."""
ONE_LAST_WORD = (
    *("next.is", "next.ready", "next.none", "pickup.requested", "pickup.already", "skip.done", "ready.done"),
    *("balance.is", "balance.held", "redeem.done", "redeem.low", "join.done", "join.done.undated"),
    *("wrong.done", "wrong.done.weight", "wrong.open", "wrong.none", "history.none", "pin.done", "help"),
    *("help.stranger", "leave.done", "leave.done.empty"),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_tasks_never_need_a_next_page(language: str) -> None:
    """So that what takes three screens takes three with the longest names and sums, in every language."""
    facts = replace(longest_facts(CATALOGUE), on_screen=True)
    longest = longest_values(CATALOGUE.spoken(language))
    questions = [REGISTRY.states[name].ask(facts, LONGEST_DATA) for name in ONE_SCREEN]
    words = [
        Reply((Line(key, {name: longest[name] for name in CATALOGUE.placeholders(key)}),))
        for key in ONE_LAST_WORD
    ]
    paged = [
        (reply.lines[0].key, pages)
        for replies, ends in ((questions, False), (words, True))
        for reply in replies
        if len(pages := as_screens(reply, CATALOGUE, language, ends=ends)) > 1
    ]
    assert not paged
