"""Wrong guesses at codes are counted, limited and noticed; honest slips are none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy import func, select

from app.kernel.check_digits import check_digit
from app.merchants import service as merchants
from app.rewards.vouchers import guesses
from app.rewards.vouchers.models import VoucherGuess
from app.rewards.vouchers.paying import Verdict
from tests.merchants.market import Market, Shop


def wrong(number: int) -> str:
    digits = f"9{number:08}"
    return digits + check_digit(digits)


def guessed(market: Market) -> int:
    with market.database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(VoucherGuess)) or 0


def test_a_phone_that_guesses_must_wait_and_then_may_go_on(market: Market) -> None:
    shop, voucher = market.shop(), market.voucher(market.household())
    for number in range(2):
        assert market.pays(shop, wrong(number)).verdict is Verdict.UNKNOWN
    with structlog.testing.capture_logs() as logged:
        assert market.pays(shop, wrong(2)).verdict is Verdict.UNKNOWN
    assert [(line["event"], line["log_level"], line["locked"]) for line in logged] == [
        ("voucher.guessing", "error", False)
    ]
    # Not even a right code is looked at: an answer would be worth another guess.
    assert market.pays(shop, voucher.code).verdict is Verdict.BARRED
    assert guessed(market) == 3
    market.pass_time(minutes=61)
    assert market.pays(shop, voucher.code).verdict is Verdict.TAKEN


def test_slips_are_no_guesses(market: Market) -> None:
    shop, voucher = market.shop(), market.voucher(market.household())
    right = wrong(7)
    slip = right[:-1] + str((int(right[-1]) + 1) % 10)
    for _ in range(20):
        assert market.pays(shop, slip).verdict is Verdict.SLIP
    assert guessed(market) == 0
    assert market.pays(shop, voucher.code).verdict is Verdict.TAKEN


def test_several_phones_of_one_shop_share_its_limit(market: Market) -> None:
    shop = market.shop(phones=3)
    with market.database.unit_of_work() as session:
        phones = merchants.phones(session, [shop.id])[shop.id]
    told = [market.pays(shop, wrong(n), phone=phones[n % 3]).verdict for n in range(6)]
    assert told == [*[Verdict.UNKNOWN] * 5, Verdict.BARRED]


def test_a_right_code_in_between_forgives_nothing(market: Market) -> None:
    shop, home = market.shop(), market.household()
    for number in range(2):
        market.pays(shop, wrong(number))
        assert market.pays(shop, market.voucher(home, amount_minor=10_000).code).verdict is Verdict.TAKEN
    market.pays(shop, wrong(2))
    assert market.pays(shop, wrong(3)).verdict is Verdict.BARRED


def test_who_goes_on_guessing_is_locked_until_the_office_has_looked(market: Market) -> None:
    shop, voucher = market.shop(), market.voucher(market.household())
    told = []
    for number in range(9):
        told.append(market.pays(shop, wrong(number)).verdict)
        market.pass_time(minutes=61)
    assert told == [*[Verdict.UNKNOWN] * 8, Verdict.LOCKED]
    market.pass_time(days=2)
    assert market.pays(shop, voucher.code).verdict is Verdict.LOCKED
    with market.database.unit_of_work() as session:
        guesses.forgive(merchants.lock(session, shop.id), market.now)
    assert market.pays(shop, voucher.code).verdict is Verdict.TAKEN


def test_guesses_at_once_are_all_counted(market: Market) -> None:
    shop = market.shop()

    def guess(number: int, of: Shop = shop) -> Verdict:
        return market.pays(of, wrong(number)).verdict

    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(guess, range(10)))
    assert told.count(Verdict.UNKNOWN) == 3
    assert told.count(Verdict.BARRED) == 7
