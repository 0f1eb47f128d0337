"""Who pays: the preferred one that can and is well; and never another while the first may have paid."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.errors import Refused
from app.payouts.statuses import PayoutStatus
from app.rewards.models import Reward
from tests.factories.till import EARNED_MINOR, Till, a_till
from tests.fakes.payments import NOT_SENT, SHORT, UNCLEAR, FakeProvider

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def two_at(till: Till) -> tuple[FakeProvider, FakeProvider]:
    first, second = FakeProvider(), FakeProvider()
    till.employ(first=first, second=second)
    return first, second


def test_a_call_that_never_left_goes_to_the_next_and_the_book_names_who_paid(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        first, second = two_at(till)
        first.answers = deque([NOT_SENT])
        customer = till.customer()
        payout_id = till.redeem(customer)
        till.work()
        assert till.status(payout_id) is PayoutStatus.RESERVED
        till.work(MINUTE)
        assert (till.status(payout_id), till.payout(payout_id).provider) == (PayoutStatus.PAID, "second")
        assert (till.float_of("first"), till.float_of("second")) == (0, 50_000)
        assert (len(first.asked), len(second.asked)) == (1, 1)
        till.check_book()


def test_a_payout_whose_fate_is_unknown_stays_where_it_is(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        first, second = two_at(till)
        first.answers = deque([UNCLEAR])
        unknown, later = till.customer(), till.customer()
        payout_id = till.redeem(unknown)
        till.work()
        new = till.redeem(later)
        for _ in range(5):
            till.work(HOUR)
        assert (till.status(payout_id), till.payout(payout_id).provider) == (PayoutStatus.UNKNOWN, "first")
        assert till.standing(unknown) == (EARNED_MINOR - 50_000, 50_000)
        assert till.payout(new).provider == "first", "it was well again by then"
        assert (len(first.asked), len(second.asked)) == (2, 0)


def test_new_payouts_pass_over_one_in_trouble_until_it_is_well(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        first, _ = two_at(till)
        first.answers = deque([UNCLEAR])
        made = []
        for later in (0 * MINUTE, MINUTE, 10 * MINUTE):
            made.append(till.redeem(till.customer()))
            till.work(later)
        assert [till.payout(one).provider for one in made] == ["first", "second", "first"]


def test_too_small_a_float_is_passed_over_for_that_much_and_more(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        first, _ = two_at(till)
        first.answers = deque([SHORT])
        customer = till.customer()
        refused = till.redeem(customer, 50_000)
        till.work()
        assert till.status(refused) is PayoutStatus.FAILED
        assert till.standing(customer) == (EARNED_MINOR, 0)
        as_much, less = till.redeem(till.customer(), 50_000), till.redeem(till.customer(), 20_000)
        till.work()
        assert [till.payout(one).provider for one in (as_much, less)] == ["second", "first"]
        topped_up = till.redeem(till.customer(), 50_000)
        till.work(HOUR)
        assert till.payout(topped_up).provider == "first"


def test_one_that_cannot_pay_so_much_is_passed_over_and_where_none_can_the_credit_comes_back(
    database_url: str,
) -> None:
    with a_till(database_url, "first", "second") as till:
        first, second = two_at(till)
        first.maximum_minor, second.maximum_minor = 10_000, 60_000
        fits, too_much = till.customer(), till.customer()
        made = till.redeem(fits, 50_000), till.redeem(too_much, 100_000)
        till.work()
        assert [till.status(one) for one in made] == [PayoutStatus.PAID, PayoutStatus.FAILED]
        assert till.payout(made[0]).provider == "second"
        assert till.standing(too_much) == (EARNED_MINOR, 0)
        assert till.texts(too_much) == ["payout.given_back.company"]


def test_a_reward_may_name_the_only_one_and_a_prefix_another_order(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        two_at(till)
        prefixes = {"+23480000001": ["second", "first"]}
        settings = till.container.settings.model_copy(update={"payment_provider_prefixes": prefixes})
        object.__setattr__(till.container, "settings", settings)
        by_prefix = till.redeem(till.customer(), phone="+2348000000199")
        general = till.redeem(till.customer(), phone="+2348000000299")
        with till.container.database.unit_of_work() as session:
            session.execute(update(Reward).values(provider="second"))
        by_reward = till.redeem(till.customer(), phone="+2348000000299")
        till.work()
        chosen = [till.payout(one).provider for one in (by_prefix, general, by_reward)]
        assert chosen == ["second", "first", "second"]
        with till.container.database.unit_of_work() as session:
            session.execute(update(Reward).values(provider="somebody else"))
        with pytest.raises(Refused):
            till.redeem(till.customer())


def test_one_in_trouble_is_better_than_none_and_well_again_once_it_has_paid(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        first, second = two_at(till)
        first.answers, second.answers = deque([UNCLEAR]), deque([UNCLEAR])
        made = []
        for _ in range(4):
            made.append(till.redeem(till.customer()))
            till.work()
        assert [till.payout(one).provider for one in made] == ["first", "second", "first", "first"]


def test_an_office_can_name_who_alone_pays_a_reward_but_nobody_who_is_not_there(database_url: str) -> None:
    with a_till(database_url, "first", "second") as till:
        two_at(till)
        desk = till.key("desk")
        (reward,) = till.web.get("/api/v1/rewards", headers=desk).json()["items"]
        address = f"/api/v1/rewards/{reward['id']}"
        assert till.web.patch(address, headers=desk, json={"provider": "third"}).status_code == 422
        assert till.web.patch(address, headers=desk, json={"provider": "second"}).status_code == 200
        payout_id = till.redeem(till.customer())
        till.web.patch(address, headers=desk, json={"provider": None, "active": False})
        till.work()
        assert till.payout(payout_id).provider == "second"
        told = till.web.get(address, headers=desk).json()
        assert (told["provider"], told["active"]) == (None, False)
