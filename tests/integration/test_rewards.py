"""Money that rewards move, under every order of events and many at once: none is made, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.db import Database
from app.errors import Conflict, InsufficientBalance, NoNeighbour, OutOfStock, WeighbackError
from app.jobs import DbosJobs
from app.ledger import reading
from app.ledger import service as ledger
from app.payouts import booking, holds
from app.payouts.models import Payout
from app.payouts.statuses import PayoutStatus
from app.payouts.turning import move
from app.rewards import goals, holding
from app.rewards import service as rewards
from app.rewards.announcing import Announcer
from app.rewards.giving_back import GIVEN_BACK
from app.rewards.models import Bonus, Redemption, RedemptionStatus, Reward, RewardKind
from tests.factories.shop import a_bonus, a_reward
from tests.factories.street import RecordingPost, Street, a_household, a_street, give_credit
from tests.flows.phones import MONDAY, town_settings

EARNED_MINOR = 100_000
PAID_IN_MINOR = 6_000
BUDGET_MINOR = 4_000
STOCK = 3
SCHOOL_PHONE = "+2348000009800"
_numbers = count()


@dataclass
class Shop:
    """Two neighbours with credit; airtime and a pot with a bonus, the airtime counted; a goal and gifts.

    Several may stand in one book: each has its own people, rewards and sponsor.
    """

    database: Database
    number: int
    homes: list[UUID]
    paid_before_minor: int
    """What the provider had paid out when it opened."""
    now: datetime = MONDAY
    post: RecordingPost = field(default_factory=RecordingPost)
    rules: rewards.RedemptionRules = field(
        default_factory=lambda: rewards.RedemptionRules.of(town_settings())
    )

    @classmethod
    def opened(cls, street: Street, database: Database) -> Shop:
        number = next(_numbers)
        shop = cls(database, number, [], 0)
        with database.unit_of_work() as session:
            for phone in shop.phones:
                home = a_household(session, street.zone_id, phone, MONDAY)
                give_credit(session, home, EARNED_MINOR, MONDAY)
                shop.homes.append(home)
            kinds = (RewardKind.AIRTIME, RewardKind.POT, RewardKind.GIFT, RewardKind.GOAL)
            made = {kind: a_reward(session, shop.code(kind.name), kind, MONDAY) for kind in kinds}
            made[RewardKind.AIRTIME].stock = STOCK
            made[RewardKind.GOAL].goal_payee_phone = SCHOOL_PHONE
            for kind, paid_in in ((RewardKind.AIRTIME, PAID_IN_MINOR), (RewardKind.POT, 1)):
                a_bonus(
                    session,
                    made[kind].id,
                    MONDAY,
                    sponsor=shop.code("S"),
                    budget_minor=BUDGET_MINOR,
                    paid_in_minor=paid_in,
                )
            shop.paid_before_minor = reading.balances(session).get("float:pretend", 0)
        return shop

    @property
    def phones(self) -> tuple[str, str]:
        return f"+23480000{self.number:03}01", f"+23480000{self.number:03}02"

    def code(self, name: str) -> str:
        return f"{name}{self.number}"

    def redeem(self, home: int, name: str, amount_minor: int, **more: Any) -> Redemption:
        payee = self.phones[1 - home if name == "GIFT" else home]
        with self.database.unit_of_work() as session:
            given: dict[str, Any] = {
                "key": str(uuid4()),
                "household_id": self.homes[home],
                "reward_code": self.code(name),
                "amount_minor": amount_minor,
                "payee_phone": payee,
                "now": self.now,
                "rules": self.rules,
                "post": self.post,
                "jobs": DbosJobs(self.database.engine),
            }
            return rewards.redeem(session, **{**given, **more})

    def out_of_goal(self, home: int, *, paid: bool) -> Redemption:
        with self.database.unit_of_work() as session:
            given: dict[str, Any] = {
                "key": str(uuid4()),
                "household_id": self.homes[home],
                "reward_code": self.code("GOAL"),
                "amount_minor": goals.saved(session, self.homes[home]).get(self.code("GOAL"), 1),
                "now": self.now,
            }
            if paid:
                jobs = DbosJobs(self.database.engine)
                return goals.pay_out(session, **given, rules=self.rules, jobs=jobs)
            return goals.take_back(session, **given, phone=self.phones[home])

    def end_a_payout(self, status: PayoutStatus) -> None:
        """The oldest one that is open is paid or fails; or the oldest that was paid is taken back."""
        before = PayoutStatus.PAID if status is PayoutStatus.REVERSED else PayoutStatus.RESERVED
        with self.database.unit_of_work() as session:
            payout = session.scalars(
                select(Payout)
                .where(Payout.status == before, Payout.household_id.in_(self.homes))
                .order_by(Payout.id)
                .limit(1)
                .with_for_update()
            ).one_or_none()
            if payout is None:
                return
            book: dict[PayoutStatus, Callable[[], None]] = {
                PayoutStatus.PAID: lambda: booking.settle(session, payout, "pretend", self.now),
                PayoutStatus.FAILED: lambda: booking.release(session, payout, self.now),
                PayoutStatus.REVERSED: lambda: booking.reverse(session, payout, "pretend", self.now),
            }
            book[status]()
            move(session, payout, status, Announcer(self.post, "NG"), self.now)

    def check(self) -> None:
        """Every naira is somewhere, and every counter says what the redemptions that stand come to."""
        with self.database.unit_of_work() as session:
            assert reading.check(session) == []
            assert holds.check(session, [holding.claims(session)]) == []
            standing = reading.balances(session)
            assert sum(standing.values()) == 0
            assert all(
                standing[code] >= 0 for code in standing if code.startswith(("household", "goal", "pot"))
            )
            made = session.scalars(select(Redemption).where(Redemption.household_id.in_(self.homes))).all()
            stands = [one for one in made if one.status not in GIVEN_BACK]
            for bonus in session.scalars(select(Bonus).where(Bonus.sponsor == self.code("S"))):
                used = sum(one.bonus_minor for one in stands if one.bonus_id == bonus.id)
                assert bonus.used_minor == used <= bonus.budget_minor
            promised = sum(one.bonus_minor for one in stands)
            assert standing[f"sponsor:{self.code('S')}"] == PAID_IN_MINOR + 1 - promised
            airtime = session.scalars(select(Reward).where(Reward.code == self.code("AIRTIME"))).one()
            assert airtime.stock == STOCK - sum(one.reward_id == airtime.id for one in stands)
            theirs = [ledger.standing(session, home) for home in self.homes]
            kept = sum(one.credit_minor + one.held_minor + sum(one.saved_minor.values()) for one in theirs)
            given = standing.get(f"pot:{self.code('POT')}", 0)
            paid = standing.get("float:pretend", 0) - self.paid_before_minor
            assert kept + given + paid == len(self.homes) * EARNED_MINOR + promised


@pytest.fixture
def street(database: Database) -> Street:
    return a_street(database, MONDAY)


@pytest.fixture
def shop(street: Street, database: Database) -> Shop:
    return Shop.opened(street, database)


EVENTS = st.one_of(
    st.tuples(
        st.just("redeem"),
        st.integers(0, 1),
        st.sampled_from(["AIRTIME", "POT", "GIFT", "GOAL"]),
        st.integers(1, 12).map(lambda n: n * 5_000),
    ),
    st.tuples(st.just("goal"), st.integers(0, 1), st.booleans()),
    st.tuples(
        st.just("payout"), st.sampled_from([PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.REVERSED])
    ),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, max_size=14))
def test_whatever_households_and_providers_do_no_money_is_made_or_lost(
    street: Street, database: Database, events: list[tuple[Any, ...]]
) -> None:
    shop = Shop.opened(street, database)
    for kind, *event in events:
        try:
            if kind == "redeem":
                shop.redeem(*event)
            elif kind == "goal":
                shop.out_of_goal(event[0], paid=event[1])
            else:
                shop.end_a_payout(event[0])
        except (InsufficientBalance, OutOfStock):
            pass
    shop.check()


def test_many_at_once_take_no_piece_nor_bonus_too_many_and_deadlock_nowhere(shop: Shop) -> None:
    """Both neighbours buy, give to each other and to the pot, while payouts fail."""
    for home in (0, 1):
        shop.redeem(home, "AIRTIME", 5_000)

    def one(number: int) -> type[WeighbackError] | None:
        home, what = number % 2, ("AIRTIME", "GIFT", "POT", "back")[number // 2 % 4]
        try:
            if what == "back":
                shop.end_a_payout(PayoutStatus.FAILED)
            else:
                shop.redeem(home, what, 20_000)
        except WeighbackError as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(8) as pool:
        refused = set(pool.map(one, range(32)))
    assert refused <= {None, OutOfStock, InsufficientBalance}
    shop.check()


def test_what_is_given_back_takes_its_bonus_and_its_piece_back_once(shop: Shop) -> None:
    made = shop.redeem(0, "AIRTIME", 20_000)
    assert (made.bonus_minor, made.worth_minor, made.stock_taken) == (2_000, 22_000, True)
    shop.check()
    shop.end_a_payout(PayoutStatus.FAILED)
    shop.end_a_payout(PayoutStatus.FAILED)
    with shop.database.unit_of_work() as session:
        assert session.get_one(Redemption, made.id).status is RedemptionStatus.GIVEN_BACK
        assert ledger.balance(session, shop.homes[0]) == EARNED_MINOR
    shop.check()


def test_a_bonus_is_all_or_none_within_the_budget_the_sponsors_money_and_its_time(shop: Shop) -> None:
    assert shop.redeem(0, "AIRTIME", 35_000).bonus_minor == 3_500
    assert shop.redeem(0, "AIRTIME", 10_000).bonus_minor == 0, "500 of the budget is left"
    assert shop.redeem(1, "AIRTIME", 5_000).bonus_minor == 500
    assert shop.redeem(1, "POT", 25_000).bonus_minor == 0, "2,001 of the sponsor's money is left"
    assert shop.redeem(1, "POT", 20_000).bonus_minor == 2_000
    shop.now += timedelta(days=30)
    assert shop.redeem(1, "POT", 5_000).bonus_minor == 0
    shop.check()


def test_the_same_wish_is_granted_once_and_a_repeat_is_no_refusal(shop: Shop) -> None:
    first = shop.redeem(0, "GIFT", 60_000, key="once")
    assert shop.redeem(0, "GIFT", 60_000, key="once").id == first.id
    with pytest.raises(Conflict):
        shop.redeem(0, "GIFT", 50_000, key="once")
    with pytest.raises(InsufficientBalance):
        shop.redeem(0, "GIFT", 60_000)
    with pytest.raises(NoNeighbour):
        shop.redeem(0, "GIFT", 5_000, payee_phone=shop.phones[0])
    assert [sent.phone for sent in shop.post.sent] == [shop.phones[1]]
    shop.check()


def test_savings_that_could_not_be_paid_return_to_the_goal_and_the_household_hears_so(
    shop: Shop,
) -> None:
    shop.redeem(0, "GOAL", 30_000)
    shop.out_of_goal(0, paid=True)
    shop.check()
    shop.end_a_payout(PayoutStatus.FAILED)
    with shop.database.unit_of_work() as session:
        assert goals.saved(session, shop.homes[0]) == {shop.code("GOAL"): 30_000}
    shop.out_of_goal(0, paid=True)
    shop.end_a_payout(PayoutStatus.PAID)
    shop.check()
    assert [sent.key for sent in shop.post.sent] == ["payout.goal.given_back", "payout.goal.paid"]
