"""PHONES: which phones speak for a home, and what each is told. ACCEPT: a phone agrees to be one of them.
NEW NUMBER: a new phone says that it takes the place of one that is lost.
"""

from __future__ import annotations

import re

from app.conversation.keywords import Said
from app.conversation.states import (
    MENU,
    Data,
    Entry,
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
from app.flows.actions import AcceptInvitation, ClaimNumber, InvitePhone, RemovePhone, SetTexts
from app.flows.cooling import too_new
from app.flows.home import about_a_home
from app.flows.snapshot import HOMES, INVITATIONS, PHONES, Home, Snapshot
from app.kernel.phone import NotAPhone, Phone, national, parse_phone

SHOWN = "phones.shown"
ADD = "phones.add"
CHANGE = "phones.change"
TEXTS = "phones.texts"
WHICH = "phones.texts.which"
REMOVE = "phones.remove"
SURE = "phones.remove.sure"
OLD_NUMBER = "number.old"
_A_NUMBER = re.compile(r"\+?[\d\s().-]{7,24}")

_CHOICES = numbered(
    (state, line(f"phones.menu.{state.split('.')[1]}")) for state in (ADD, CHANGE, TEXTS, REMOVE)
)
_BOTH, _RECEIPTS, _REMINDERS, _NOTHING = "both", "receipts", "reminders", "nothing"
_KINDS = numbered((kind, line(f"phones.texts.{kind}")) for kind in (_BOTH, _RECEIPTS, _REMINDERS, _NOTHING))


def _phones(_said: Said, _facts: Snapshot, home: Home) -> Outcome:
    return Step(SHOWN, data={"home": home.reference})


def _ask_shown(facts: Snapshot, _data: Data) -> Reply:
    numbers = ", ".join(_written(one.number, facts) for one in facts.phones)
    return Reply((line("phones.are", phones=numbers),), _CHOICES)


def _hear_shown(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, _CHOICES)
    if chosen is None or facts.home is None:
        return Step(SHOWN, data=data)
    if facts.home.cooling_until is not None and not (facts.home.leaves and chosen.value == REMOVE):
        return Step(reply=too_new(facts.home))
    if chosen.value == TEXTS and len(facts.phones) == 1:
        return Step(WHICH, data={**data, "phone": facts.phones[0].number})
    if chosen.value == REMOVE and len(facts.phones) == 1:
        return Step(reply=say("phones.last"))
    return Step(chosen.value, data=data)


def _ask_add(_facts: Snapshot, _data: Data) -> Reply:
    return say("phones.add")


def _ask_change(_facts: Snapshot, _data: Data) -> Reply:
    return say("phones.change")


def _hear_add(said: Said, facts: Snapshot, data: Data) -> Outcome:
    return _invite(said, facts, data, ADD)


def _hear_change(said: Said, facts: Snapshot, data: Data) -> Outcome:
    return _invite(said, facts, data, CHANGE)


def _invite(said: Said, facts: Snapshot, data: Data, state: str) -> Outcome:
    number = number_in(said, facts)
    if number is None or facts.home is None:
        return Step(state, say("phones.number.again"), data)
    if any(one.number == number for one in facts.phones):
        return Step(reply=say("phones.known", phone=_written(number, facts)))
    return Step(action=InvitePhone(facts.home.id, number, changing=state == CHANGE))


def _ask_texts(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("phones.texts"),), _options(facts))


def _hear_texts(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, _options(facts))
    return Step(WHICH, data={**data, "phone": chosen.value}) if chosen else Step(TEXTS, data=data)


def _ask_which(facts: Snapshot, data: Data) -> Reply:
    return Reply((line("phones.texts.which", phone=_written(data["phone"], facts)),), _KINDS)


def _hear_which(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, _KINDS)
    if chosen is None or facts.home is None:
        return Step(WHICH, data=data)
    return Step(
        action=SetTexts(
            facts.home.id,
            data["phone"],
            receipts=chosen.value in (_BOTH, _RECEIPTS),
            reminders=chosen.value in (_BOTH, _REMINDERS),
        )
    )


def _ask_remove(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("phones.remove"),), _options(facts))


def _hear_remove(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, _options(facts))
    return Step(SURE, data={**data, "phone": chosen.value}) if chosen else Step(REMOVE, data=data)


def _ask_sure(facts: Snapshot, data: Data) -> Reply:
    return Reply(
        (line("phones.remove.sure", phone=_written(data["phone"], facts)),),
        (Option(1, line("phones.agree"), "1"), Option(0, line("phones.refuse"), "0")),
    )


def _hear_sure(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if facts.home is None or "agree" not in said.kinds:
        return Step(SURE, data=data)
    return Step(action=RemovePhone(facts.home.id, data["phone"]))


def _accept(_said: Said, facts: Snapshot) -> Outcome:
    if not facts.invitations:
        return Step(reply=say("phones.none-asked"))
    asked = facts.invitations[0]
    return Step(action=AcceptInvitation(asked.invitation_id, asked.name))


def _new_number(said: Said, facts: Snapshot) -> Outcome:
    number = number_in(said, facts) if said.words else None
    return Step(action=ClaimNumber(number)) if number else Step(OLD_NUMBER)


def _ask_old_number(_facts: Snapshot, _data: Data) -> Reply:
    return say("number.ask")


def _hear_old_number(said: Said, facts: Snapshot, data: Data) -> Outcome:
    number = number_in(said, facts)
    if number is None:
        return Step(OLD_NUMBER, say("phones.number.again"), data)
    return Step(action=ClaimNumber(number))


def number_in(said: Said, facts: Snapshot) -> Phone | None:
    """The phone number that was said, and nothing else."""
    if not _A_NUMBER.fullmatch(said.text):
        return None
    try:
        return parse_phone(said.text, facts.region)
    except NotAPhone:
        return None


def _written(number: str, facts: Snapshot) -> str:
    return national(number, facts.region)


def _options(facts: Snapshot) -> tuple[Option, ...]:
    return numbered((one.number, _written(one.number, facts)) for one in facts.phones)


_HOME = frozenset({HOMES, PHONES})
_MENU = frozenset({MENU})
STATES = (
    State(
        SHOWN,
        _ask_shown,
        _hear_shown,
        targets=frozenset({ADD, CHANGE, TEXTS, WHICH, REMOVE, MENU}),
        needs=_HOME,
        asks_with=_HOME,
        is_menu=True,
    ),
    State(ADD, _ask_add, _hear_add, targets=_MENU, needs=_HOME, free_text=True),
    State(CHANGE, _ask_change, _hear_change, targets=_MENU, needs=_HOME, free_text=True),
    State(TEXTS, _ask_texts, _hear_texts, targets=frozenset({WHICH, MENU}), needs=_HOME, asks_with=_HOME),
    State(WHICH, _ask_which, _hear_which, targets=_MENU, needs=_HOME, asks_with=_HOME),
    State(REMOVE, _ask_remove, _hear_remove, targets=frozenset({SURE, MENU}), needs=_HOME, asks_with=_HOME),
    State(SURE, _ask_sure, _hear_sure, targets=_MENU, needs=_HOME, asks_with=_HOME, confirms=True),
    State(OLD_NUMBER, _ask_old_number, _hear_old_number, targets=_MENU, free_text=True),
)
ENTRIES = (
    about_a_home("PHONES", _phones, needs=_HOME, targets=frozenset({SHOWN}), left_too=True, private=True),
    Entry("ACCEPT", _accept, needs=frozenset({INVITATIONS})),
    Entry("NEWNUMBER", _new_number, targets=frozenset({OLD_NUMBER}), takes_rest=True),
)
