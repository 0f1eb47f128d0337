"""PIN: four digits by which a household shows that a phone is its own."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Outcome, Reply, State, Step, say
from app.flows.actions import CheckPin, SetPin
from app.flows.cooling import too_new
from app.flows.home import about_a_home
from app.flows.snapshot import HOMES, Home, Snapshot
from app.households.pins import DIGITS
from app.kernel.pins import NotAPin, check_pin, is_weak

OLD = "pin.old"
NEW = "pin.new"
_CHECKED = "checked"


def digits_of(said: Said) -> str:
    """What may be a PIN, however it was spaced."""
    return said.words.replace(" ", "")


def _pin(said: Said, _facts: Snapshot, home: Home) -> Outcome:
    if home.cooling_until is not None:
        return Step(reply=too_new(home))
    data = {"home": home.reference}
    if home.has_pin:
        return Step(OLD, data=data)
    return _chosen(said, home, data) if said.words else Step(NEW, data=data)


def _ask_old(_facts: Snapshot, _data: Data) -> Reply:
    return say("pin.old")


def _hear_old(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if facts.home is None:
        return Step(reply=say("trouble"))
    return Step(NEW, data={**data, _CHECKED: "1"}, action=CheckPin(facts.home.id, digits_of(said)))


def _ask_new(_facts: Snapshot, _data: Data) -> Reply:
    return say("pin.new")


def _hear_new(said: Said, facts: Snapshot, data: Data) -> Outcome:
    if facts.home is None:
        return Step(reply=say("trouble"))
    if facts.home.has_pin and _CHECKED not in data:  # another phone was faster
        return Step(OLD, data=data)
    return _chosen(said, facts.home, data)


def _chosen(said: Said, home: Home, data: Data) -> Outcome:
    try:
        pin = check_pin(digits_of(said), shortest=DIGITS, longest=DIGITS)
    except NotAPin:
        pin = ""
    if not pin or is_weak(pin):
        return Step(NEW, say("pin.again"), data)
    return Step(action=SetPin(home.id, pin, knew_old=_CHECKED in data))


_HOMES = frozenset({HOMES})
STATES = (
    State(
        OLD, _ask_old, _hear_old, targets=frozenset({NEW, MENU}), needs=_HOMES, asks_with=_HOMES, secret=True
    ),
    State(
        NEW, _ask_new, _hear_new, targets=frozenset({OLD, MENU}), needs=_HOMES, asks_with=_HOMES, secret=True
    ),
)
ENTRIES = (
    about_a_home("PIN", _pin, targets=frozenset({OLD, NEW}), takes_rest=True, private=True, secret=True),
)
