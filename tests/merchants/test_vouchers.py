"""A voucher is good once, whole, until it expires; and every reason why not is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import IllegalTransition, InsufficientBalance
from app.rewards.models import RedemptionStatus
from app.rewards.vouchers import codes, ending, issuing
from app.rewards.vouchers.models import Voucher, VoucherStatus
from app.rewards.vouchers.paying import Verdict
from tests.merchants.market import EARNED_MINOR, FACE_MINOR, Market


def test_a_voucher_moves_from_credit_to_hold_to_what_the_shop_is_owed(market: Market) -> None:
    home, shop = market.household(), market.shop()
    voucher = market.voucher(home)
    assert market.standing(home) == (EARNED_MINOR - FACE_MINOR, FACE_MINOR)
    answer = market.pays(shop, codes.spoken(voucher.code))
    assert (answer.verdict, answer.owed_minor) == (Verdict.TAKEN, FACE_MINOR)
    assert market.standing(home) == (EARNED_MINOR - FACE_MINOR, 0)
    assert market.owed(shop) == FACE_MINOR
    seen, redemption = market.see(voucher)
    assert (seen.status, seen.paid_to_id, seen.paid_through) == (VoucherStatus.PAID, shop.id, shop.phone)
    assert redemption.status is RedemptionStatus.PAID
    tail = voucher.code[-4:]
    assert market.heard("voucher.taken") == [
        f"Mama Nkechi has taken your voucher ending {tail}: N500. If you did not give it to them, tell us."
    ]
    assert market.heard("paid.taken") == []  # the shop's own text was answered
    market.check_book()


def test_the_same_code_again_from_the_same_shop_changes_nothing(market: Market) -> None:
    home, shop = market.household(), market.shop()
    voucher = market.voucher(home)
    market.pays(shop, voucher.code)
    market.pass_time(hours=2)
    again = market.pays(shop, voucher.code)
    assert (again.verdict, again.owed_minor) == (Verdict.TAKEN_BEFORE, FACE_MINOR)
    assert market.owed(shop) == FACE_MINOR
    assert len(market.heard("voucher.taken")) == 1


def test_who_has_no_credit_gets_no_voucher(market: Market) -> None:
    home = market.household(FACE_MINOR - 1)
    with pytest.raises(InsufficientBalance):
        market.voucher(home)
    assert market.standing(home) == (FACE_MINOR - 1, 0)
    with market.database.unit_of_work() as session:
        assert session.scalars(select(Voucher)).all() == []


def test_every_reason_why_not_is_told_apart(market: Market) -> None:
    home, shop, other = market.household(), market.shop(), market.shop("Musa Stores")
    spent, elsewhere, expired = (
        market.voucher(home),
        market.voucher(home, only_at=other),
        market.voucher(home),
    )
    market.pays(other, spent.code)
    assert market.pays(shop, spent.code).verdict is Verdict.SPENT
    refused = market.pays(shop, elsewhere.code)
    assert (refused.verdict, refused.only_at) == (Verdict.ELSEWHERE, "Musa Stores")
    assert market.pays(other, elsewhere.code).verdict is Verdict.TAKEN
    assert market.pays(shop, "").verdict is Verdict.EMPTY
    assert market.pays(shop, "48219").verdict is Verdict.LENGTH
    swapped = expired.code[1] + expired.code[0] + expired.code[2:]
    if swapped != expired.code:
        assert market.pays(shop, swapped).verdict is Verdict.SLIP
    market.pass_time(days=31)
    # Before the worker has given it back, and after.
    assert market.pays(shop, expired.code).verdict is Verdict.EXPIRED
    market.work()
    assert market.pays(shop, expired.code).verdict is Verdict.EXPIRED
    market.close(shop)
    assert market.pays(shop, expired.code).verdict is Verdict.INACTIVE
    assert (market.owed(shop), market.owed(other)) == (0, 2 * FACE_MINOR)
    market.check_book()


def test_two_shops_at_once_for_one_voucher_one_wins(market: Market) -> None:
    home, shops = market.household(), [market.shop(f"Shop {n}") for n in range(6)]
    vouchers = [market.voucher(home, amount_minor=10_000) for _ in range(4)]
    for voucher in vouchers:
        with ThreadPoolExecutor(len(shops)) as pool:
            told = list(pool.map(lambda shop, code=voucher.code: market.pays(shop, code).verdict, shops))
        assert sorted(told) == sorted([Verdict.TAKEN, *[Verdict.SPENT] * 5])
    assert sum(market.owed(shop) for shop in shops) == 40_000
    assert market.standing(home) == (EARNED_MINOR - 40_000, 0)
    market.check_book()


def test_one_shop_that_sends_a_code_many_times_at_once_is_credited_once(market: Market) -> None:
    home, shop = market.household(), market.shop()
    voucher = market.voucher(home)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: market.pays(shop, voucher.code).verdict, range(8)))
    assert sorted(told) == sorted([Verdict.TAKEN, *[Verdict.TAKEN_BEFORE] * 7])
    assert market.owed(shop) == FACE_MINOR


def test_taking_and_expiring_at_once_is_one_or_the_other(market: Market) -> None:
    home, shop = market.household(), market.shop()
    for _ in range(4):
        voucher = market.voucher(home, amount_minor=10_000)
        end = voucher.expires_at
        with ThreadPoolExecutor(2) as pool:
            taking = pool.submit(market.pays, shop, voucher.code, now=end - timedelta(seconds=1))
            pool.submit(market.expire, end).result()
            verdict = taking.result().verdict
        status = market.see(voucher)[0].status
        assert (verdict, status) in {
            (Verdict.TAKEN, VoucherStatus.PAID),
            (Verdict.EXPIRED, VoucherStatus.EXPIRED),
        }
    credit, hold = market.standing(home)
    assert hold == 0
    assert credit + market.owed(shop) == EARNED_MINOR
    market.check_book()


def test_who_asks_on_the_last_day_may_still_spend_it_and_is_told_before_and_after(market: Market) -> None:
    home, shop = market.household(), market.shop()
    kept, used = market.voucher(home), market.voucher(home)
    # Made on Tuesday 3 March; thirty days later is Thursday 2 April, all of it, in Lagos.
    assert kept.last_day.isoformat() == "2026-04-02"
    market.pass_time(days=27, hours=11, minutes=30)  # half past midnight in Lagos: nobody is woken
    market.work()
    assert market.heard("voucher.expires") == []
    market.pass_time(hours=9)
    market.work()
    market.work()
    assert sorted(market.heard("voucher.expires")) == sorted(
        f"Your voucher ending {one.code[-4:]}, N500, is good until Thu 2 Apr. After that its worth comes back to "
        "your credit. Text VOUCHER to see its code."
        for one in (kept, used)
    )
    market.pass_time(days=2, hours=13, minutes=29)  # 22:59 on the last day
    market.work()
    assert market.pays(shop, used.code).verdict is Verdict.TAKEN
    assert market.heard("voucher.expired") == []
    market.pass_time(minutes=61)
    market.work()
    market.work()
    assert market.heard("voucher.expired") == [
        f"Your voucher ending {kept.code[-4:]} was not used in time. N500 is back on your credit, which is now N1,500."
    ]
    assert market.standing(home) == (EARNED_MINOR - FACE_MINOR, 0)
    assert market.see(kept)[1].status is RedemptionStatus.GIVEN_BACK
    market.check_book()


def test_the_office_can_take_back_an_open_voucher_and_no_other(market: Market) -> None:
    home, shop = market.household(), market.shop()
    voucher, taken = market.voucher(home), market.voucher(home)
    market.pays(shop, taken.code)
    ender = ending.Ender(market.post, market.rules)
    with market.database.unit_of_work() as session:
        ending.cancel(session, ender, voucher.id, market.now)
    with market.database.unit_of_work() as session, pytest.raises(IllegalTransition):
        ending.cancel(session, ender, taken.id, market.now)
    assert market.standing(home) == (EARNED_MINOR - FACE_MINOR, 0)
    assert market.pays(shop, voucher.code).verdict is Verdict.CANCELLED
    assert len(market.heard("voucher.cancelled")) == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["make", "take", "again", "wait", "cancel"]), st.integers(0, 5), st.integers(0, 1)
    ),
    max_size=14,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_credit_held_owed_is_what_was_earned(
    market: Market, steps: list[tuple[str, int, int]]
) -> None:
    """Available + on hold + owed to shops = earned; the hold is the open vouchers; each code pays once."""
    home, shops = market.household(), [market.shop("One"), market.shop("Two")]
    made: list[Voucher] = []
    owed_before = sum(market.owed(shop) for shop in shops)
    ender = ending.Ender(market.post, market.rules)
    for step, which, whose in steps:
        voucher = made[which % len(made)] if made else None
        if step == "make" and market.standing(home)[0] >= FACE_MINOR:
            made.append(market.voucher(home))
        elif step in {"take", "again"} and voucher:
            market.pays(shops[whose], voucher.code)
        elif step == "wait":
            market.pass_time(days=11)
            market.work()
        elif step == "cancel" and voucher:
            with market.database.unit_of_work() as session:
                if issuing.get(session, voucher.id).status is VoucherStatus.OPEN:
                    ending.cancel(session, ender, voucher.id, market.now)
        credit, hold = market.standing(home)
        seen = [market.see(one)[0] for one in made]
        paid = sum(one.amount_minor for one in seen if one.status is VoucherStatus.PAID)
        still_open = sum(one.amount_minor for one in seen if one.status is VoucherStatus.OPEN)
        assert hold == still_open
        assert sum(market.owed(shop) for shop in shops) - owed_before == paid
        assert credit + hold + paid == EARNED_MINOR
    market.check_book()
