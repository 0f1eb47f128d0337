"""A household with credit, a service that pays it out, and the company that does the paying."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.adapters.payments.standin_company import PaymentCompany
from app.bootstrap import build
from app.container import Container
from app.db import Database
from app.kernel.clock import TravellingClock
from app.kernel.ids import new_id
from app.ledger import reading
from app.ledger import service as ledger
from app.main import create_app
from app.messaging.models import OutboxMessage
from app.payouts import service as payouts
from app.payouts.models import Payout
from app.payouts.statuses import PayoutStatus
from app.rewards import service as rewards
from app.rewards.models import Redemption
from app.settings import Settings, load_settings
from tests.factories.street import Street, a_street
from tests.standins.payments import KEY, payment_company
from tests.standins.serving import serving
from tests.waiting import wait_until
from workers.payouts import settle_payouts

EARNED_MINOR = 200_000
SECRET = "secret-part-of-the-callback-address"
TIMEOUT_SECONDS = 1.5
"""Short, for a test waits it out; yet a busy machine answers within it."""


@dataclass
class Purse:
    container: Container
    clock: TravellingClock
    street: Street
    company: PaymentCompany

    @property
    def database(self) -> Database:
        return self.container.database

    def redeem(self, amount_minor: int = 50_000, key: str | None = None) -> UUID:
        """The payout's id."""
        with self.database.unit_of_work() as session:
            redemption = rewards.redeem(
                session,
                key=key or str(new_id()),
                household_id=self.street.household_id,
                reward_code="AIRTIME",
                amount_minor=amount_minor,
                payee_phone=self.street.phone,
                now=self.clock.now(),
                rules=rewards.RedemptionRules.of(self.container.settings),
                post=self.container.post,
                jobs=self.container.jobs,
            )
            payout = payouts.for_redemption(session, redemption.id)
            assert payout is not None
            return payout.id

    def work(self, later: timedelta = timedelta()) -> None:
        """Let time pass and the worker do what is due, then wait for the company to be done."""
        self.clock.offset += later
        settle_payouts(self.container)
        wait_until(self.company.idle, "the company has settled and reported")

    def payout(self, payout_id: UUID) -> Payout:
        with self.database.unit_of_work() as session:
            return payouts.get(session, payout_id)

    def redemption(self, payout_id: UUID) -> Redemption:
        with self.database.unit_of_work() as session:
            return session.get_one(Redemption, payouts.get(session, payout_id).redemption_id)

    def status(self, payout_id: UUID) -> PayoutStatus:
        return self.payout(payout_id).status

    def credited(self, payout_id: UUID) -> int:
        """How often the company credited the phone for this payout, over all its attempts."""
        with self.database.unit_of_work() as session:
            references = [attempt.reference for attempt in payouts.attempts(session, payout_id)]
        credits_of = self.company.credits()
        return sum(credits_of.get(reference, 0) for reference in references)

    def standing(self) -> dict[str, int]:
        """Balances by account, the household's as `credit` and `hold`."""
        with self.database.unit_of_work() as session:
            views = reading.accounts(session)
        return {view.code.rpartition(":")[2]: view.balance_minor for view in views}

    def texts(self) -> list[str]:
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(OutboxMessage.template).order_by(OutboxMessage.id)))

    def check_book(self) -> None:
        """What is there, what is set aside and what was paid come to what was earned; nothing is awry."""
        standing = self.standing()
        owed = -standing.get("payouts", 0)
        paid = standing.get("standin", 0) - owed
        assert standing["credit"] + standing["hold"] + paid == EARNED_MINOR
        with self.database.unit_of_work() as session:
            assert reading.check(session) == []
            assert ledger.held(session, self.street.household_id) >= 0


def purse_settings(database_url: str, api_url: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": database_url,
        "sms_gateways": {"*": "console"},
        "payment_providers": ["standin"],
        "payment_webhook_secret": SECRET,
        "standin_payments_api_url": api_url,
        "standin_payments_key": KEY,
        "standin_payments_timeout_seconds": TIMEOUT_SECONDS,
    }
    return load_settings(**{**given, **more})


@contextmanager
def a_purse(database_url: str, **switches: Any) -> Iterator[Purse]:
    """The service answers callbacks on one socket, the company payments on another."""
    clock = TravellingClock()
    # The company must know our address and we must know its: ours is a plain front, filled in afterwards.
    front = _Front()
    with ExitStack() as last, serving(front) as our_url:
        callback_url = f"{our_url}/webhooks/payments/standin/{SECRET}"
        with payment_company(callback_url) as (api_url, company):
            company.set_switches(switches)
            container = build(purse_settings(database_url, api_url, public_url=our_url), clock)
            last.callback(container.close)  # once nobody calls any more
            front.app = create_app(container)
            street = a_street(container.database, clock.now(), credit_minor=EARNED_MINOR)
            yield Purse(container, clock, street, company)


class _Front:
    app: Any

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)
