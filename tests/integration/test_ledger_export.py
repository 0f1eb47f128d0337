"""The book as accountants' own tools read it, and what `ledger check` proves of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Balance, Transaction
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import Database
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.ledger import journal, reading
from app.ledger import service as ledger
from app.ledger.journal import Format
from app.payouts import holds
from tests.factories.purse import a_purse
from tests.factories.street import Street, a_street

LAGOS = "Africa/Lagos"


def written(database: Database, style: Format) -> str:
    with database.snapshot() as session:
        chunks = journal.write(session, style, name='The "Green" programme', timezone=LAGOS)
        return "".join(chunk.text for chunk in chunks)


@pytest.fixture
def street(database: Database, clock: FixedClock) -> Street:
    """Earned 1,000.00 one day, and at half past midnight of the next set 250.50 aside, 50.50 of it paid."""
    street = a_street(database, clock.now(), credit_minor=100_000)
    later = clock.now().replace(hour=23, minute=30)
    with database.unit_of_work() as session:
        accounts = ledger.household_accounts(session, street.household_id)
        provider = ledger.named(session, ledger.float_code("at-airtime"))
        for key, way, amount in (
            ("reserve", (accounts.credit_id, accounts.hold_id), 25_050),
            ("settle", (accounts.hold_id, provider), 5_050),
        ):
            ledger.transfer(
                session,
                key=key,
                kind=f"payout_{key}",
                postings=[ledger.Posting(*way, amount)],
                reason='said "please";\nand | more',
                cause=ledger.Cause("payout", new_id()),
                effective_at=later,
                now=later + timedelta(days=2),
            )
    return street


def test_beancount_finds_nothing_wrong_and_comes_to_the_same_sums(database: Database, street: Street) -> None:
    entries, errors, options = loader.load_string(written(database, Format.BEANCOUNT))
    assert errors == []
    assert options["operating_currency"] == ["NGN"]
    made = [entry for entry in entries if isinstance(entry, Transaction)]
    assert [str(entry.date) for entry in made] == ["2026-03-03", "2026-03-04", "2026-03-04"]  # days of Lagos
    standing = {entry.account: entry.amount.number for entry in entries if isinstance(entry, Balance)}
    assert standing == {
        f"Liabilities:Households:Credit:{_capital(street)}": Decimal("-749.50"),
        f"Liabilities:Households:Hold:{_capital(street)}": Decimal("-200.00"),
        "Assets:Float:At-airtime": Decimal("-50.50"),
        "Expenses:Programme": Decimal("1000.00"),
    }


def test_beancount_notices_a_journal_that_was_tampered_with(database: Database, street: Street) -> None:
    book = written(database, Format.BEANCOUNT)
    first = (
        f"Liabilities:Households:Credit:{_capital(street)}  -1000.00 NGN\n  Expenses:Programme  1000.00 NGN"
    )
    assert first in book
    forged = book.replace(first, first.replace("1000.00", "1100.00"))
    _, errors, _ = loader.load_string(forged)
    assert errors


def test_hledgers_journal_says_the_same(database: Database, street: Street) -> None:
    book = written(database, Format.HLEDGER)
    assert "commodity 1000.00 NGN\n" in book
    assert "2026-03-04 * (" in book
    assert 'payout_settle | said "please", and / more\n' in book
    assert f"    Liabilities:Households:Hold:{_capital(street)}  50.50 NGN\n" in book
    assert book.endswith("    Expenses:Programme  0 NGN = 1000.00 NGN\n")


def test_an_empty_book_can_be_written(database: Database) -> None:
    for style in Format:
        assert "Green" in written(database, style)


def test_a_snapshot_reads_one_moment_keeps_nobody_waiting_and_writes_nothing(
    database: Database, clock: FixedClock
) -> None:
    street = a_street(database, clock.now(), credit_minor=100)
    with database.snapshot() as session:
        assert ledger.balance(session, street.household_id) == 100
        with database.unit_of_work() as other:
            accounts = ledger.household_accounts(other, street.household_id)
            ledger.transfer(
                other,
                key="meanwhile",
                kind="payout_reserve",
                postings=[ledger.Posting(accounts.credit_id, accounts.hold_id, 40)],
                reason="meanwhile",
                cause=ledger.Cause("payout", new_id()),
                effective_at=clock.now(),
                now=clock.now(),
            )
        assert ledger.balance(session, street.household_id) == 100
        with pytest.raises(DBAPIError, match="read"):
            session.execute(text("UPDATE households SET name = 'nobody'"))


def test_what_is_on_hold_is_what_is_being_paid_out(database_url: str) -> None:
    with a_purse(database_url) as purse:
        payout_id = purse.redeem(50_000)
        for _ in range(2):
            with purse.database.snapshot() as session:
                assert holds.check(session) == []
            purse.work()
        with purse.database.unit_of_work() as session:
            assert [held.balance_minor for held in reading.holds(session)] == [0]
            session.execute(
                text("UPDATE payouts SET status = 'pending' WHERE id = :id"),
                {"id": _stored(purse.database, payout_id)},
            )
            (problem,) = holds.check(session)
        assert "0 on hold" in problem
        assert "50000" in problem


def _stored(database: Database, payout_id: object) -> str:
    return str(payout_id).replace("-", "") if database.dialect == "sqlite" else str(payout_id)


def _capital(street: Street) -> str:
    name = str(street.household_id)
    return name[0].upper() + name[1:]
