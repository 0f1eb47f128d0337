"""JOIN: language, name, zone, where exactly; then the first pickup date."""

from __future__ import annotations

from app.conversation.keywords import Said, normalise
from app.conversation.states import (
    MENU,
    Data,
    Entry,
    Outcome,
    Reply,
    State,
    Step,
    line,
    numbered,
    pick,
    say,
)
from app.flows.actions import Enrol
from app.flows.snapshot import HOMES, ZONES, Area, Snapshot
from app.flows.where import Where, location_in, named_area

LANGUAGE = "join.language"
NAME = "join.name"
ZONE = "join.zone"
PLACE = "join.place"

NAME_LONGEST = 30
"""So that every text that greets by name stays within one part."""


def _join(said: Said, facts: Snapshot) -> Outcome:
    here = [home for home in facts.homes if not (home.left or home.guarded)]
    if here and "new-home" not in said.kinds:
        return Step(reply=say("join.already", name=here[0].name, zone=here[0].zone_name))
    if not facts.zones:
        return Step(reply=say("join.zone.none", programme=facts.programme))
    area = named_area(said, facts.zones)
    data = {"zone": area.code} if area else {}
    spoken = _spoken(said, facts)
    if (
        spoken or here or len(facts.languages) == 1 or facts.on_screen
    ):  # whose first screen offers the languages
        return Step(NAME, data={**data, "language": spoken or facts.language}, language=spoken)
    return Step(LANGUAGE, data=data)


def _spoken(said: Said, facts: Snapshot) -> str | None:
    """The language that was named together with the wish to join: `JOIN YORUBA`."""
    return next((code for code, name in facts.languages if said.words == normalise(name)), None)


def _ask_language(facts: Snapshot, _data: Data) -> Reply:
    return Reply((line("join.language", programme=facts.programme),), numbered(facts.languages))


def _hear_language(said: Said, facts: Snapshot, data: Data) -> Outcome:
    chosen = pick(said, numbered(facts.languages))
    if chosen is None:
        return Step(LANGUAGE, data=data)
    return Step(NAME, data={**data, "language": chosen.value}, language=chosen.value)


def _ask_name(_facts: Snapshot, _data: Data) -> Reply:
    return say("join.name")


def _hear_name(said: Said, _facts: Snapshot, data: Data) -> Outcome:
    name = _name(said.text)
    if name is None:
        return Step(NAME, say("join.name.again"), data)
    return Step(PLACE if "zone" in data else ZONE, data={**data, "name": name})


def _name(typed: str) -> str | None:
    name = " ".join(typed.split()).strip(".,;:!?\"'")
    if len(name) > NAME_LONGEST or sum(c.isalpha() for c in name) < 2:  # noqa: PLR2004 - one letter is no name
        return None
    if any(c.isdigit() or c in "@#+*=<>{}[]|\\~^/" for c in name):
        return None
    return name.title() if name.islower() or name.isupper() else name


def _enrol(_facts: Snapshot, data: Data, area: Area) -> Outcome:
    landmark = data["landmark"]
    location = location_in(landmark, area)
    return Step(action=Enrol(data["name"], data["language"], area.code, landmark, location))


_ZONES = frozenset({ZONES})
STATES = (
    State(LANGUAGE, _ask_language, _hear_language, targets=frozenset({NAME, MENU})),
    State(NAME, _ask_name, _hear_name, targets=frozenset({ZONE, PLACE, MENU}), needs=_ZONES, free_text=True),
    *Where(ZONE, PLACE, _enrol).states,
)
ENTRIES = (
    Entry(
        "JOIN",
        _join,
        targets=frozenset({LANGUAGE, NAME}),
        needs=frozenset({HOMES, ZONES}),
        takes_rest=True,
    ),
)
