"""A post office for tests of messaging: gateways whose answers are written beforehand, and a sender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from app.db import Database
from app.kernel.clock import FixedClock
from app.messaging import delivery
from app.messaging.delivery import Report
from app.messaging.gateways import SmsGateways
from app.messaging.models import OutboxMessage
from app.messaging.outbox import Postman
from app.messaging.sending import Sending
from tests.factories.languages import CATALOGUE
from tests.fakes.sms import FakeGateway, RecordedJobs

PHONE = "+2348000000001"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Desk:
    """`gateway` is the preferred one for every phone."""

    database: Database
    gateway: FakeGateway
    post: Postman
    sending: Sending
    jobs: RecordedJobs

    def text(self, **changes: Any) -> Any:
        given: dict[str, Any] = {
            "phone": PHONE,
            "language": "en",
            "key": "next.none",
            "values": {},
            "now": NOW,
        } | changes
        with self.database.unit_of_work() as session:
            return self.post.text(session, **given)

    def row(self, row_id: Any) -> OutboxMessage:
        with self.database.unit_of_work() as session:
            return session.scalars(select(OutboxMessage).where(OutboxMessage.id == row_id)).one()

    def deliver(self, now: datetime = NOW) -> int:
        return replace(self.sending, clock=FixedClock(now)).deliver_due()

    def after_the_lease(self) -> None:
        held = OutboxMessage.leased_until.is_not(None)
        with self.database.unit_of_work() as session:
            session.execute(update(OutboxMessage).where(held).values(leased_until=datetime.now(UTC)))

    def report(self, gateway_id: str, status: str, error_code: str | None = None) -> None:
        with self.database.unit_of_work() as session:
            delivery.record_report(session, self.gateway, Report(gateway_id, status, error_code), NOW)


def a_desk(database: Database, *stand_ins: FakeGateway, attempts_max: int = 3) -> Desk:
    """With a gateway called `fake`, and `stand_ins` after it in the chain."""
    gateway, jobs = FakeGateway(), RecordedJobs()
    chain: Sequence[FakeGateway] = (gateway, *stand_ins)
    by_name = {one.name: one for one in chain}
    gateways = SmsGateways(by_name, {"*": list(by_name)})
    sending = Sending(database, gateways, FixedClock(NOW), per_second=1000, attempts_max=attempts_max)
    return Desk(database, gateway, Postman(CATALOGUE, gateways, jobs), sending, jobs)
