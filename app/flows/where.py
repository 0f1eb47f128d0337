"""Where somebody lives: the area, then where exactly. The same two questions for joining and for moving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.conversation.keywords import Said, normalise
from app.conversation.states import MENU, Data, Option, Outcome, Reply, State, Step, line, numbered, pick, say
from app.flows.paging import MORE, in_pages
from app.flows.snapshot import HOMES, ZONES, Area, Snapshot
from app.kernel.place import FARTHEST_FROM_ZONE_METRES, Location, distance_metres
from app.places import pluscodes

LANDMARK_LONGEST = 160
LANDMARK_SHORTEST = 4
_ELSEWHERE = "elsewhere"
_PAGE_CHARACTERS = 100
"""What the areas of one page may take of the 160, beside the question and the word for more."""
_ELSEWHERE_CHARACTERS = 30


@dataclass(frozen=True)
class Where:
    """Two states that ask for it. What was typed is `landmark` in the data, the area's code `zone`."""

    zone: str
    place: str
    """The names of the states."""
    then: Callable[[Snapshot, Data, Area], Outcome]
    """What comes of it, with both in the data."""
    targets: frozenset[str] = frozenset()
    """Where `then` and `elsewhere` lead."""
    needs: frozenset[str] = frozenset()
    elsewhere: str | None = None
    """The state for who lives in an area that is not among ours; None where that is not offered."""

    def first(self, said: Said, facts: Snapshot, data: Data) -> Step:
        """The first of the two questions that is still open after what came with the command."""
        area = named_area(said, facts.zones)
        return Step(self.place, data={**data, "zone": area.code}) if area else Step(self.zone, data=data)

    @property
    def states(self) -> tuple[State[Snapshot], State[Snapshot]]:
        needs = self.needs | {HOMES, ZONES}
        return (
            State(
                self.zone,
                self._ask_zone,
                self._hear_zone,
                targets=frozenset({self.place, MENU, *([self.elsewhere] if self.elsewhere else [])}),
                needs=needs,
                asks_with=frozenset({ZONES}),
                follow_up=True,
            ),
            State(
                self.place,
                self._ask_place,
                self._hear_place,
                targets=self.targets | {self.zone, MENU},
                needs=needs,
                asks_with=frozenset({ZONES}),
                free_text=True,
                follow_up=True,
            ),
        )

    def _options(self, facts: Snapshot, data: Data) -> tuple[Option, ...]:
        if facts.on_screen:  # which pages a long list by itself
            options = numbered((area.code, area.name) for area in facts.zones)
            return (*options, self._other(options)) if self.elsewhere else options
        room = _PAGE_CHARACTERS - (_ELSEWHERE_CHARACTERS if self.elsewhere else 0)
        most = MORE - (2 if self.elsewhere else 1)
        pages = in_pages(facts.zones, lambda area: area.name, room_characters=room, most=most)
        options = numbered((area.code, area.name) for area in pages[int(data.get("page", "0")) % len(pages)])
        if self.elsewhere:
            options = (*options, self._other(options))
        return (*options, Option(MORE, line("join.zone.more"), "")) if len(pages) > 1 else options

    def _other(self, options: tuple[Option, ...]) -> Option:
        return Option(len(options) + 1, line("move.elsewhere"), _ELSEWHERE)

    def _ask_zone(self, facts: Snapshot, data: Data) -> Reply:
        return Reply((line("join.zone"),), self._options(facts, data))

    def _hear_zone(self, said: Said, facts: Snapshot, data: Data) -> Outcome:
        options = self._options(facts, data)
        if "more" in said.kinds and any(option.number == MORE for option in options):
            return Step(self.zone, data={**data, "page": str(int(data.get("page", "0")) + 1)})
        chosen = pick(said, options)
        if self.elsewhere and chosen and chosen.value == _ELSEWHERE:
            return Step(self.elsewhere, data=data)
        area = named_area(said, facts.zones)
        code = chosen.value if chosen else area.code if area else ""
        if not code:
            return Step(self.zone, Reply((line("join.zone.again"),), options), data)
        return Step(self.place, data={**data, "zone": code})

    def _ask_place(self, facts: Snapshot, data: Data) -> Reply:
        area = chosen_area(facts, data)
        return say("join.place", zone=area.name if area else facts.programme)

    def _hear_place(self, said: Said, facts: Snapshot, data: Data) -> Outcome:
        area = chosen_area(facts, data)
        if area is None:  # closed while they were typing
            return Step(self.zone, data={key: value for key, value in data.items() if key != "zone"})
        landmark = " ".join(said.text.split())[:LANDMARK_LONGEST]
        centre = Location(area.latitude, area.longitude)
        location = location_in(said.text, area)
        if location and distance_metres(location, centre) > FARTHEST_FROM_ZONE_METRES:
            return Step(self.place, say("join.place.far", zone=area.name), data)
        if (
            "ours" in said.kinds
            or len(said.words) < LANDMARK_SHORTEST
            or not any(c.isalpha() for c in said.words)
        ):
            return Step(self.place, say("join.place.again"), data)
        return self.then(facts, {**data, "landmark": landmark}, area)


def named_area(said: Said, zones: tuple[Area, ...]) -> Area | None:
    """The area whose code or whole name was said, on whatever page it stands."""
    found = [
        area for area in zones if said.words and said.words in {normalise(area.code), normalise(area.name)}
    ]
    return found[0] if len(found) == 1 else None


def chosen_area(facts: Snapshot, data: Data) -> Area | None:
    return next((area for area in facts.zones if area.code == data.get("zone")), None)


def location_in(landmark: str, area: Area) -> Location | None:
    """The place of the plus code in `landmark`, a short one near `area`; nothing where there is no valid one."""
    return pluscodes.in_text(landmark, Location(area.latitude, area.longitude))
