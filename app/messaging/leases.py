"""Who is sending which text: the steps of the outbox, each in one transaction.

    QUEUED -- (its gateway is down: handed over) -- lease, begin --> SENDING -- sent --> SENT
                                 |-- put back (was surely not taken) --> QUEUED, or FAILED after enough tries
                                 |-- failed --> FAILED
                                 '-- unclear, or the sender died --> UNCLEAR -- looked up --> SENT | QUEUED

A lease lets one process at a time work on a row. SENDING is committed before the gateway is called, so a
row found QUEUED was surely not sent, and a row found SENDING after its lease may have been: it is looked
up at its gateway and never sent again on a guess: by no gateway. Only what is QUEUED ever changes gateways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from app.messaging import pacing
from app.messaging.contacts import opted_out_since
from app.messaging.gateways import SmsGateways
from app.messaging.health import Down
from app.messaging.models import InboxMessage, OutboxMessage, OutboxStatus
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


def reroute(
    session: Session, gateways: SmsGateways, *, down: Down, now: datetime, wall: datetime, limit: int
) -> int:
    """Hand due texts of gateways that are down, or no longer there, to who carries their phones meanwhile.

    Up to `limit` of those that are down, so that what need not move now can go the usual way later. Returns how many.
    """
    waits = (OutboxMessage.status == OutboxStatus.QUEUED, OutboxMessage.not_before <= now)
    gone = or_(OutboxMessage.gateway.is_(None), OutboxMessage.gateway.not_in(list(gateways.by_name)))
    for row in session.execute(select(OutboxMessage.id, OutboxMessage.phone).where(*waits, gone)):
        _set(session, row.id, {"gateway": gateways.for_phone(row.phone).name})
    moved = 0
    for name in sorted(set(gateways.by_name).intersection(down.probes)):
        movable = select(*_COLUMNS).where(*waits, OutboxMessage.gateway == name, _free(wall))
        for row in _first(session, movable, limit):
            other = gateways.instead_of(name, row.phone, down)
            if other is not None and down.bars(name, row.id):
                hand_over(session, row.id, other)
                moved += 1
    return moved


def hand_over(session: Session, row_id: UUID, gateway: str) -> None:
    """Let another gateway send a text that is queued."""
    log.info("text_handed_over", message=str(row_id), to=gateway)
    _set(session, row_id, {"gateway": gateway, **_RELEASED}, OutboxMessage.status == OutboxStatus.QUEUED)


def next_due(session: Session, gateway: str, *, now: datetime, wall: datetime) -> UUID | None:
    """The text that `gateway` would send first."""
    due = select(OutboxMessage.id).where(
        OutboxMessage.status == OutboxStatus.QUEUED, OutboxMessage.not_before <= now
    )
    row = next(iter(_first(session, due.where(OutboxMessage.gateway == gateway, _free(wall)), 1)), None)
    return None if row is None else row.id


def lease(
    session: Session,
    gateway: SmsGateway,
    owner: str,
    *,
    now: datetime,
    wall: datetime,
    limit: int,
    pace: pacing.Pace,
    barred: Callable[[Any], bool] = lambda _row: False,
) -> list[Lease]:
    """Up to `limit` texts of `gateway` that are due, as many as its sender's pace allows soon.

    By priority, the oldest first. `now` decides what is due, `wall` is real time. Expired texts among them are
    dropped and recorded; those that are `barred` (given `id` and `phone`) are left.
    """
    due = (
        select(*_COLUMNS, OutboxMessage.expires_at)
        .where(OutboxMessage.status == OutboxStatus.QUEUED, OutboxMessage.not_before <= now)
        .where(OutboxMessage.gateway == gateway.name, _free(wall))
    )
    sendable = []
    for row in _first(session, due, limit):
        if row.expires_at is not None and row.expires_at <= now:
            drop(session, row.id, EXPIRED, now)
        elif not barred(row):
            sendable.append(row)
    slots = pacing.reserve(session, gateway.sender, len(sendable), wall, pace)
    taken = sendable[: len(slots)]
    _take(session, [row.id for row in taken], owner, wall)
    return [_lease(row, owner, at) for row, at in zip(taken, slots, strict=True)]


def begin(session: Session, leased: Lease, *, now: datetime, wall: datetime) -> bool:
    """Mark the text as being sent. False where it must not be: the lease is lost, or it is dropped by now."""
    row = session.execute(
        select(OutboxMessage.expires_at, OutboxMessage.in_reply_to_id)
        .where(OutboxMessage.id == leased.row_id, OutboxMessage.status == OutboxStatus.QUEUED)
        .where(OutboxMessage.leased_by == leased.owner, OutboxMessage.leased_until > wall)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    if row.expires_at is not None and row.expires_at <= now:
        drop(session, leased.row_id, EXPIRED, now)
        return False
    if _is_unwanted(session, leased.text.phone, row.in_reply_to_id):
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


def put_back(
    session: Session,
    leased: Lease,
    not_before: datetime,
    error_code: str,
    now: datetime,
    *,
    gateway: str | None = None,
) -> None:
    """Queue again a text that was surely not taken; for another `gateway` where one is given."""
    values: dict[str, object] = {"error_code": error_code, "not_before": not_before}
    _settle(session, leased, OutboxStatus.QUEUED, now, **values, gateway=gateway or leased.gateway)


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


def _is_unwanted(session: Session, phone: str, in_reply_to_id: UUID | None) -> bool:
    """Whether the phone has opted out; what it asked after that, or in doing so, is answered nevertheless."""
    since = opted_out_since(session, [phone]).get(phone)
    if since is None or in_reply_to_id is None:
        return since is not None
    asked = select(InboxMessage.received_at).where(InboxMessage.id == in_reply_to_id)
    return session.scalars(asked).one() < since


def _first(session: Session, due: Select[*tuple[Any, ...]], limit: int) -> list[Any]:
    """By priority, the oldest first; locked until the transaction ends."""
    ordered = due.order_by(OutboxMessage.priority, OutboxMessage.not_before, OutboxMessage.id)
    return list(session.execute(ordered.limit(limit).with_for_update(skip_locked=True)))


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
