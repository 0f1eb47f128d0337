"""USSD sessions and their turns: what was dialled, what was shown, and where the caller stands in it.

Statements on tables, not on mapped classes: somebody holds a phone to their face while these run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.conversation.engine import Position
from app.messaging.inbox import storable
from app.messaging.models import UssdOutcome, UssdSession, UssdTurn

SEPARATOR: Final = "*"
_MASK: Final = "#"

Secrets = tuple[tuple[int, int], ...]
"""Where PINs stand in a session's text: each from one character up to another."""


@dataclass(frozen=True)
class UssdRequest:
    gateway: str
    session_id: str
    phone: str
    service_code: str
    network_code: str
    text: str
    """All that was typed in the session so far, joined by `*`; empty when it begins."""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UssdAnswer:
    text: str
    ends: bool
    """Nothing is asked: the session is over."""


@dataclass(frozen=True)
class Shown:
    """What the caller has before their eyes, and the way they came."""

    position: Position
    """The state that asked; the menu's name (`MENU`) where the last word has been said."""
    screens: tuple[str, ...]
    page: int = 0
    trail: tuple[Position, ...] = ()
    """The questions before it, oldest first: the way back."""

    @property
    def text(self) -> str:
        return self.screens[self.page]

    @property
    def has_more(self) -> bool:
        return self.page + 1 < len(self.screens)


@dataclass(frozen=True)
class Call:
    """A session as the last turn left it."""

    row_id: UUID
    seen: str
    """The whole text of the last turn, its secrets masked."""
    secrets: Secrets
    shown: Shown
    ended: bool

    def typed(self, text: str) -> str | None:
        """What is new in `text`; None where it does not go on from what was seen.

        Taken off, not split: a person may type the separator too.
        """
        if not self.seen:
            return text or None
        start = self.seen + SEPARATOR
        return text[len(start) :] if _masked(text, self.secrets).startswith(start) else None


@dataclass(frozen=True)
class Turn:
    """One request and its answer, to be kept."""

    id: UUID
    request: UssdRequest
    answer: UssdAnswer
    template: str
    language: str
    household_id: UUID | None
    secret: bool = False
    """What was new in its text is not kept."""


_sessions = cast("Table", UssdSession.__table__)
_turns = cast("Table", UssdTurn.__table__)
_FIND = select(
    _sessions.c.id,
    _sessions.c.text,
    _sessions.c.secrets,
    _sessions.c.state,
    _sessions.c.data,
    _sessions.c.trail,
    _sessions.c.screens,
    _sessions.c.page,
    _sessions.c.outcome,
).where(
    _sessions.c.gateway == bindparam("of_gateway"),
    _sessions.c.session_id == bindparam("of_session"),
    _sessions.c.phone == bindparam("of_phone"),
)
_ANSWERED = select(_turns.c.answer, _turns.c.ends).where(
    _turns.c.ussd_session_id == bindparam("of_session"), _turns.c.text_digest == bindparam("of_digest")
)
_NTH_LAST = (
    select(_sessions.c.started_at)
    .where(_sessions.c.phone == bindparam("of_phone"))
    .order_by(_sessions.c.id.desc())
    .offset(bindparam("number") - 1)
    .limit(1)
)
_BEGIN = insert(_sessions)
_GO_ON = update(_sessions).where(_sessions.c.id == bindparam("row_id"))
_KEEP = insert(_turns)


def find(session: Session, request: UssdRequest) -> Call | None:
    """The session that `request` belongs to; None where that begins. The caller holds the phone's turn."""
    of = {"of_gateway": request.gateway, "of_session": request.session_id, "of_phone": request.phone}
    row = session.connection().execute(_FIND, of).one_or_none()
    return None if row is None else _call(row)


def called_often(session: Session, phone: str, times: int, since: datetime) -> bool:
    """Whether `phone` has begun `times` sessions after `since`."""
    of = {"of_phone": phone, "number": times}
    begun_at = session.connection().execute(_NTH_LAST, of).scalar_one_or_none()
    return begun_at is not None and begun_at > since


def answered(session: Session, call: Call, text: str) -> UssdAnswer | None:
    """What this very text of the session was answered before.

    Only a text that does not go on from the last one can have been: one that does is longer than all before it.
    """
    of = {"of_session": call.row_id, "of_digest": _digest(_masked(text, call.secrets))}
    row = session.connection().execute(_ANSWERED, of).one_or_none()
    return None if row is None else UssdAnswer(row.answer, row.ends)


def keep(session: Session, call: Call | None, shown: Shown, turn: Turn, now: datetime) -> None:
    """Record `turn`, and where it leaves the session; `call` is None where that begins."""
    connection, request = session.connection(), turn.request
    goes_on = call is None or call.typed(request.text) is not None
    secrets = call.secrets if call else ()
    if turn.secret:
        start = len(call.seen) + len(SEPARATOR) if call and call.seen else 0
        secrets = (*secrets, (start, len(request.text)))
    text = _masked(request.text, secrets)
    standing: dict[str, Any] = {
        "text": text if call is None or goes_on else call.seen,
        "secrets": [list(each) for each in secrets],
        "state": shown.position.state,
        "data": dict(shown.position.data),
        "trail": [[place.state, dict(place.data)] for place in shown.trail],
        "screens": list(shown.screens),
        "page": shown.page,
        "outcome": UssdOutcome.ENDED if turn.answer.ends else UssdOutcome.OPEN,
        "last_at": now,
        "ended_at": now if turn.answer.ends else None,
    }
    if call is None:
        row_id = turn.id
        connection.execute(
            _BEGIN,
            {
                **standing,
                "id": row_id,
                "gateway": request.gateway,
                "session_id": request.session_id,
                "phone": request.phone,
                "service_code": storable(request.service_code),
                "network_code": storable(request.network_code),
                "started_at": now,
            },
        )
    else:
        row_id = call.row_id
        connection.execute(_GO_ON, {**standing, "row_id": row_id})
    connection.execute(
        _KEEP,
        {
            "id": turn.id,
            "ussd_session_id": row_id,
            "text_digest": _digest(text),
            "text": text,
            "answer": turn.answer.text,
            "ends": turn.answer.ends,
            "template": turn.template,
            "language": turn.language,
            "household_id": turn.household_id,
            "raw": {
                storable(name): text if storable(value) == request.text else storable(value)
                for name, value in request.raw.items()
            },
            "received_at": now,
        },
    )


def _call(row: Any) -> Call:
    trail = tuple(Position(state, data) for state, data in row.trail)
    shown = Shown(Position(row.state, row.data), tuple(row.screens), row.page, trail)
    secrets = tuple((start, end) for start, end in row.secrets)
    return Call(row.id, row.text, secrets, shown, row.outcome is UssdOutcome.ENDED)


def _masked(text: str, secrets: Secrets) -> str:
    """`text` without what is secret in it, each character in its place."""
    for start, end in secrets:
        text = text[:start] + _MASK * len(text[start:end]) + text[end:]
    return text


def _digest(text: str) -> str:
    """What tells the texts of one session apart, however long they grow."""
    return hashlib.sha256(text.encode()).hexdigest()
