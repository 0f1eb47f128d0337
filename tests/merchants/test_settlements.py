"""What is owed to a merchant is paid out whole, by the payouts' own states, and is owed again where that fails."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.merchants import service as merchants
from app.merchants import statements
from app.merchants.models import MerchantSettlement, SettlementStatus
from app.merchants.settling import NotSettled, Outcome, SettlementRules, settle
from app.messaging.models import OutboxMessage
from app.payouts.answering import called_back
from app.payouts.models import Payout, PayoutAttempt
from app.payouts.ports import AuthLevel, Observation, ObservedStatus
from app.rewards.announcing import office_of
from tests.factories.till import Till, a_till
from tests.fakes.payments import REFUSED, UNCLEAR, FakeProvider
from tests.merchants.market import Market, Shop
from workers.merchants import settle_merchants

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 12, 4, 8, 59, tzinfo=UTC)
"""A minute before ten in Lagos."""


class Counter:
    """A till with a shop: vouchers are taken here, and providers pay the shop."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.market = Market(
            till.container.database, till.clock, till.street, _numbers=itertools.count(5_000)
        )
        self.shop = self.market.shop()

    def takes(self, amount_minor: int = 150_000) -> None:
        home = self.till.customer().household_id
        voucher = self.market.voucher(home, amount_minor=amount_minor)
        assert self.market.pays(self.shop, voucher.code).credited

    def settles(self, owed_until: datetime | None = None, shop: Shop | None = None, **given: Any) -> Outcome:
        container, now = self.till.container, self.till.clock.now()
        with container.database.unit_of_work() as session:
            return settle(
                session,
                (shop or self.shop).id,
                rules=SettlementRules.of(container.settings),
                jobs=container.jobs,
                owed_until=owed_until or now,
                now=now,
                **given,
            )

    def is_told(self, outcome: Outcome, seen: Observation) -> None:
        """The company's signed word on the settlement's payment."""
        container = self.till.container
        office = office_of(container.settings, container.payment_providers, container.post)
        with container.database.unit_of_work() as session:
            paid_by = Payout.settlement_id == outcome.settlement_id
            attempt = session.scalars(
                select(PayoutAttempt).join(Payout, Payout.id == PayoutAttempt.payout_id).where(paid_by)
            ).one()
            now = self.till.clock.now()
            called_back(session, office, attempt.id, seen=seen, level=AuthLevel.SIGNED, now=now)

    @property
    def standing(self) -> tuple[int, int]:
        """What is owed, and what of it is on its way."""
        with self.till.container.database.unit_of_work() as session:
            return (
                statements.owed(session, self.shop.code),
                statements.paying(session, self.shop.code),
            )

    @property
    def settlements(self) -> list[SettlementStatus]:
        with self.till.container.database.unit_of_work() as session:
            return list(session.scalars(select(MerchantSettlement.status).order_by(MerchantSettlement.id)))

    @property
    def heard(self) -> list[str]:
        with self.till.container.database.unit_of_work() as session:
            mine = select(OutboxMessage.template).where(OutboxMessage.phone == self.shop.phone)
            return list(session.scalars(mine.order_by(OutboxMessage.id)))


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def counter(database_url: str, provider: FakeProvider) -> Iterator[Counter]:
    with a_till(database_url, "pretend") as till:
        till.employ(pretend=provider)
        yield Counter(till)


def test_what_is_owed_is_on_its_way_and_then_paid(counter: Counter) -> None:
    counter.takes()
    counter.takes(50_000)
    outcome = counter.settles()
    assert (outcome.amount_minor, outcome.why_not) == (200_000, None)
    assert counter.standing == (0, 200_000)
    counter.takes(30_000)  # comes to be owed meanwhile
    counter.till.work()
    assert counter.standing == (30_000, 0)
    assert counter.till.float_of("pretend") == 200_000
    assert counter.settlements == [SettlementStatus.PAID]
    assert counter.heard == ["settlement.paid"]
    counter.market.check_book()


def test_a_failed_settlement_is_owed_again_and_paid_the_next_time(
    counter: Counter, provider: FakeProvider
) -> None:
    provider.answers = deque([REFUSED])
    counter.takes()
    counter.settles()
    counter.till.work()
    assert (counter.standing, counter.settlements) == ((150_000, 0), [SettlementStatus.GIVEN_BACK])
    counter.settles()
    counter.till.work()
    assert (counter.standing, counter.till.float_of("pretend")) == ((0, 0), 150_000)
    assert counter.heard == ["settlement.given_back", "settlement.paid"]
    counter.market.check_book()


