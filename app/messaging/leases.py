"""Who is sending which text: the steps of the outbox, each in one transaction.

    QUEUED -- lease, begin --> SENDING -- sent --> SENT
                                 |-- put back (was surely not taken) --> QUEUED, or FAILED after enough tries
                                 |-- failed --> FAILED
                                 '-- unclear, or the sender died --> UNCLEAR -- looked up --> SENT | QUEUED

A lease lets one process at a time work on a row. SENDING is committed before the gateway is called, so a
row found QUEUED was surely not sent, and a row found SENDING after its lease may have been: it is looked
up at its gateway and never sent again on a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.messaging import pacing
from app.messaging.contacts import opted_out
from app.messaging.gateways import SmsGateways
from app.messaging.models import OutboxMessage, OutboxStatus
from app.messaging.ports import OutgoingText, SmsGateway

LEASE: Final = timedelta(seconds=60)
"""Longer than a batch takes with its pacing and its time-outs; what outlives it is settled by others."""
EXPIRED: Final = "expired"
OPTED_OUT: Final = "opted-out"
FATE_UNKNOWN: Final = "fate-unknown"

log = structlog.get_logger()


@dataclass(frozen=True)
class Lease:
    """One text that `owner` alone may work on until the lease ends."""

    row_id: UUID
    owner: str
    gateway: str
    text: OutgoingText
    attempts: int
    attempted_at: datetime | None
    send_at: datetime
    """The sender's pace allows it from then on; real time."""


def reroute(session: Session, gateways: SmsGateways, now: datetime) -> None:
    """Give texts of gateways that are no longer there to the ones that now carry their phones."""
    stray = (
        select(OutboxMessage.id, OutboxMessage.phone)
        .where(OutboxMessage.status == OutboxStatus.QUEUED, OutboxMessage.not_before <= now)
        .where(or_(OutboxMessage.gateway.is_(None), OutboxMessage.gateway.not_in(list(gateways.by_name))))
    )
    for row in session.execute(stray):
        _set(session, row.id, {"gateway": gateways.for_phone(row.phone).name})


