"""Who may be texted: one row per phone, which is also what makes its turns wait for each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, case, insert, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.db import conflict
from app.errors import Conflict
from app.kernel.ids import new_id
from app.messaging.models import ConsentEvent, Contact

NEVER_IDLE = timedelta(days=36_500)


@dataclass(frozen=True)
class ContactNow:
    phone: str
    opted_out: bool
    inbound_today: int
    """How much it sent today, what has just come counted; `app.messaging.chatter` judges it."""


_contacts = cast("Table", Contact.__table__)
_IDLE_SINCE = bindparam("idle_since", type_=_contacts.c.heard_at.type)


def _upsert(
    insert: postgresql.Insert, *, counting: bool = False, hearing: bool = False
) -> ReturningInsert[tuple[datetime | None, int]]:
    new = insert.excluded
    changes: dict[str, Any] = {"updated_at": new.updated_at}
    if counting:
        same_day = _contacts.c.inbound_on == new.inbound_on
        changes |= {
            "inbound_count": case((same_day, _contacts.c.inbound_count + 1), else_=1),
            "inbound_on": new.inbound_on,
        }
    if hearing:
        changes |= {
            "heard_at": new.heard_at,
            # Kept until a longer silence ends: a stranger's second text must not look like an old friend's.
            "woke_at": case(
                (or_(_contacts.c.heard_at.is_(None), _contacts.c.heard_at < _IDLE_SINCE), new.heard_at),
                else_=_contacts.c.woke_at,
            ),
        }
    upsert = insert.on_conflict_do_update(index_elements=["phone"], set_=changes)
    return upsert.returning(_contacts.c.opted_out_at, _contacts.c.inbound_count)


_FOUND = conflict.prepare(Contact, _upsert)
_HEARD = conflict.prepare(Contact, lambda insert: _upsert(insert, hearing=True))
_COUNTED = conflict.prepare(Contact, lambda insert: _upsert(insert, counting=True, hearing=True))


def contact_for_update(
    session: Session,
    phone: str,
    now: datetime,
    *,
    count_on: date | None = None,
    heard: bool = False,
    idle: timedelta = NEVER_IDLE,
) -> ContactNow:
    """The contact of `phone`, made where there is none, locked until the transaction ends.

    With `count_on`, the local day, one more inbound text is counted. With that or `heard` (it dialled), the end of
    a silence longer than `idle` is kept. One statement: it is on the hot path.
    """
    values: dict[str, Any] = {"phone": phone, "inbound_on": count_on, "created_at": now, "updated_at": now}
    values["inbound_count"] = 0 if count_on is None else 1
    if count_on is None and not heard:
        found = _FOUND
        values |= {"heard_at": None, "woke_at": None}
    else:
        found = _HEARD if count_on is None else _COUNTED
        values |= {"heard_at": now, "woke_at": now, "idle_since": now - idle}
    row = conflict.run(session, found, values).one()
    return ContactNow(phone, row.opted_out_at is not None, row.inbound_count)


def opted_out(session: Session, phone: str) -> bool:
    """Whether `phone` is to be sent nothing. A phone we know nothing of is not."""
    return session.scalar(select(Contact.opted_out_at).where(Contact.phone == phone)) is not None


def opted_out_since(session: Session, phones: Iterable[str]) -> dict[str, datetime]:
    """When each of `phones` that is to be sent nothing opted out."""
    rows = session.execute(
        select(Contact.phone, Contact.opted_out_at).where(
            Contact.phone.in_(list(phones)), Contact.opted_out_at.is_not(None)
        )
    )
    return {row.phone: row.opted_out_at for row in rows}


def heard(session: Session, phones: Sequence[str]) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Of each phone that has a contact: when it was last heard, and when its last long silence ended."""
    rows = session.execute(
        select(Contact.phone, Contact.heard_at, Contact.woke_at).where(Contact.phone.in_(phones))
    )
    return {row.phone: (row.heard_at, row.woke_at) for row in rows}


def opt_out(session: Session, phone: str, source: str, now: datetime, message_id: UUID | None = None) -> bool:
    """Send `phone` nothing from now on. False, and nothing is logged, where that was so already."""
    return _decide(session, phone, agreed=False, source=source, now=now, message_id=message_id)


def opt_out_for(
    session: Session, phone: str, *, how: str, recorded_by: str, reason: str, now: datetime
) -> ConsentEvent:
    """Write down an opt-out that its person asked for otherwise than by text. Raises `Conflict` where it has
    opted out already.

    There is no such way back in: that somebody agreed must rest on a text of their own.
    """
    if not _changes(session, phone, agreed=False, now=now):
        raise Conflict("This phone has opted out already.")
    event = ConsentEvent(
        phone=phone,
        agreed=False,
        source=f"office:{how}",
        recorded_by=recorded_by,
        reason=reason,
        occurred_at=now,
    )
    session.add(event)
    session.flush()
    return event


def opt_in(session: Session, phone: str, source: str, now: datetime, message_id: UUID | None = None) -> bool:
    """Take back an opt-out. False, and nothing is logged, where there was none."""
    return _decide(session, phone, agreed=True, source=source, now=now, message_id=message_id)


def agreed(session: Session, phone: str, source: str, now: datetime, message_id: UUID | None = None) -> None:
    """Log that `phone` agreed to be texted, as in joining; ends an opt-out."""
    if not opt_in(session, phone, source, now, message_id):
        _log(session, phone, agreed=True, source=source, now=now, message_id=message_id)


def agreed_at_the_door(session: Session, phone: str, *, recorded_by: str, now: datetime) -> bool:
    """Log that whoever has `phone` agreed in person, as `recorded_by` says. False, and nothing is logged, where it has
    opted out: that must end by a text of its own.
    """
    if contact_for_update(session, phone, now).opted_out:
        return False
    session.add(
        ConsentEvent(phone=phone, agreed=True, source="door", recorded_by=recorded_by, occurred_at=now)
    )
    session.flush()
    return True


def _decide(
    session: Session, phone: str, *, agreed: bool, source: str, now: datetime, message_id: UUID | None
) -> bool:
    changes = _changes(session, phone, agreed=agreed, now=now)
    if changes:
        _log(session, phone, agreed=agreed, source=source, now=now, message_id=message_id)
    return changes


def _changes(session: Session, phone: str, *, agreed: bool, now: datetime) -> bool:
    """Put down on the contact what was decided; False where it stands there already."""
    if contact_for_update(session, phone, now).opted_out is not agreed:
        return False
    session.execute(
        update(Contact).where(Contact.phone == phone).values(opted_out_at=None if agreed else now)
    )
    return True


def _log(
    session: Session, phone: str, *, agreed: bool, source: str, now: datetime, message_id: UUID | None
) -> None:
    session.execute(
        insert(ConsentEvent).values(
            id=new_id(),
            phone=phone,
            agreed=agreed,
            source=source,
            inbox_message_id=message_id,
            occurred_at=now,
        )
    )
