"""Dialogues on the keypad: a phone dials a code, sees a screen, presses keys.

`Keypad.dials` begins a session, `presses` goes on with it, `sees` reads what is on the screen. `cut` is the
network's end of it, `again` the gateway's repeat of its last request.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from sqlalchemy import select

from app.conversation.fit import fits_screen
from app.flows import dropped
from app.flows.dialling import dial
from app.flows.dropped import UssdEnd, record_end
from app.messaging.models import UssdSession, UssdTurn
from app.messaging.ussd import SEPARATOR, UssdAnswer, UssdRequest
from tests.flows.phones import Town

CODE = "*347*55#"
GATEWAY = "africastalking"
_ids = itertools.count(1)


@dataclass
class Keypad:
    """A phone that dials. `town.phone(number)` is the same phone when it texts."""

    town: Town
    number: str
    session_id: str = ""
    text: str = ""
    """All that was typed in this session, as the gateway joins it."""
    seen: list[UssdAnswer] = field(default_factory=list)
    """The screens of this session, oldest first."""

    @property
    def screen(self) -> str:
        return self.seen[-1].text

    @property
    def screens(self) -> int:
        """How many this session took so far, the last word included."""
        return len(self.seen)

    def dials(self, code: str = CODE, *, session_id: str | None = None) -> Keypad:
        """A new session; `code` may go on behind ours: `*347*55*2*1#`."""
        start = CODE.removesuffix("#")
        assert code.startswith(start), code
        self.session_id = session_id or f"ATUid_{next(_ids):032}"
        self.text = code.removeprefix(start).removesuffix("#").removeprefix(SEPARATOR)
        self.seen = []
        return self._asks()

    def presses(self, *keys: str) -> Keypad:
        """Each in turn, with a moment in between; the same as typing words."""
        for typed in keys:
            self.text = f"{self.text}{SEPARATOR}{typed}" if self.text else typed
            self._asks()
        return self

    types = presses

    def again(self, text: str | None = None) -> Keypad:
        """The gateway repeats its last request, or an older one of this session."""
        self.seen.append(self.request(self.text if text is None else text))
        return self

    def cut(self, status: str = "Incomplete") -> Keypad:
        """The network ends the session, and the gateway says so."""
        end = UssdEnd(GATEWAY, self.session_id, self.number, status, cost="NGN 1.60", raw={"status": status})
        with self.town.database.unit_of_work() as session:
            record_end(session, self.town.talk, end, self.town.now)
        return self

    def falls_silent(self, **span: float) -> Keypad:
        """Time goes by, the session's timeout unless another is given, and the worker looks."""
        timeout = self.town.talk.settings.ussd_session_timeout_seconds
        self.town.later(**(span or {"seconds": timeout}))
        follow_up_silent(self.town)
        return self

    def sees(self, *fragments: str) -> Keypad:
        """A question is on the screen, and these words in it."""
        assert not self.seen[-1].ends, f"it has ended: {self.screen!r}"
        return self._reads(*fragments)

    def ends(self, *fragments: str) -> Keypad:
        """The last word, and these words in it."""
        assert self.seen[-1].ends, f"it goes on: {self.screen!r}"
        return self._reads(*fragments)

    def sees_nothing_of(self, fragment: str) -> Keypad:
        assert fragment not in self.screen, self.screen
        return self

    def request(self, text: str) -> UssdAnswer:
        """One request of the gateway, as it stands."""
        raw = {"sessionId": self.session_id, "phoneNumber": self.number, "text": text}
        asked = UssdRequest(GATEWAY, self.session_id, self.number, CODE, "62130", text, raw)
        with self.town.database.unit_of_work() as session:
            answer = dial(session, self.town.talk, asked, self.town.now)
        assert fits_screen(answer.text), answer.text
        self.town.later(seconds=5)
        return answer

    @property
    def sessions(self) -> list[UssdSession]:
        with self.town.database.unit_of_work() as session:
            query = select(UssdSession).where(UssdSession.phone == self.number).order_by(UssdSession.id)
            return list(session.scalars(query))

    @property
    def turns(self) -> list[UssdTurn]:
        """Of all its sessions."""
        ids = [row.id for row in self.sessions]
        with self.town.database.unit_of_work() as session:
            query = select(UssdTurn).where(UssdTurn.ussd_session_id.in_(ids)).order_by(UssdTurn.id)
            return list(session.scalars(query))

    @property
    def texts(self) -> list[str]:
        """What it was sent by text of our own accord."""
        return [sent.body for sent in self.town.post.sent if sent.phone == self.number]

    def _asks(self) -> Keypad:
        self.seen.append(self.request(self.text))
        return self

    def _reads(self, *fragments: str) -> Keypad:
        for fragment in fragments:
            assert fragment in self.screen, f"{fragment!r} is not in {self.screen!r}"
        return self


def keypad(town: Town, number: int | str | None = None) -> Keypad:
    """The phone of `number`; Amina's where none is given."""
    return Keypad(town, town.amina.number if number is None else town.phone(number).number)


def follow_up_silent(town: Town) -> None:
    """What the worker does every half a minute."""
    with town.database.unit_of_work() as session:
        due = dropped.silent(session, town.talk, town.now)
    for row_id in due:
        with town.database.unit_of_work() as session:
            dropped.drop_silent(session, town.talk, row_id, town.now)