def lease(
    session: Session,
    gateway: SmsGateway,
    owner: str,
    *,
    now: datetime,
    wall: datetime,
    limit: int,
    pace: pacing.Pace,
) -> list[Lease]:
    """Up to `limit` texts of `gateway` that are due, as many as its sender's pace allows soon, by priority, oldest first.

    `now` decides what is due, `wall` is real time. Expired texts among them are dropped and recorded.
    """
    due = (
        select(*_COLUMNS, OutboxMessage.expires_at)
        .where(OutboxMessage.status == OutboxStatus.QUEUED, OutboxMessage.not_before <= now)
        .where(OutboxMessage.gateway == gateway.name, _free(wall))
        .order_by(OutboxMessage.priority, OutboxMessage.not_before, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    sendable = []
    for row in session.execute(due).all():
        if row.expires_at is not None and row.expires_at <= now:
            drop(session, row.id, EXPIRED, now)
        else:
            sendable.append(row)
    slots = pacing.reserve(session, gateway.sender, len(sendable), wall, pace)
    taken = sendable[: len(slots)]
    _take(session, [row.id for row in taken], owner, wall)
    return [_lease(row, owner, at) for row, at in zip(taken, slots, strict=True)]


def begin(session: Session, leased: Lease, *, now: datetime, wall: datetime) -> bool:
    """Mark the text as being sent. False where it must not be: the lease is lost, or it is dropped by now."""
    row = session.execute(
        select(OutboxMessage.expires_at)
        .where(OutboxMessage.id == leased.row_id, OutboxMessage.status == OutboxStatus.QUEUED)
        .where(OutboxMessage.leased_by == leased.owner, OutboxMessage.leased_until > wall)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    if row.expires_at is not None and row.expires_at <= now:
        drop(session, leased.row_id, EXPIRED, now)
        return False
    if opted_out(session, leased.text.phone):
        drop(session, leased.row_id, OPTED_OUT, now)
        return False
    values = {
        "status": OutboxStatus.SENDING,
        "attempts": OutboxMessage.attempts + 1,
        "attempted_at": wall,
        "leased_until": wall + LEASE,
        "updated_at": now,
    }
    _set(session, leased.row_id, values)
    return True


def put_back(session: Session, leased: Lease, not_before: datetime, error_code: str, now: datetime) -> None:
    """Queue again a text that was surely not taken."""
    _settle(session, leased, OutboxStatus.QUEUED, now, error_code=error_code, not_before=not_before)


def fail(session: Session, leased: Lease, error_code: str, now: datetime) -> None:
    """Give up on a text that was surely not taken."""
    _settle(session, leased, OutboxStatus.FAILED, now, error_code=error_code)


def mark_unclear(session: Session, leased: Lease, error_code: str, now: datetime) -> None:
    """It may have been taken; it is looked up once the lease, which goes on, has ended."""
    _set(
        session,
        leased.row_id,
        {"status": OutboxStatus.UNCLEAR, "error_code": error_code, "updated_at": now},
        OutboxMessage.leased_by == leased.owner,
    )


def leave_unclear(session: Session, leased: Lease, now: datetime) -> None:
    """Its gateway cannot be asked: recorded for people to see, and not sent again."""
    log.error("text_fate_unknown", message=str(leased.row_id), gateway=leased.gateway)
    _settle(session, leased, OutboxStatus.UNCLEAR, now, error_code=FATE_UNKNOWN)


def drop(session: Session, row_id: UUID, reason: str, now: datetime) -> None:
    """Never send it, and say why."""
    log.info("text_dropped", message=str(row_id), reason=reason)
    values = {"status": OutboxStatus.DROPPED, "error_code": reason, "updated_at": now}
    _set(session, row_id, values | _RELEASED)


def take_unsettled(session: Session, owner: str, *, wall: datetime, limit: int) -> list[Lease]:
    """Texts whose fate somebody must look up: their sender died or got no answer, and the lease has ended."""
    unsettled = (
        select(*_COLUMNS)
        .where(OutboxMessage.status.in_([OutboxStatus.SENDING, OutboxStatus.UNCLEAR]))
        .where(OutboxMessage.leased_until <= wall)
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(unsettled).all()
    _take(session, [row.id for row in rows], owner, wall, status=OutboxStatus.UNCLEAR)
    return [_lease(row, owner, wall) for row in rows]


def twin_in_flight(session: Session, leased: Lease, wall: datetime) -> bool:
    """Whether somebody is sending the same words to the same phone just now, whose id could be mistaken."""
    twin = select(OutboxMessage.id).where(
        OutboxMessage.phone == leased.text.phone,
        OutboxMessage.body == leased.text.body,
        OutboxMessage.status == OutboxStatus.SENDING,
        OutboxMessage.leased_until > wall,
    )
    return session.scalars(twin.limit(1)).first() is not None


def known_ids(session: Session, gateway: str, provider_message_ids: Sequence[str]) -> set[str]:
    """Those of a gateway's ids that already belong to a text of ours."""
    found = select(OutboxMessage.provider_message_id).where(
        OutboxMessage.gateway == gateway, OutboxMessage.provider_message_id.in_(provider_message_ids)
    )
    return {known for known in session.scalars(found) if known is not None}


def _settle(session: Session, leased: Lease, status: OutboxStatus, now: datetime, **values: object) -> None:
    """Move a text on, unless somebody else has taken it over meanwhile."""
    _set(
        session,
        leased.row_id,
        {"status": status, "updated_at": now, **values, **_RELEASED},
        OutboxMessage.leased_by == leased.owner,
    )


def _take(session: Session, row_ids: list[UUID], owner: str, wall: datetime, **values: object) -> None:
    if row_ids:
        taken = {"leased_by": owner, "leased_until": wall + LEASE, **values}
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(row_ids)).values(taken))


def _set(session: Session, row_id: UUID, values: dict[str, object], *only_if: ColumnElement[bool]) -> None:
    session.execute(update(OutboxMessage).where(OutboxMessage.id == row_id, *only_if).values(values))


def _free(wall: datetime) -> ColumnElement[bool]:
    return or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= wall)


def _lease(row: Any, owner: str, send_at: datetime) -> Lease:
    return Lease(
        row_id=row.id,
        owner=owner,
        gateway=row.gateway,
        text=OutgoingText(row.phone, row.body),
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        send_at=send_at,
    )


_RELEASED: Final[dict[str, object]] = {"leased_by": None, "leased_until": None}
_COLUMNS: Final = (
    OutboxMessage.id,
    OutboxMessage.phone,
    OutboxMessage.body,
    OutboxMessage.gateway,
    OutboxMessage.attempts,
    OutboxMessage.attempted_at,
)
