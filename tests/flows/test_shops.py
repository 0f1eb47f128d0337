"""A merchant by text and by keypad; a household asking for its codes; and strangers who try."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel.check_digits import check_digit
from app.kernel.ids import new_id
from app.kernel.phone import Phone as Number
from app.ledger import reading
from app.ledger import service as ledger
from app.ledger.statements import balance_of
from app.merchants import service as merchants
from app.messaging.models import InboxMessage
from app.payouts import holds
from app.rewards.models import Redemption, Reward, RewardKind
from app.rewards.vouchers import codes, ending, issuing
from app.rewards.vouchers.models import Voucher
from app.rewards.vouchers.rules import VoucherRules
from tests.factories.shop import a_bonus, a_reward
from tests.flows.dialling import Keypad
from tests.flows.phones import Phone, Town

SHOP = "+2348000005001"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is said here is done on both databases in tests/merchants."""


@dataclass
class HighStreet:
    town: Town
    shop_id: UUID
    shop_code: str

    @property
    def shop(self) -> Phone:
        return self.town.phone(SHOP)

    @property
    def keypad(self) -> Keypad:
        return Keypad(self.town, SHOP)

    @property
    def owed_minor(self) -> int:
        with self.town.database.unit_of_work() as session:
            return balance_of(session, ledger.merchant_code(self.shop_code))

    def voucher(self, amount_minor: int = 50_000) -> str:
        """The code of one of Amina's."""
        town = self.town
        with town.database.unit_of_work() as session:
            redemption = Redemption(
                key=str(new_id()),
                household_id=town.street.household_id,
                reward_id=session.scalars(select(Reward.id)).first(),
                amount_minor=amount_minor,
                payee_phone=town.street.phone,
                created_at=town.now,
                updated_at=town.now,
            )
            session.add(redemption)
            session.flush()
            made: Voucher = issuing.issue(
                session,
                redemption_id=redemption.id,
                household_id=town.street.household_id,
                amount_minor=amount_minor,
                what="Food",
                rules=VoucherRules.of(town.talk.settings),
                now=town.now,
            )
            return made.code


@pytest.fixture
def high_street(town: Town) -> HighStreet:
    town.credit(300_000)
    with town.database.unit_of_work() as session:
        shop = merchants.create(
            session,
            code="NKECHI",
            name="Mama Nkechi",
            phones=[Number(SHOP)],
            zone_id=town.street.zone_id,
            language="en",
            payee_phone=Number(SHOP),
            provider=None,
            now=town.now,
        )
    return HighStreet(town, shop.id, shop.code)


