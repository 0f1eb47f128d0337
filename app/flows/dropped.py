"""USSD sessions that break off: one text repeats the open question, so that it can be finished by text.

Only where something was given already, and only soon after: whoever held the phone a minute ago may be texted at
any hour, and nobody later than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.conversation.engine import Position
from app.conversation.rendering import as_text
from app.flows.person import find
from app.flows.talk import Talk, Turn, ask, where_it_stands
from app.messaging import contacts
from app.messaging.inbox import storable
from app.messaging.models import UssdOutcome, UssdSession

log = structlog.get_logger()

_CAME_TO_ITS_END: Final = {"Success": True, "Incomplete": False, "Failed": False}
"""Africa's Talking's words for how a session ended: as it should, on a screen that asked, or by an error."""


@dataclass(frozen=True)
class UssdEnd:
    """What a gateway says of a session that is over."""

    gateway: str
    session_id: str
    phone: str
    status: str
    cost: str | None = None
    duration_milliseconds: int | None = None
    raw: Mapping[str, str] = field(default_factory=dict)


def record_end(session: Session, talk: Talk, end: UssdEnd, now: datetime) -> None:
    """Keep what the gateway says, and follow up a session that was cut off. A repeat changes nothing."""
    row_id = session.scalar(
        select(UssdSession.id).where(
            UssdSession.gateway == end.gateway,
            UssdSession.session_id == end.session_id,
            UssdSession.phone == end.phone,
        )
    )
    if row_id is None:
        log.warning("unknown_ussd_session_ended", gateway=end.gateway)
        return
    row = _locked(session, row_id, end.phone, now)
    row.end_status = end.status
    row.cost = end.cost
    row.told_price_micros = talk.prices.as_told(end.gateway, end.cost)
    row.duration_milliseconds = end.duration_milliseconds
    row.end_raw = {storable(name): storable(value) for name, value in end.raw.items()}
    ended_well = _CAME_TO_ITS_END.get(end.status)
    if ended_well is None:
        log.error("unknown_ussd_status", status=end.status, ussd_session_id=str(row.id))
    elif row.outcome is not UssdOutcome.OPEN:
        pass
    elif ended_well:
        row.outcome, row.ended_at = UssdOutcome.ENDED, now
    else:
        _drop(session, talk, row, now)


def silent(session: Session, talk: Talk, now: datetime, limit: int = 50) -> list[UUID]:
    """Sessions whose caller has said nothing for so long that the network has ended them, the oldest first."""
    since = now - timedelta(seconds=talk.settings.ussd_session_timeout_seconds)
    return list(
        session.scalars(
            select(UssdSession.id)
            .where(UssdSession.outcome == UssdOutcome.OPEN, UssdSession.last_at <= since)
            .order_by(UssdSession.last_at)
            .limit(limit)
        )
    )


def drop_silent(session: Session, talk: Talk, row_id: UUID, now: datetime) -> None:
    """Follow up one of `silent`, unless it has gone on meanwhile."""
    phone = session.scalars(select(UssdSession.phone).where(UssdSession.id == row_id)).one()
    row = _locked(session, row_id, phone, now)
    since = now - timedelta(seconds=talk.settings.ussd_session_timeout_seconds)
    if row.outcome is UssdOutcome.OPEN and row.last_at <= since:
        _drop(session, talk, row, now)


def _locked(session: Session, row_id: UUID, phone: str, now: datetime) -> UssdSession:
    """The row, with its phone's turn held."""
    contacts.contact_for_update(session, phone, now)
    return session.get_one(UssdSession, row_id, populate_existing=True)


def _drop(session: Session, talk: Talk, row: UssdSession, now: datetime) -> None:
    row.outcome, row.ended_at = UssdOutcome.DROPPED, now
    position = Position(row.state, row.data)
    something_given = position.data.keys() - {"home"}
    if not (talk.engine.state(position).follow_up and something_given) or row.followed_up_at is not None:
        return
    window = timedelta(minutes=talk.settings.ussd_resume_minutes)
    idle = timedelta(days=talk.settings.phone_idle_guard_days)
    person = where_it_stands(talk, find(session, row.phone, now, idle=idle), now)
    moved_on = person.position != position or person.moved_at is None
    if moved_on or row.last_at + window <= now or _dialled_again(session, row):
        return
    language = person.language or talk.catalogue.default
    question = ask(Turn(session, talk, row.phone, person, row.id, now), position)
    text_id = talk.post.text(
        session,
        phone=row.phone,
        language=language,
        key="dial.cut",
        values={"question": as_text(question, talk.catalogue, language)},
        now=now,
        dedupe_key=f"ussd:{row.phone}:{person.moved_at:%Y%m%dT%H%M%S%f}",
        expires_at=row.last_at + window,
    )
    if text_id is None:  # opted out
        return
    row.followed_up_at = now
    log.info("ussd_followed_up", ussd_session_id=str(row.id), state=row.state)


def _dialled_again(session: Session, row: UssdSession) -> bool:
    later = exists().where(UssdSession.phone == row.phone, UssdSession.id > row.id)
    return bool(session.scalar(select(later)))
