"""What a USSD call begins with: the main menu, its branches, and the question whether to carry on."""

from __future__ import annotations

from typing import Final

from app.conversation.keywords import Said
from app.conversation.states import (
    MENU,
    Data,
    Open,
    Option,
    Outcome,
    Reply,
    State,
    Step,
    line,
    numbered,
    pick,
    say,
)
from app.flows.optout import help_key
from app.flows.snapshot import HOMES, Snapshot

MAIN: Final = "dial.menu"
VISIT: Final = "dial.visit"
MORE: Final = "dial.more"
RESUME: Final = "dial.resume"
AT_HOME_MENU: Final = "dial.household"

CARRY_ON: Final = "carry-on"
_HELP = "HELP"
_HOUSEHOLD = "household"
_BRANCHES = {"VISIT": VISIT, "MORE": MORE, _HOUSEHOLD: AT_HOME_MENU}
AT_HOME = ("NEXT", "VISIT", "BALANCE", "REDEEM", "RATES", "MORE")
LEFT = ("JOIN", "BALANCE", "REDEEM", "LANG", _HELP)
STRANGER = ("JOIN", _HELP)
VISITS = ("PICKUP", "SKIP", "NEAR")
OTHERS = ("LANG", "MOVE", "HISTORY", _HELP, "WRONG", "PHONES", "PIN", "VOUCHER")
SEVERAL_HOMES = ("HOME",)
SHOP = ("PAID", "STATEMENT", "LANG", _HELP)


def _main(facts: Snapshot) -> tuple[Option, ...]:
    """A shop's own menu, with its household behind it where the phone speaks for one as well."""
    if facts.shop is None:
        return _household(facts)
    return _options(facts, (*SHOP, _HOUSEHOLD) if facts.homes else SHOP)


def _household(facts: Snapshot) -> tuple[Option, ...]:
    if not facts.homes:
        return numbered((("JOIN", line("menu.JOIN")), *_joins_in(facts), (_HELP, line("menu.HELP"))))
    return _options(facts, LEFT if all(home.left for home in facts.homes) else AT_HOME)


def _options(facts: Snapshot, choices: tuple[str, ...]) -> tuple[Option, ...]:
    return numbered(
        (choice, _other_languages(facts) if choice == "LANG" else line(f"menu.{choice}"))
        for choice in choices
        if choice != "LANG" or len(facts.languages) > 1
    )


def _other_languages(facts: Snapshot) -> str:
    """By their own names, so that somebody finds theirs who cannot read this one."""
    return ", ".join(name for code, name in facts.languages if code != facts.language)


def _joins_in(facts: Snapshot) -> tuple[tuple[str, str], ...]:
    """Joining in each of the other languages, on the very first screen: it asks no more of who speaks those."""
    return tuple(
        (code, f"{name}: {facts.join_words[code]}")
        for code, name in facts.languages
        if code != facts.language and code in facts.join_words
    )


def main_menu(facts: Snapshot) -> Reply:
    title = line("dial.shop", shop=facts.shop.name) if facts.shop else None
    return Reply((title or line("dial.menu", programme=facts.programme),), _main(facts))


def _ask_main(facts: Snapshot, _data: Data) -> Reply:
    return main_menu(facts)


def _ask_household(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("dial.menu", programme=facts.programme),), _household(facts))


def _ask_visit(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("dial.visit"),), _options(facts, VISITS))


def _more(facts: Snapshot) -> tuple[Option, ...]:
    return _options(facts, (*OTHERS, *SEVERAL_HOMES) if len(facts.homes) > 1 else OTHERS)


def _ask_more(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("dial.more"),), _more(facts))


def _ask_resume(_facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("dial.resume"),), _resume_options())


def _resume_options() -> tuple[Option, ...]:
    return numbered(((CARRY_ON, line("dial.carry-on")), (MAIN, line("dial.afresh"))))


def _hear_main(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    return _go(said, facts, _main(facts), MAIN)


def _hear_household(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    return _go(said, facts, _household(facts), AT_HOME_MENU)


def _hear_visit(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    return _go(said, facts, _options(facts, VISITS), VISIT)


def _hear_more(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    return _go(said, facts, _more(facts), MORE)


def _go(said: Said, facts: Snapshot, options: tuple[Option, ...], here: str) -> Outcome:
    chosen = pick(said, options)
    if chosen is None:
        return Step(here, Reply((line("dial.odd"),), options))
    if chosen.value in _BRANCHES:
        return Step(_BRANCHES[chosen.value])
    if chosen.value == _HELP:
        return Step(reply=say(help_key(facts), programme=facts.programme))
    if chosen.value in facts.join_words:
        return Open("JOIN", dict(facts.languages)[chosen.value])
    return Open(chosen.value)


def _hear_resume(said: Said, _facts: Snapshot, _data: Data) -> Outcome:
    """Carrying on is the turn's own doing: it knows where the conversation stands."""
    if pick(said, _resume_options()) is None:
        return Step(RESUME, Reply((line("dial.odd"),), _resume_options()))
    return Step(MAIN)


def carries_on(said: Said) -> bool:
    """Whether this answer to `RESUME` is to go on where the conversation stands."""
    chosen = pick(said, _resume_options())
    return chosen is not None and chosen.value == CARRY_ON


_HOMES = frozenset({HOMES})
STATES = (
    State(
        MAIN,
        _ask_main,
        _hear_main,
        targets=frozenset({VISIT, MORE, AT_HOME_MENU, MENU}),
        needs=_HOMES,
        asks_with=_HOMES,
        is_menu=True,
    ),
    State(
        AT_HOME_MENU,
        _ask_household,
        _hear_household,
        targets=frozenset({VISIT, MORE, MENU}),
        needs=_HOMES,
        asks_with=_HOMES,
        is_menu=True,
    ),
    State(VISIT, _ask_visit, _hear_visit, targets=frozenset({MENU}), needs=_HOMES, is_menu=True),
    State(
        MORE,
        _ask_more,
        _hear_more,
        targets=frozenset({MENU}),
        needs=_HOMES,
        asks_with=_HOMES,
        is_menu=True,
    ),
    State(RESUME, _ask_resume, _hear_resume, targets=frozenset({MAIN, RESUME}), needs=_HOMES, is_menu=True),
)
