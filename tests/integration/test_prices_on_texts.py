"""Whatever way a text goes out, its row says what that cost, on both databases."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.kernel.clock import FixedClock
from app.messaging import inbox
from app.messaging.gateways import SmsGateways
from app.messaging.inbox import InboundText
from app.messaging.models import OutboxMessage
from app.messaging.outbox import Postman
from app.messaging.ports import FateUnknown, NotHere
from app.messaging.prices import Prices
from app.messaging.sending import Sending
from tests.factories.languages import CATALOGUE
from tests.fakes.sms import FakeGateway, RecordedJobs

PHONE = "+2348000000001"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRICES = Prices("NGN", {"near": {"+234": 4_000_000}, "far": {"*": 32_500_000}})


@dataclass
class Desk:
    """A post office with two gateways and a price list."""

    database: Database
    near: FakeGateway = field(default_factory=lambda: FakeGateway(name="near"))
    far: FakeGateway = field(default_factory=lambda: FakeGateway(name="far", sender="+15005550006"))
    prices: Prices = PRICES

    @property
    def gateways(self) -> SmsGateways:
        return SmsGateways({"near": self.near, "far": self.far}, {"*": ["near", "far"]})

    def write(self) -> UUID:
        with self.database.unit_of_work() as session:
            row_id = Postman(CATALOGUE, self.gateways, RecordedJobs()).text(
                session, phone=PHONE, language="en", key="next.none", values={}, now=NOW
            )
            assert row_id is not None
            session.execute(update(OutboxMessage).values(parts=2))
        return row_id

    def deliver(self) -> None:
        sending = Sending(
            self.database, self.gateways, FixedClock(NOW), per_second=1000, attempts_max=3, prices=self.prices
        )
        while sending.deliver_due():
            pass

    def price(self, row_id: UUID) -> tuple[str | None, int | None]:
        with self.database.unit_of_work() as session:
            row = session.scalars(select(OutboxMessage).where(OutboxMessage.id == row_id)).one()
            return row.gateway, row.price_micros


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_text_has_no_price_until_it_is_sent_and_then_that_of_all_its_parts(desk: Desk) -> None:
    row_id = desk.write()
    assert desk.price(row_id) == ("near", None)
    desk.deliver()
    assert desk.price(row_id) == ("near", 8_000_000)


def test_a_text_that_another_gateway_took_costs_what_that_one_asks(desk: Desk) -> None:
    row_id = desk.write()
    desk.near.answers = deque([NotHere("404")])
    desk.deliver()
    assert desk.price(row_id) == ("far", 65_000_000)


@pytest.mark.parametrize(("charges", "kept"), [("NGN 7.5000", 7_500_000), ("USD 0.0075", None)])
def test_what_a_gateway_says_it_charged_is_kept_beside_the_lists_price(
    desk: Desk, charges: str, kept: int | None
) -> None:
    row_id = desk.write()
    desk.near.charges = charges
    desk.deliver()
    assert desk.price(row_id) == ("near", 8_000_000)
    with desk.database.unit_of_work() as session:
        assert session.scalars(select(OutboxMessage.told_price_micros)).one() == kept


def test_a_text_of_unknown_fate_that_is_found_has_its_price(desk: Desk) -> None:
    row_id = desk.write()
    desk.near.answers, desk.near.lost = deque([FateUnknown("timeout")]), True
    desk.deliver()
    assert desk.price(row_id) == ("near", None)
    with desk.database.unit_of_work() as session:
        session.execute(update(OutboxMessage).values(leased_until=datetime.now(UTC) - timedelta(seconds=1)))
    desk.deliver()
    assert desk.price(row_id) == ("near", 8_000_000)


def test_a_text_by_a_gateway_without_a_price_costs_nobody_knows_what(desk: Desk) -> None:
    row_id = desk.write()
    replace(desk, prices=Prices("NGN", {"far": {"*": 1}})).deliver()
    assert desk.price(row_id) == ("near", None)


def test_a_new_price_list_changes_nothing_of_the_past(desk: Desk) -> None:
    row_id = desk.write()
    desk.deliver()
    replace(desk, prices=Prices("NGN", {"near": {"*": 9_000_000}})).deliver()
    assert desk.price(row_id) == ("near", 8_000_000)


def test_a_reply_in_the_answer_to_a_webhook_has_its_price_at_once(desk: Desk) -> None:
    text = InboundText("near", "SM1", PHONE, "+2348000009000", "NEXT")
    with desk.database.unit_of_work() as session:
        received = inbox.receive(session, text, NOW)
        row_id = inbox.answer(
            session,
            received.row_id,
            "x" * 161,
            to=text,
            template="next.none",
            language="en",
            now=NOW,
            prices=PRICES,
        )
    assert desk.price(row_id) == ("near", 8_000_000)
