"""What became of a text after its gateway took it: reports arrive late, twice and out of order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.db import lock_name
from app.kernel.ids import new_id
from app.messaging import contacts
from app.messaging.leases import Lease
from app.messaging.models import DeliveryReport, OutboxMessage, OutboxStatus
from app.messaging.ports import SmsGateway, Taken
from app.messaging.prices import NO_PRICES, Prices

_RANK: Final = {
    OutboxStatus.SENT: 1,
    OutboxStatus.FAILED: 2,
    OutboxStatus.UNDELIVERED: 2,
    OutboxStatus.DELIVERED: 3,
}
"""A report moves a text up only. A phone that was off may still get a text reported as undelivered."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Report:
    """A gateway's report in its own words."""

    provider_message_id: str
    status: str
    error_code: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict)


def mark_sent(
    session: Session,
    gateway: SmsGateway,
    leased: Lease,
    taken: Taken,
    now: datetime,
    *,
    prices: Prices = NO_PRICES,
) -> None:
    """The gateway has taken the text, at its price of this moment. Reports that overtook this news are applied too.

    The row is found by its id alone, lease or no lease: what was sent was sent.
    """
    provider_message_id = taken.provider_message_id
    lock_name(session, f"{gateway.name}:{provider_message_id}")
    part = prices.of_a_part(gateway.name, leased.text.phone)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == leased.row_id)
        .values(
            status=OutboxStatus.SENT,
            provider_message_id=provider_message_id,
            sender=gateway.sender,
            error_code=None,
            price_micros=None if part is None else OutboxMessage.parts * part,
            told_price_micros=prices.as_told(gateway.name, taken.price),
            sent_at=now,
            updated_at=now,
            leased_by=None,
            leased_until=None,
        )
    )
    early = (
        select(DeliveryReport.status, DeliveryReport.error_code)
        .where(
            DeliveryReport.gateway == gateway.name, DeliveryReport.provider_message_id == provider_message_id
        )
        .order_by(DeliveryReport.id)
    )
    for row in session.execute(early).all():
        _apply(session, gateway, Report(provider_message_id, row.status, row.error_code), now)


def record_report(session: Session, gateway: SmsGateway, report: Report, now: datetime) -> None:
    """Keep a gateway's report as it came, and let it move the text it speaks of, if that is known yet."""
    lock_name(session, f"{gateway.name}:{report.provider_message_id}")
    session.execute(
        insert(DeliveryReport).values(
            id=new_id(),
            gateway=gateway.name,
            provider_message_id=report.provider_message_id,
            status=report.status[:32],
            error_code=report.error_code,
            raw=dict(report.raw),
            received_at=now,
        )
    )
    _apply(session, gateway, report, now)


def _apply(session: Session, gateway: SmsGateway, report: Report, now: datetime) -> None:
    row = session.execute(
        select(OutboxMessage.id, OutboxMessage.phone, OutboxMessage.status)
        .where(
            OutboxMessage.gateway == gateway.name,
            OutboxMessage.provider_message_id == report.provider_message_id,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return  # the report overtook the gateway's own answer; `mark_sent` looks for it
    meaning = gateway.meaning(report.status, report.error_code)
    if meaning.status is not None and _RANK.get(meaning.status, 0) > _RANK.get(row.status, 0):
        _move(session, row.id, meaning.status, report.error_code, now)
    if meaning.opted_out and contacts.opt_out(session, row.phone, f"gateway:{gateway.name}", now):
        log.info("phone_opted_out", gateway=gateway.name, message=str(row.id))


def _move(
    session: Session, row_id: UUID, status: OutboxStatus, error_code: str | None, now: datetime
) -> None:
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == row_id)
        .values(status=status, error_code=error_code, updated_at=now)
    )
