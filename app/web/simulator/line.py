"""USSD calls of the browser's phones, as Africa's Talking passes them on: the whole text each time, and the end.

Formats: Africa's Talking's "USSD" and "USSD notifications". A call that ends on a question is `Incomplete`, whether
the caller hung up or the network lost them: the gateway cannot tell.
"""

from __future__ import annotations

import enum
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from app.kernel.clock import Clock
from app.web.simulator.companies import AfricanCompany
from app.web.simulator.troubles import Switches, Trouble

CODE: Final = "*347*55#"
NETWORK: Final = "99999"
"""The made-up network of Africa's Talking's own sandbox."""
PRICE: Final = "NGN 1.60"
LASTS: Final = timedelta(seconds=180)
"""After so long the network ends a call, whatever is on the screen."""
MILLISECOND: Final = timedelta(milliseconds=1)
_ASKS, _ENDS = "CON ", "END "


class Stands(enum.Enum):
    ASKS = "asks"
    ENDED = "ended"
    LOST = "lost"
    """The network dropped it."""
    FAILED = "failed"
    """The service gave no answer that a screen could show."""


@dataclass(frozen=True)
class Line:
    session_id: str
    began_at: datetime
    text: str
    """All that was typed, joined by `*`."""
    stands: Stands = Stands.ASKS
    screen: str = ""
    screens: int = 0
    ended_at: datetime | None = None

    def seconds(self, now: datetime) -> int:
        """How long it has lasted; a clock that went back counts as nothing."""
        return max(0, int(((self.ended_at or now) - self.began_at).total_seconds()))


class WrongCode(ValueError):
    """Nobody answers at the code that was dialled."""


class Lines:
    """One call at a time for each phone; the last one stays on its screen until it is put away."""

    def __init__(self, company: AfricanCompany, switches: Switches, clock: Clock) -> None:
        self._company = company
        self._switches = switches
        self._clock = clock
        self._lines: dict[str, Line] = {}
        self._lock = threading.RLock()

    def of(self, phone: str) -> Line | None:
        with self._lock:
            return self._lines.get(phone)

    def dial(self, phone: str, code: str) -> None:
        """Begin a call; what stands in `code` behind ours is pressed at once. Raises `WrongCode`."""
        ours = CODE.removesuffix("#")
        beyond = code.removeprefix(ours).removesuffix("#")
        if not code.startswith(ours) or not code.endswith("#") or (beyond and not beyond.startswith("*")):
            raise WrongCode(f"Nobody answers at {code}: dial {CODE}.")
        with self._lock:
            self.hang_up(phone)
            session_id = f"ATUid_{secrets.token_hex(16)}"
            self._ask(phone, Line(session_id, self._clock.now(), beyond.removeprefix("*")))

    def press(self, phone: str, typed: str) -> None:
        """Answer the question on the screen; does nothing where there is none."""
        with self._lock:
            line = self._open(phone)
            if line is not None:
                self._ask(phone, replace(line, text=f"{line.text}*{typed}" if line.text else typed))

    def hang_up(self, phone: str) -> None:
        """End the call, and clear the screen."""
        with self._lock:
            line = self._open(phone)
            if line is not None:
                self._end(phone, line, Stands.ENDED, "Incomplete")
            self._lines.pop(phone, None)

    def lose(self, phone: str) -> None:
        """The network drops the call."""
        with self._lock:
            line = self._open(phone)
            if line is not None:
                self._end(phone, line, Stands.LOST, "Incomplete")

    def time_out(self, now: datetime) -> None:
        """The network drops all calls that have lasted too long."""
        with self._lock:
            for phone, line in list(self._lines.items()):
                if line.stands is Stands.ASKS and line.began_at + LASTS <= now:
                    self.lose(phone)

    def _open(self, phone: str) -> Line | None:
        line = self._lines.get(phone)
        return line if line is not None and line.stands is Stands.ASKS else None

    def _ask(self, phone: str, line: Line) -> None:
        status, said = self._company.post("ussd", self._form(phone, line))
        if self._switches.is_on(phone, Trouble.TWICE):
            self._company.post("ussd", self._form(phone, line))
        said = said.rstrip()
        if status != HTTPStatus.OK or not said.startswith((_ASKS, _ENDS)):
            self._end(phone, line, Stands.FAILED, "Failed")
            return
        shown = replace(line, screen=said[len(_ASKS) :], screens=line.screens + 1)
        if said.startswith(_ENDS):
            self._end(phone, shown, Stands.ENDED, "Success")
        elif self._switches.is_on(phone, Trouble.CUT):
            self._end(phone, shown, Stands.LOST, "Incomplete")
        else:
            self._lines[phone] = shown

    def _end(self, phone: str, line: Line, stands: Stands, status: str) -> None:
        now = self._clock.now()
        self._lines[phone] = replace(line, stands=stands, ended_at=now)
        end = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "status": status,
            "cost": PRICE,
            "durationInMillis": str(max(0, (now - line.began_at) // MILLISECOND)),
            "hopsCount": str(line.screens),
            "input": line.text,
            "lastAppResponse": line.screen,
            "errorMessage": "" if status != "Failed" else "The application gave no valid answer.",
        }
        form = {name: value for name, value in self._form(phone, line).items() if name != "text"}
        self._company.post("ussd-end", {**form, **end})

    def _form(self, phone: str, line: Line) -> dict[str, str]:
        return {
            "sessionId": line.session_id,
            "phoneNumber": phone,
            "networkCode": NETWORK,
            "serviceCode": CODE,
            "text": line.text,
        }