def slipped(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_a_shop_takes_a_voucher_by_text_and_both_sides_know(high_street: HighStreet) -> None:
    code = high_street.voucher()
    tail = code[-4:]
    high_street.shop.says(f"PAID {codes.spoken(code)}").hears(
        f"OK! Voucher ending {tail}: N500. Give the goods. We now owe you N500."
    )
    assert [
        sent.body for sent in high_street.town.post.sent if sent.phone == high_street.town.street.phone
    ] == [f"Mama Nkechi has taken your voucher ending {tail}: N500. If you did not give it to them, tell us."]
    high_street.shop.says(f"paid {code}").hears("credited already", tail, "Mon 23 Nov", "We owe you N500")
    assert high_street.owed_minor == 50_000


@pytest.mark.parametrize(
    "written", ["PAID{0}", "Paid: {0}", "paid-{0}", "{0}", "SANWO {0}", "lipwa {0}", "Encaisser {0}"]
)
def test_a_shop_is_heard_however_it_writes(high_street: HighStreet, written: str) -> None:
    high_street.shop.says(written.format(high_street.voucher()))
    assert high_street.owed_minor == 50_000


def test_a_slip_is_named_and_the_code_alone_may_follow(high_street: HighStreet) -> None:
    code = high_street.voucher()
    shop = high_street.shop
    shop.says("PAID").hears("10 digits")
    shop.says("12345").hears("has 10 digits")
    shop.says(slipped(code)).hears("There is a slip in that code")
    assert high_street.owed_minor == 0
    shop.says(code).hears("OK!")
    assert high_street.owed_minor == 50_000


def test_reasons_why_not_are_told_and_nothing_is_credited(high_street: HighStreet) -> None:
    town, shop = high_street.town, high_street.shop
    old = high_street.voucher()
    shop.says("PAID 9000000000").hears("slip")
    unknown = "900000000" + check_digit("900000000")
    shop.says(f"PAID {unknown}").hears("No voucher has that code")
    town.later(days=40)
    shop.says(f"PAID {old}").hears(f"Voucher ending {old[-4:]} was good until Wed 23 Dec")
    with town.database.unit_of_work() as session:
        merchants.change(session, high_street.shop_id, {"active": False}, town.now)
    shop.says(f"PAID {high_street.voucher()}").hears("does not take Weighback vouchers")
    assert high_street.owed_minor == 0


def test_wrong_guesses_by_text_are_counted_though_nothing_came_of_them(high_street: HighStreet) -> None:
    code = high_street.voucher()
    for number in range(5):
        digits = f"90000000{number}"
        high_street.shop.says(f"PAID {digits}{check_digit(digits)}").hears("No voucher has that code")
    high_street.shop.says(f"PAID {code}").hears("Too many wrong codes")
    high_street.town.later(hours=1)
    high_street.shop.says(f"PAID {code}").hears("OK!")


def test_whoever_is_no_shop_gets_a_plain_answer(high_street: HighStreet) -> None:
    code = high_street.voucher()
    amina, stranger = high_street.town.amina, high_street.town.phone(7777)
    for phone in (amina, stranger):
        phone.says(f"PAID {code}").hears("Only shops that work with Weighback can take vouchers")
    assert high_street.owed_minor == 0
    # And no code alone is heard from them as anything.
    stranger.says(code).hears("JOIN")


def test_a_busy_shop_is_not_told_to_wait(high_street: HighStreet) -> None:
    for number in range(70):
        high_street.shop.says(f"PAID {number}")
        high_street.town.later(minutes=5)
    high_street.shop.says(f"PAID {high_street.voucher()}").hears("OK!")


def test_a_shop_asks_what_it_is_owed(high_street: HighStreet) -> None:
    for _ in range(2):
        high_street.shop.says(f"PAID {high_street.voucher()}")
    high_street.shop.says("STATEMENT").hears(
        "Mama Nkechi, since Sat 24 Oct: vouchers N1,000 (2), paid to you N0. We now owe you N1,000."
    )
    # To a household it is another word for its history.
    high_street.town.amina.says("STATEMENT").hears("spent N500")


def test_a_shop_by_keypad(high_street: HighStreet) -> None:
    code = high_street.voucher()
    pad = high_street.keypad
    pad.dials().sees("Mama Nkechi", "1 Take a voucher", "2 What you owe me")
    pad.presses("1").sees("Code on the voucher, 10 digits:")
    pad.types(slipped(code)).sees("There is a slip")
    pad.types(code).ends("OK!", "We now owe you N500.")
    assert high_street.owed_minor == 50_000
    # The screen goes away: the shop keeps a text.
    assert [sent.key for sent in high_street.town.post.sent if sent.phone == SHOP] == ["paid.taken"]
    pad.dials().presses("2").ends("since Sat 24 Oct: vouchers N500 (1)")


def test_a_shop_that_is_a_household_too_finds_both(high_street: HighStreet) -> None:
    high_street.shop.joins("Nkechi Eze")
    pad = high_street.keypad
    pad.dials().sees("Mama Nkechi", "5 My household").presses("5").sees("Next pickup", "My credit")
    high_street.shop.says("BALANCE").hears("Nkechi Eze, your credit is N0")
    high_street.shop.says(f"PAID {high_street.voucher()}").hears("OK!")


def test_a_household_sees_its_codes_again(high_street: HighStreet) -> None:
    amina = high_street.town.amina
    amina.says("VOUCHER").hears("You have no voucher")
    first, second = high_street.voucher(), high_street.voucher(20_000)
    amina.says("VOUCHER").hears(
        f"{codes.spoken(first)}: N500, until Wed 23 Dec", f"{codes.spoken(second)}: N200"
    )
    amina.says("vocha yangu").hears(codes.spoken(first))
    amina.says("HISTORY").hears("spent N500", "spent N200")
    amina.says("BALANCE").hears("N2,300", "2 vouchers: N700, first until Wed 23 Dec").hears_nothing_of("way")
    high_street.shop.says(f"PAID {first}")
    amina.says("BALANCE").hears(f"Voucher ...{second[-4:]}: N200, until Wed 23 Dec")
    amina.says("VOUCHER").hears(codes.spoken(second)).hears_nothing_of(codes.spoken(first))


def test_a_phone_that_is_new_in_the_home_does_not_hear_its_codes(high_street: HighStreet) -> None:
    town = high_street.town
    code = high_street.voucher()
    town.amina.says("PHONES 0800 000 0222").says("1")
    new = town.phone(222)
    new.says("ACCEPT")
    new.says("VOUCHER").hears_nothing_of(codes.spoken(code))
    assert "N" in (new.heard or "")
    with town.database.unit_of_work() as session:
        bodies = session.scalars(select(InboxMessage.body).where(InboxMessage.phone == new.number)).all()
    assert "VOUCHER" in bodies


def test_from_credit_with_a_sponsors_extra_to_the_shop_or_back_to_both(high_street: HighStreet) -> None:
    """One voucher is taken, the other expires: the household and the sponsor each have their own again."""
    town, amina = high_street.town, high_street.town.amina
    with town.database.unit_of_work() as session:
        food = a_reward(session, "FOOD", RewardKind.VOUCHER, town.now, merchant_id=high_street.shop_id)
        a_bonus(session, food.id, town.now)
    for _ in range(2):
        amina.says("REDEEM food 500").hears("Lagos Cola adds N50.").says("1")
        town.later(minutes=1)
    used, kept = [
        "".join(re.findall(r"\d{3} \d{3} \d{4}", sent.body))
        for sent in town.post.sent
        if sent.key == "voucher.issued"
    ]
    amina.says("VOUCHER").hears(f"{used}: N550", "at Mama Nkechi").hears_nothing_of(kept)
    high_street.shop.says(f"PAID {used}").hears("N550", "We now owe you N550")
    town.later(days=31)
    ender = ending.Ender(town.post, VoucherRules.of(town.talk.settings))
    with town.database.unit_of_work() as session:
        assert ending.expire_one(session, ender, town.now)
        assert balance_of(session, "sponsor:COLA") == 100_000 - 5_000
        assert reading.check(session) == []
        assert holds.check(session, [issuing.claims(session)]) == []
    assert (town.balance_minor(), high_street.owed_minor) == (300_000 - 50_000, 55_000)
    high_street.shop.says(f"PAID {kept}").hears("was good until")
