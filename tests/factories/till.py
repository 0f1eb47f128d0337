"""A service that pays out, and households with credit; no sockets: providers are whatever a test puts in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.keys import COMMAND_LINE, create_key
from app.bootstrap import build
from app.container import Container
from app.kernel.clock import TravellingClock
from app.kernel.ids import new_id
from app.ledger import reading
from app.ledger import service as ledger
from app.main import create_app
from app.messaging.models import OutboxMessage
from app.payouts import service as payouts
from app.payouts.models import Payout
from app.payouts.ports import PaymentProvider
from app.payouts.statuses import PayoutStatus
from app.rewards import service as rewards
from app.settings import load_settings
from tests.factories.street import Street, a_household, a_street, give_credit
from workers.payouts import settle_payouts

EARNED_MINOR = 200_000
SECRET = "secret-part-of-the-callback-address"


@dataclass(frozen=True)
class Customer:
    household_id: UUID
    phone: str


@dataclass
class Till:
    container: Container
    clock: TravellingClock
    street: Street
    web: TestClient
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))

    def customer(self) -> Customer:
        """Another household, with `EARNED_MINOR` to spend."""
        phone = f"+234800000{next(self._numbers):04}"
        with self.container.database.unit_of_work() as session:
            household_id = a_household(session, self.street.zone_id, phone, self.clock.now())
            give_credit(
                session, household_id, EARNED_MINOR, self.clock.now(), self.container.settings.currency
            )
        return Customer(household_id, phone)

    def employ(self, **providers: PaymentProvider) -> None:
        """Let these pay, under these names, in place of whatever the settings made."""
        cast("dict[str, PaymentProvider]", self.container.payment_providers).update(providers)

    def redeem(self, customer: Customer, amount_minor: int = 50_000, phone: str | None = None) -> UUID:
        """The payout's id."""
        with self.container.database.unit_of_work() as session:
            redemption = rewards.redeem(
                session,
                key=str(new_id()),
                household_id=customer.household_id,
                reward_code="AIRTIME",
                amount_minor=amount_minor,
                payee_phone=phone or customer.phone,
                now=self.clock.now(),
                rules=rewards.RedemptionRules.of(self.container.settings),
                post=self.container.post,
                jobs=self.container.jobs,
            )
            payout = payouts.for_redemption(session, redemption.id)
            assert payout is not None
            return payout.id

    def work(self, later: timedelta = timedelta()) -> None:
        """Let time pass and the worker do what is due."""
        self.clock.offset += later
        settle_payouts(self.container)

    def payout(self, payout_id: UUID) -> Payout:
        with self.container.database.unit_of_work() as session:
            return payouts.get(session, payout_id)

    def status(self, payout_id: UUID) -> PayoutStatus:
        return self.payout(payout_id).status

    def references(self, payout_id: UUID) -> list[str]:
        with self.container.database.unit_of_work() as session:
            return [attempt.reference for attempt in payouts.attempts(session, payout_id)]

    def float_of(self, provider: str) -> int:
        """What the book says that `provider` has paid out."""
        with self.container.database.unit_of_work() as session:
            return sum(
                view.balance_minor for view in reading.accounts(session) if view.code == f"float:{provider}"
            )

    def standing(self, customer: Customer) -> tuple[int, int]:
        """What can be spent, and what is set aside."""
        with self.container.database.unit_of_work() as session:
            credit = ledger.balance(session, customer.household_id)
            return credit, ledger.held(session, customer.household_id)

    def texts(self, customer: Customer) -> list[str]:
        with self.container.database.unit_of_work() as session:
            query = select(OutboxMessage.template).where(OutboxMessage.household_id == customer.household_id)
            return list(session.scalars(query.order_by(OutboxMessage.id)))

    def check_book(self) -> None:
        with self.container.database.unit_of_work() as session:
            assert reading.check(session) == []

    def key(self, name: str) -> dict[str, str]:
        """The headers of a person with a key of their own."""
        with self.container.database.unit_of_work() as session:
            made = create_key(session, name=name, scopes=["admin"], by=COMMAND_LINE, now=self.clock.now())
        return {"Authorization": f"Bearer {made.key}"}


@contextmanager
def a_till(database_url: str, *providers: str, **more: Any) -> Iterator[Till]:
    clock = TravellingClock()
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": database_url,
        "sms_gateways": {"*": "console"},
        "payment_providers": ["manual"],
        "payment_webhook_secret": SECRET,
    }
    container = build(load_settings(**{**given, **more}), clock)
    named = container.settings.model_copy(update={"payment_providers": list(providers or ("manual",))})
    object.__setattr__(container, "settings", named)
    with closing(container):
        street = a_street(container.database, clock.now())
        yield Till(container, clock, street, TestClient(create_app(container)))
