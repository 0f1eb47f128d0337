"""Payouts that are nobody's airtime: a merchant is paid what it is owed, by the same rules."""

from __future__ import annotations

from collections import deque
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import InsufficientBalance
from app.ledger import reading
from app.ledger import service as ledger
from app.merchants.models import Merchant, MerchantSettlement
from app.payouts import holds
from app.payouts import service as payouts
from app.payouts.statuses import PayoutStatus
from tests.factories import neighbourhood
from tests.factories.till import Till, a_till
from tests.fakes.payments import PAID, REFUSED, UNCLEAR, FakeProvider

OWED_MINOR = 80_000
PAYEE = "+2348000000077"
PAYABLE = ledger.merchant_code("MAMA")
HOLD = ledger.merchant_hold_code("MAMA")


def owe(till: Till) -> payouts.Purse:
    now = till.clock.now()
    with till.container.database.unit_of_work() as session:
        payable = ledger.named(session, PAYABLE, currency=till.container.settings.currency)
        expense = ledger.named(session, ledger.PROGRAMME_EXPENSE)
        ledger.transfer(
            session,
            key="owed",
            kind="voucher_paid",
            postings=[ledger.Posting(expense, payable, OWED_MINOR)],
            reason="vouchers",
            cause=ledger.Cause("merchant", payable),
            effective_at=now,
            now=now,
        )
        return payouts.Purse(payable, ledger.named(session, HOLD))


def a_settlement(session: Session, till: Till, amount_minor: int) -> UUID:
    """Of a shop of its own: one shop has one settlement on its way at a time."""
    code, now = f"S{amount_minor}", till.clock.now()
    zone = neighbourhood.zone(session, now, code=code)
    shop = Merchant(
        code=code,
        name=code,
        zone_id=zone.id,
        language="en",
        payee_phone=PAYEE,
        created_at=now,
        updated_at=now,
    )
    session.add(shop)
    session.flush()
    settlement = MerchantSettlement(
        merchant_id=shop.id,
        amount_minor=amount_minor,
        currency=till.container.settings.currency,
        owed_until=now,
        created_at=now,
        updated_at=now,
    )
    session.add(settlement)
    session.flush()
    return settlement.id


def settle(till: Till, purse: payouts.Purse, amount_minor: int) -> UUID:
    with till.container.database.unit_of_work() as session:
        payout = payouts.request(
            session,
            purse=purse,
            purpose=payouts.Purpose(settlement_id=a_settlement(session, till, amount_minor)),
            amount_minor=amount_minor,
            payee_phone=PAYEE,
            candidates=["fake"],
            now=till.clock.now(),
            jobs=till.container.jobs,
        )
        return payout.id


def standing(till: Till) -> dict[str, int]:
    with till.container.database.unit_of_work() as session:
        assert holds.check(session) == []
        return {view.code: view.balance_minor for view in reading.accounts(session)}


def test_a_merchant_is_paid_what_it_is_owed_or_keeps_it(database_url: str) -> None:
    with a_till(database_url, "fake") as till:
        till.employ(fake=FakeProvider(answers=deque([UNCLEAR, PAID, REFUSED])))
        purse = owe(till)
        unclear, _paid, refused = (settle(till, purse, amount) for amount in (10_000, 20_000, 50_000))
        with pytest.raises(InsufficientBalance):
            settle(till, purse, 1)
        assert standing(till)[HOLD] == OWED_MINOR
        till.work()
        now = standing(till)
        assert (now[PAYABLE], now[HOLD], now["float:fake"]) == (50_000, 10_000, 20_000)
        assert (till.status(unclear), till.status(refused)) == (PayoutStatus.UNKNOWN, PayoutStatus.FAILED)
        till.check_book()
        with till.container.database.unit_of_work() as session:
            claim = {purse.hold_account_id: 1}
            (problem,) = holds.check(session, [claim])
        assert problem == f"{HOLD} has 10000 on hold, but what it is held for comes to 10001"


COPIED_ATTEMPT = """
    INSERT INTO payout_attempts (id, payout_id, provider, reference, body, body_sha256, open, created_at)
    SELECT payout_id, payout_id, provider, 'forged', body, body_sha256, {open}, created_at FROM payout_attempts"""


def test_the_database_refuses_a_second_open_attempt_and_a_reference_used_twice(database_url: str) -> None:
    with a_till(database_url, "fake") as till:
        till.employ(fake=FakeProvider(answers=deque([UNCLEAR])))
        till.redeem(till.customer())
        till.work()
        with till.container.database.unit_of_work() as session:
            for flaw in (
                COPIED_ATTEMPT.format(open="true"),
                COPIED_ATTEMPT.format(open="false").replace("'forged'", "reference"),
            ):
                with pytest.raises(IntegrityError), session.begin_nested():
                    session.execute(text(flaw))
            session.execute(text(COPIED_ATTEMPT.format(open="false")))
