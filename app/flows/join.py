"""JOIN: language, name, zone, where exactly; then the first pickup date."""

from __future__ import annotations

import re

from openlocationcode import openlocationcode

from app.conversation.keywords import Said, normalise
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
from app.flows.actions import Enrol
from app.flows.snapshot import HOMES, ZONES, Area, Snapshot
from app.kernel.place import Location, distance_metres

LANGUAGE = "join.language"
NAME = "join.name"
ZONE = "join.zone"
PLACE = "join.place"

NAME_LONGEST = 30
"""So that every text that greets by name stays within one part."""
LANDMARK_LONGEST = 160
LANDMARK_SHORTEST = 4
FARTHEST_FROM_ZONE_METRES = 15_000
"""A plus code beyond that is a slip of the finger, or another town's."""
_MORE = 9
_PAGE_CHARACTERS = 100
"""What the areas of one page may take of the 160, beside the question and the word for more."""
_PLUS_CODE = re.compile(
    r"(?<!\w)([23456789CFGHJMPQRVWX]{2,8}\+[23456789CFGHJMPQRVWX]{2,7})(?!\w)", re.IGNORECASE
)


def _join(said: Said, facts: Snapshot) -> Outcome:
    here = [home for home in facts.homes if not (home.left or home.guarded)]
    if here and "new-home" not in said.kinds:
        return Step(reply=say("join.already", name=here[0].name, zone=here[0].zone_name))
    if not facts.zones:
        return Step(reply=say("join.zone.none", programme=facts.programme))
    area = _area(said, facts.zones)
    data = {"zone": area.code} if area else {}
    if here or len(facts.languages) == 1 or facts.on_screen:  # whose first screen offers the languages
        return Step(NAME, data={**data, "language": facts.language})
    return Step(LANGUAGE, data=data)


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


def _pages(zones: tuple[Area, ...]) -> list[tuple[Area, ...]]:
    """Areas in pages that fit a text; eight at most, since nine means more."""
    pages: list[list[Area]] = [[]]
    room = _PAGE_CHARACTERS
    for area in zones:
        takes = len(area.name) + len("1 \n")
        if pages[-1] and (takes > room or len(pages[-1]) == _MORE - 1):
            pages.append([])
            room = _PAGE_CHARACTERS
        pages[-1].append(area)
        room -= takes
    return [tuple(page) for page in pages]


def _zone_options(facts: Snapshot, data: Data) -> tuple[Option, ...]:
    if facts.on_screen:
        return numbered((area.code, area.name) for area in facts.zones)
    pages = _pages(facts.zones)
    shown = numbered((area.code, area.name) for area in pages[int(data.get("page", "0")) % len(pages)])
    return (*shown, Option(_MORE, line("join.zone.more"), "")) if len(pages) > 1 else shown


def _ask_zone(facts: Snapshot, data: Data) -> Reply:
    return Reply((line("join.zone"),), _zone_options(facts, data))


def _hear_zone(said: Said, facts: Snapshot, data: Data) -> Outcome:
    options = _zone_options(facts, data)
    if "more" in said.kinds and any(option.number == _MORE for option in options):
        return Step(ZONE, data={**data, "page": str(int(data.get("page", "0")) + 1)})
    chosen = pick(said, options)
    area = _area(said, facts.zones)
    code = chosen.value if chosen else area.code if area else ""
    if not code:
        return Step(ZONE, Reply((line("join.zone.again"),), options), data)
    return Step(PLACE, data={**data, "zone": code})


def _area(said: Said, zones: tuple[Area, ...]) -> Area | None:
    """The area whose code or whole name was said, on whatever page it stands."""
    found = [
        area for area in zones if said.words and said.words in {normalise(area.code), normalise(area.name)}
    ]
    return found[0] if len(found) == 1 else None


def _chosen_area(facts: Snapshot, data: Data) -> Area | None:
    return next((area for area in facts.zones if area.code == data.get("zone")), None)


def _ask_place(facts: Snapshot, data: Data) -> Reply:
    area = _chosen_area(facts, data)
    return say("join.place", zone=area.name if area else facts.programme)


def _hear_place(said: Said, facts: Snapshot, data: Data) -> Outcome:
    area = _chosen_area(facts, data)
    if area is None:  # closed while they were typing
        return Step(ZONE, data={key: value for key, value in data.items() if key != "zone"})
    landmark = " ".join(said.text.split())[:LANDMARK_LONGEST]
    code = _PLUS_CODE.search(said.text)
    location = _location(code[1], area) if code else None
    if (
        location
        and distance_metres(location, Location(area.latitude, area.longitude)) > FARTHEST_FROM_ZONE_METRES
    ):
        return Step(PLACE, say("join.place.far", zone=area.name), data)
    if (
        "ours" in said.kinds
        or len(said.words) < LANDMARK_SHORTEST
        or not any(c.isalpha() for c in said.words)
    ):
        return Step(PLACE, say("join.place.again"), data)
    return Step(action=Enrol(data["name"], data["language"], area.code, landmark, location))


def _location(code: str, area: Area) -> Location | None:
    """The centre of a plus code, short ones near `area`; nothing where it is no valid code."""
    if openlocationcode.isShort(code):
        code = openlocationcode.recoverNearest(code, area.latitude, area.longitude)
    if not openlocationcode.isFull(code):
        return None
    box = openlocationcode.decode(code)
    corner = Location(box.latitudeLo, box.longitudeLo)
    centre = Location(box.latitudeCenter, box.longitudeCenter)
    return Location(
        centre.latitude, centre.longitude, "plus_code", max(1, round(distance_metres(centre, corner)))
    )


_ZONES = frozenset({ZONES})
STATES = (
    State(LANGUAGE, _ask_language, _hear_language, targets=frozenset({NAME, MENU})),
    State(NAME, _ask_name, _hear_name, targets=frozenset({ZONE, PLACE, MENU}), needs=_ZONES, free_text=True),
    State(
        ZONE,
        _ask_zone,
        _hear_zone,
        targets=frozenset({PLACE, MENU}),
        needs=_ZONES,
        asks_with=_ZONES,
        follow_up=True,
    ),
    State(
        PLACE,
        _ask_place,
        _hear_place,
        targets=frozenset({ZONE, MENU}),
        needs=_ZONES,
        asks_with=_ZONES,
        free_text=True,
        follow_up=True,
    ),
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