def test_what_the_company_takes_back_is_owed_again_and_paid_the_next_time(counter: Counter) -> None:
    """Its word counts once, however often it comes."""
    counter.takes()
    outcome = counter.settles()
    counter.till.work()
    assert (counter.standing, counter.heard) == ((0, 0), ["settlement.paid"])
    for _ in range(2):
        counter.is_told(outcome, Observation(ObservedStatus.REVERSED, amount_minor=150_000, currency="NGN"))
    assert (counter.standing, counter.settlements) == ((150_000, 0), [SettlementStatus.REVERSED])
    assert counter.till.float_of("pretend") == 0
    assert counter.heard == ["settlement.paid", "settlement.taken_back"]
    counter.takes(30_000)
    assert counter.settles().amount_minor == 180_000
    counter.till.work()
    assert (counter.standing, counter.till.float_of("pretend")) == ((0, 0), 180_000)
    counter.market.check_book()


def test_while_the_fate_of_one_is_unknown_no_other_is_made(counter: Counter, provider: FakeProvider) -> None:
    provider.answers = deque([UNCLEAR])
    counter.takes()
    counter.settles()
    counter.till.work()
    counter.takes()
    for _ in range(3):
        counter.till.work(HOUR)
        assert counter.settles().why_not is NotSettled.ON_ITS_WAY
    assert counter.standing == (150_000, 150_000)
    assert len(provider.asked) == 1
    counter.market.check_book()


def test_asked_for_many_times_at_once_it_is_settled_once(counter: Counter) -> None:
    counter.takes()
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: counter.settles().why_not, range(8)))
    assert sorted(map(str, told)) == sorted(map(str, [None, *[NotSettled.ON_ITS_WAY] * 7]))
    assert counter.standing == (0, 150_000)
    counter.till.work()
    assert counter.till.float_of("pretend") == 150_000


def test_only_what_was_owed_by_then_is_settled_and_little_waits(counter: Counter) -> None:
    counter.takes()
    until = counter.till.clock.now() + timedelta(seconds=1)
    counter.till.clock.offset += timedelta(days=1)
    counter.takes(60_000)
    assert counter.settles(until).amount_minor == 150_000
    counter.till.work()
    assert counter.standing == (60_000, 0)
    # What was taken since is not settled by asking for the same day again.
    assert counter.settles(until).why_not is NotSettled.TOO_LITTLE
    assert counter.settles().why_not is NotSettled.TOO_LITTLE
    counter.takes(60_000)
    assert counter.settles().amount_minor == 120_000


def test_a_shop_that_is_taken_off_the_list_is_still_paid(counter: Counter) -> None:
    counter.takes()
    counter.market.close(counter.shop)
    counter.settles()
    counter.till.work()
    assert counter.settlements == [SettlementStatus.PAID]


def test_every_friday_at_ten_and_once_that_day(counter: Counter, provider: FakeProvider) -> None:
    provider.answers = deque([REFUSED])
    container = counter.till.container
    counter.takes()
    counter.till.clock.travel_to(FRIDAY)
    assert settle_merchants(container) == 0
    counter.till.clock.travel_to(FRIDAY + timedelta(minutes=2))
    assert settle_merchants(container) == 1
    counter.till.work()
    assert settle_merchants(container) == 0, "a failed one is looked at by somebody, or waits a week"
    assert counter.settlements == [SettlementStatus.GIVEN_BACK]
    counter.till.clock.travel_to(FRIDAY + timedelta(days=7, hours=3))
    assert settle_merchants(container) == 1
    counter.till.work()
    assert counter.settlements == [SettlementStatus.GIVEN_BACK, SettlementStatus.PAID]


def test_nobody_who_pays_is_a_named_reason(counter: Counter) -> None:
    counter.takes()
    with counter.till.container.database.unit_of_work() as session:
        merchants.change(session, counter.shop.id, {"provider": "elsewhere"}, counter.till.clock.now())
    assert counter.settles().why_not is NotSettled.NOBODY_PAYS
    assert counter.standing == (150_000, 0)
