"""The other face of the phone: a keypad that dials, a small screen, a red key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from app.conversation.fit import SCREEN_BYTES, SCREEN_SEPTETS, Encoding, measure
from app.web.deps import Here
from app.web.simulator import parts
from app.web.simulator.going_back import back, parse_or_none
from app.web.simulator.line import CODE, LASTS, Line, Stands, WrongCode

KEYS: Final = tuple("123456789*0#")
SHORTCUTS: Final = ((CODE, "from the start"), ("*347*55*3#", "your credit at once"))
TYPED_MAX: Final = 160
_BYTES_PER_UNIT: Final = 2
_SAYS: Final = {
    Stands.LOST: "Connection problem. The network has ended the call.",
    Stands.FAILED: "External application down. Please try again later.",
}
"""What a phone shows of its own; the screen that was lost with the call it never saw."""

router = APIRouter(prefix="/simulator")


@dataclass(frozen=True)
class Pad:
    """What the keypad's screen shows."""

    line: Line | None
    screen: str
    stands: str
    """`CON`, `END`, or how else it ended; empty where nothing was dialled."""
    units: int
    limit: int
    alphabet: str
    seconds: int
    lasts: int
    typed: str

    @property
    def asks(self) -> bool:
        return self.line is not None and self.line.stands is Stands.ASKS


def pad(line: Line | None, now: datetime, typed: str) -> Pad:
    """The pad as it is at `now`, with `typed` in its field."""
    screen = "" if line is None else _SAYS.get(line.stands, line.screen)
    of_service = line is not None and line.stands not in _SAYS
    size = measure(screen)
    fits = SCREEN_SEPTETS if size.encoding is Encoding.GSM7 else SCREEN_BYTES // _BYTES_PER_UNIT
    stands = {Stands.ASKS: "CON", Stands.ENDED: "END", Stands.LOST: "cut off", Stands.FAILED: "failed"}
    return Pad(
        line=line,
        screen=screen,
        stands=stands[line.stands] if line else "",
        units=size.units if of_service else 0,
        limit=fits,
        alphabet="GSM-7" if size.encoding is Encoding.GSM7 else "UCS-2",
        seconds=line.seconds(now) if line else 0,
        lasts=int(LASTS.total_seconds()),
        typed=typed,
    )


@router.post("/keypad")
def press(
    *,
    container: Here,
    simulator: parts.Here,
    phone: Annotated[str, Form(max_length=32)],
    typed: Annotated[str, Form(max_length=TYPED_MAX)] = "",
    key: Annotated[str, Form(max_length=1)] = "",
    dial: Annotated[str, Form(max_length=TYPED_MAX)] = "",
    do: Annotated[Literal["call", "hang-up", "lose"], Form()] = "call",
) -> RedirectResponse:
    """One key, a code to `dial`, or what to `do` with what is typed."""
    chosen = parse_or_none(phone, container.settings.region)
    if chosen is None:
        return back(phone, notice="That is no phone number.")
    if key:
        return back(chosen, keys=(typed + key)[:TYPED_MAX], at="pad")
    lines = simulator.lines
    if do == "hang-up":
        lines.hang_up(chosen)
    elif do == "lose":
        lines.lose(chosen)
    elif not (dial or typed).strip():
        return back(chosen, notice="Press some keys first.", at="pad")
    else:
        return _call(simulator, chosen, dial.strip(), typed.strip())
    return back(chosen, at="pad")


def _call(simulator: parts.Simulator, phone: str, code: str, typed: str) -> RedirectResponse:
    line = simulator.lines.of(phone)
    if not code and line is not None and line.stands is Stands.ASKS:
        simulator.lines.press(phone, typed)
        return back(phone, at="pad")
    try:
        simulator.lines.dial(phone, code or typed)
    except WrongCode as error:
        return back(phone, notice=str(error), keys=code or typed, at="pad")
    return back(phone, at="pad")
