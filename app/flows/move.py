"""MOVE: a household lives somewhere else now, and its pickups come along."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Option, Outcome, Reply, State, Step, line, say
from app.flows.actions import Leave, Move
from app.flows.home import PLACE_LONGEST, about_a_home
from app.flows.snapshot import BALANCE, HOMES, ZONES, Area, Home, Snapshot
from app.flows.where import Where, chosen_area, location_in

ZONE = "move.zone"
PLACE = "move.place"
CONFIRM = "move.confirm"
UNSERVED = "move.unserved"

_NEEDS = frozenset({HOMES, ZONES})


def _move(said: Said, facts: Snapshot, home: Home) -> Outcome:
    if not facts.zones:
        return Step(reply=say("join.zone.none", programme=facts.programme))
    return _WHERE.first(said, facts, {"home": home.reference})


def _there(_facts: Snapshot, data: Data, _area: Area) -> Outcome:
    return Step(CONFIRM, data=data)


def _ask_confirm(facts: Snapshot, data: Data) -> Reply:
    area = chosen_area(facts, data)
    if area is None or facts.home is None:
        return say("trouble")
    place = data["landmark"][:PLACE_LONGEST]
    return Reply(
        (line("move.confirm", name=facts.home.name, zone=area.name, place=place),),
        (Option(1, line("move.agree"), "1"), Option(0, line("move.refuse"), "0")),
    )


def _hear_confirm(said: Said, facts: Snapshot, data: Data) -> Outcome:
    area = chosen_area(facts, data)
    if area is None or facts.home is None:  # closed while they were thinking
        return Step(ZONE, data={key: value for key, value in data.items() if key != "zone"})
    if "agree" not in said.kinds:
        return Step(CONFIRM, data=data)
    landmark = data["landmark"]
    return Step(action=Move(facts.home.id, area.code, landmark, location_in(landmark, area)))


def _ask_unserved(facts: Snapshot, _data: Data) -> Reply:
    if facts.home is None:
        return say("trouble")
    return Reply(
        (line("move.unserved", zone=facts.home.zone_name, balance=facts.balance),),
        (Option(1, line("move.leave"), "1"), Option(0, line("move.stay"), "0")),
    )


def _hear_unserved(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if facts.home is None:
        return Step(reply=say("trouble"))
    return Step(action=Leave(facts.home.id)) if "agree" in said.kinds else Step(UNSERVED, data=data)


_WHERE = Where(
    ZONE,
    PLACE,
    _there,
    targets=frozenset({CONFIRM}),
    needs=frozenset({BALANCE}),
    elsewhere=UNSERVED,
)
_WITH_MONEY = frozenset({HOMES, BALANCE})
STATES = (
    *_WHERE.states,
    State(
        CONFIRM,
        _ask_confirm,
        _hear_confirm,
        targets=frozenset({ZONE, MENU}),
        needs=_NEEDS,
        asks_with=_NEEDS,
        confirms=True,
    ),
    State(
        UNSERVED,
        _ask_unserved,
        _hear_unserved,
        targets=frozenset({MENU}),
        needs=_WITH_MONEY,
        asks_with=_WITH_MONEY,
        confirms=True,
    ),
)
ENTRIES = (
    about_a_home(
        "MOVE", _move, needs=_NEEDS, targets=frozenset({ZONE, PLACE}), takes_rest=True, private=True
    ),
)
