"""The book, attacked: through its service, and with SQL written by hand."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import ConfigurationError, Conflict, InsufficientBalance, NotFound
from app.kernel.clock import FixedClock
from app.ledger import reading
from app.ledger import service as ledger
from app.ledger.chart import CHART, AccountKind, Heading
from app.ledger.postings import NotAPosting, Posting
from tests.factories.street import a_household, a_street, give_credit


def _spend(
    session: Session, household_id: UUID, amount_minor: int, key: str, now: datetime
) -> ledger.Transfer:
    accounts = ledger.household_accounts(session, household_id)
    return ledger.transfer(
        session,
        key=key,
        kind="reserve",
        postings=[Posting(accounts.credit_id, accounts.hold_id, amount_minor)],
        reason="airtime",
        cause=ledger.Cause("household", household_id),
        effective_at=now,
        now=now,
    )


def _move(session: Session, key: str, postings: list[Posting], now: datetime) -> ledger.Transfer:
    return ledger.transfer(
        session,
        key=key,
        kind="move",
        postings=postings,
        reason="anything",
        cause=ledger.Cause("test", postings[0].source_account_id),
        effective_at=now,
        now=now,
    )


def test_the_same_key_books_once_and_other_content_is_a_conflict(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street = a_street(database, now, credit_minor=1_000)
    with database.unit_of_work() as session:
        first = _spend(session, street.household_id, 400, "k", now)
    with database.unit_of_work() as session:
        again = _spend(session, street.household_id, 400, "k", now)
        with pytest.raises(Conflict):
            _spend(session, street.household_id, 300, "k", now)
        assert (first.first_time, again.first_time, first.id) == (True, False, again.id)
        assert ledger.balance(session, street.household_id) == 600
        assert ledger.held(session, street.household_id) == 400


def test_a_refused_transfer_leaves_the_turn_usable_and_nothing_behind(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    street = a_street(database, now, credit_minor=1_000)
    with database.unit_of_work() as session:
        with pytest.raises(InsufficientBalance):
            _spend(session, street.household_id, 1_001, "too much", now)
        _spend(session, street.household_id, 1_000, "just right", now)
    with database.unit_of_work() as session:
        keys = [row.key for row in reading.transfers(session, household_id=street.household_id)]
        assert "just right" in keys
        assert "too much" not in keys


def test_fifty_at_once_spend_a_balance_exactly(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = a_street(database, now, credit_minor=1_000)

    def spend(number: int) -> bool:
        try:
            with database.unit_of_work() as session:
                _spend(session, street.household_id, 100, f"spend {number}", now)
        except InsufficientBalance:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        spent = list(pool.map(spend, range(50)))
    assert sum(spent) == 10
    with database.unit_of_work() as session:
        assert ledger.balance(session, street.household_id) == 0
        assert ledger.held(session, street.household_id) == 1_000
        assert reading.check(session) == []


def test_fifty_at_once_under_one_key_book_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = a_street(database, now, credit_minor=1_000)

    def spend(_: int) -> ledger.Transfer:
        with database.unit_of_work() as session:
            return _spend(session, street.household_id, 100, "one key", now)

    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(spend, range(50)))
    assert sum(transfer.first_time for transfer in done) == 1
    assert len({transfer.id for transfer in done}) == 1
    with database.unit_of_work() as session:
        assert ledger.balance(session, street.household_id) == 900


def test_two_first_credits_at_once_open_one_pair_of_accounts(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    street = a_street(database, now)

    def credit(_: int) -> None:
        with database.unit_of_work() as session:
            give_credit(session, street.household_id, 50, now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(credit, range(8)))
    with database.unit_of_work() as session:
        assert len(reading.accounts(session, household_id=street.household_id)) == 2
        assert ledger.balance(session, street.household_id) == 400


def test_a_book_has_one_currency(database: Database, clock: FixedClock) -> None:
    street = a_street(database, clock.now(), credit_minor=100)
    with database.unit_of_work() as session:
        with pytest.raises(ConfigurationError, match=r"KES.*NGN"):
            ledger.household_accounts(session, street.household_id, currency="KES")
        with pytest.raises(ConfigurationError, match=r"KES.*NGN"):
            ledger.named(session, ledger.float_code("standin"), currency="KES")


@pytest.mark.parametrize("amount", [0, -5, True])
def test_a_posting_moves_a_positive_whole_amount(amount: int) -> None:
    with pytest.raises(NotAPosting):
        Posting(uuid4(), uuid4(), amount)


def test_a_posting_needs_two_accounts() -> None:
    account = uuid4()
    with pytest.raises(NotAPosting):
        Posting(account, account, 1)


@given(
    moves=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 2_000)), min_size=1, max_size=12
    )
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_booked_all_balances_add_up_to_zero(
    database: Database, clock: FixedClock, moves: list[tuple[int, int, int]]
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        known = reading.accounts(session, kind=AccountKind.HOUSEHOLD_CREDIT, limit=1)
    if not known:
        street = a_street(database, now, credit_minor=3_000)
        with database.unit_of_work() as session:
            other = a_household(session, street.zone_id, "+2348000000002", now)
            give_credit(session, other, 500, now)
            ledger.named(session, ledger.float_code("standin"))
    with database.unit_of_work() as session:
        ids = [view.id for view in reading.accounts(session)]
        for source, destination, amount in moves:
            if source == destination:
                continue
            try:
                _move(session, str(uuid4()), [Posting(ids[source], ids[destination], amount)], now)
            except InsufficientBalance:
                continue
    with database.unit_of_work() as session:
        views = reading.accounts(session)
        assert sum(view.balance_minor for view in views) == 0
        assert all(view.balance_minor >= 0 for view in views if view.household_id is not None)
        assert reading.check(session) == []


FORGED_PAYMENT = (
    """
    INSERT INTO ledger_transfers (id, key, content_digest, kind, reason, cause_type, cause_id, posting_count,
        effective_at, recorded_at)
    SELECT id, 'forged ' || code, '', 'forged', '', '', id, 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP
    FROM ledger_accounts WHERE code = :code""",
    """
    INSERT INTO ledger_postings (id, transfer_id, position, source_account_id, destination_account_id, amount_minor)
    SELECT source.id, source.id, 1, source.id, destination.id, :amount_minor
    FROM ledger_accounts AS source, ledger_accounts AS destination
    WHERE source.code = :code AND destination.code = 'float:somebody'""",
)


@pytest.mark.parametrize("heading", CHART, ids=lambda heading: heading.code)
def test_every_kind_of_account_is_opened_by_its_code_and_keeps_its_floor(
    database: Database, clock: FixedClock, heading: Heading
) -> None:
    """Taken from with hand-written SQL: exactly what is there, and one more."""
    street = a_street(database, clock.now(), credit_minor=1_000)
    code = heading.code.replace("<household>", str(street.household_id)).replace("<code>", "X-1")
    with database.unit_of_work() as session:
        account_id = ledger.named(session, code)
        somebody = ledger.named(session, ledger.float_code("somebody"))
        funds = [Posting(somebody, account_id, 70)]
        _move(session, f"funds of {code}", funds, clock.now())
        view = reading.account(session, account_id)
        assert (view.kind, view.code) == (heading.kind, code)
        there_minor = max(view.balance_minor, 70)
        for amount_minor, refused in (
            (there_minor + 1, not heading.may_go_below_zero),
            (there_minor, False),
        ):
            wanted = {"code": code, "amount_minor": amount_minor}
            with session.begin_nested() as attempt:
                session.execute(text(FORGED_PAYMENT[0]), wanted)
                if refused:
                    with pytest.raises(DBAPIError, match="ledger: account below zero"):
                        session.execute(text(FORGED_PAYMENT[1]), wanted)
                else:
                    session.execute(text(FORGED_PAYMENT[1]), wanted)
                attempt.rollback()
        assert reading.account(session, account_id) == view


def test_a_household_saves_towards_several_goals_and_has_one_credit(
    database: Database, clock: FixedClock
) -> None:
    street = a_street(database, clock.now(), credit_minor=1_000)
    with database.unit_of_work() as session:
        goals = {ledger.named(session, ledger.goal_code(street.household_id, goal)) for goal in ("A", "B")}
        assert len(goals) == 2
        again = ledger.household_accounts(session, street.household_id)
        assert again.credit_id not in goals
        assert len(reading.accounts(session, household_id=street.household_id)) == 4
        for code in ("pot:", "pot:a:b", "goal:nobody:A", "household:x:credit", "treasure:1"):
            with pytest.raises(NotFound):
                ledger.named(session, code)


_NEW_TRANSFER = """
    INSERT INTO ledger_transfers (id, key, content_digest, kind, reason, cause_type, cause_id, posting_count,
        effective_at, recorded_at)
    SELECT id, 'forged', '', 'forged', '', '', id, 1, created.at, created.at
    FROM ledger_accounts, (SELECT max(recorded_at) AS at FROM ledger_transfers) AS created
    WHERE kind = 'household_credit'"""
_NEW_POSTING = """
    INSERT INTO ledger_postings (id, transfer_id, position, source_account_id, destination_account_id, amount_minor)
    SELECT transfer.id, transfer.id, 1, source.id, destination.id, {amount}
    FROM ledger_transfers AS transfer, ledger_accounts AS source, ledger_accounts AS destination
    WHERE transfer.key = 'forged' AND source.kind = '{source}' AND destination.kind = '{destination}'"""


def _posting(amount: str, source: str = "household_credit", destination: str = "household_hold") -> str:
    return _NEW_POSTING.format(amount=amount, source=source, destination=destination)


ATTACKS = {
    "an entry of one side only": """
        INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
        SELECT account_id, sequence + 1, posting_id, amount_minor, balance_minor + amount_minor
        FROM ledger_entries""",
    "an entry without a posting": """
        INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
        SELECT account_id, sequence + 1, transfer.id, 500, balance_minor + 500
        FROM ledger_entries, ledger_transfers AS transfer""",
    "an entry out of sequence": """
        INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
        SELECT destination_account_id, 7, id, amount_minor, 2 * amount_minor FROM ledger_postings""",
    "an edited entry": "UPDATE ledger_entries SET balance_minor = balance_minor + 1",
    "an edited posting": "UPDATE ledger_postings SET amount_minor = 1",
    "an edited transfer": "UPDATE ledger_transfers SET reason = 'nothing'",
    "an edited account": "UPDATE ledger_accounts SET currency = 'KES'",
    "deleted entries": "DELETE FROM ledger_entries",
    "deleted postings": "DELETE FROM ledger_postings",
    "deleted transfers": "DELETE FROM ledger_transfers",
    "deleted accounts": "DELETE FROM ledger_accounts",
    "a transfer that grows": """
        INSERT INTO ledger_postings (id, transfer_id, position, source_account_id, destination_account_id,
            amount_minor)
        SELECT transfer_id, transfer_id, 2, source_account_id, destination_account_id, 5
        FROM ledger_postings""",
    "a posting of nothing": _posting("0"),
    "a posting of less than nothing": _posting("-5"),
    "a posting to itself": _posting("5", destination="household_credit"),
    "a balance below zero": _posting("1001"),
    "a pot that may be overdrawn": """
        INSERT INTO ledger_accounts (id, code, kind, household_id, currency, may_go_below_zero)
        SELECT id, 'pot:forged', 'community_pot', NULL, 'NGN', true FROM ledger_transfers""",
    "a second credit for a household": """
        INSERT INTO ledger_accounts (id, code, kind, household_id, currency, may_go_below_zero)
        SELECT transfer.id, 'forged', 'household_credit', household.id, 'NGN', false
        FROM ledger_transfers AS transfer, households AS household""",
    "a household that may overdraw": """
        INSERT INTO ledger_accounts (id, code, kind, household_id, currency, may_go_below_zero)
        SELECT transfer.id, 'forged', 'household_credit', household.id, 'NGN', true
        FROM ledger_transfers AS transfer, households AS household""",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_hand_written_sql_cannot_book(database: Database, clock: FixedClock, attack: str) -> None:
    a_street(database, clock.now(), credit_minor=1_000)
    before = _whole_book(database)
    with database.unit_of_work() as session, session.begin_nested() as attempt:
        if "FROM ledger_transfers AS transfer, ledger_accounts AS source" in ATTACKS[attack]:
            session.execute(text(_NEW_TRANSFER))
        with pytest.raises(DBAPIError):
            session.execute(text(ATTACKS[attack]))
        attempt.rollback()
    assert _whole_book(database) == before


def test_the_same_sql_without_the_flaw_is_booked(database: Database, clock: FixedClock) -> None:
    """The attacks above fail for their flaw, not for a slip in their SQL."""
    street = a_street(database, clock.now(), credit_minor=1_000)
    with database.unit_of_work() as session:
        session.execute(text(_NEW_TRANSFER))
        session.execute(text(_posting("1000")))
    with database.unit_of_work() as session:
        assert ledger.balance(session, street.household_id) == 0
        assert reading.check(session) == []


@pytest.mark.parametrize(
    "table", ["ledger_entries", "ledger_postings", "ledger_transfers", "ledger_accounts"]
)
def test_the_book_cannot_be_truncated(database: Database, clock: FixedClock, table: str) -> None:
    a_street(database, clock.now(), credit_minor=1_000)
    truncate = f"TRUNCATE {table} CASCADE" if database.dialect == "postgresql" else f"DELETE FROM {table}"
    with pytest.raises(DBAPIError, match="append-only"), database.unit_of_work() as session:
        session.execute(text(truncate))


BARE_ATTACKS = {
    "REPLACE of an entry": "REPLACE INTO ledger_entries SELECT * FROM ledger_entries",
    "REPLACE that moves an entry to the end": """
        REPLACE INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
        SELECT account_id, sequence + 1, posting_id, amount_minor, balance_minor + amount_minor
        FROM ledger_entries""",
    "REPLACE of a posting": """
        REPLACE INTO ledger_postings SELECT id, transfer_id, position, source_account_id,
        destination_account_id, 7 FROM ledger_postings""",
    "REPLACE of a transfer": "REPLACE INTO ledger_transfers SELECT * FROM ledger_transfers",
    "REPLACE of an account": "REPLACE INTO ledger_accounts SELECT * FROM ledger_accounts",
    "half a kobo": _posting("0.5"),
    "an amount that is a word": _posting("'many'"),
    "more than a number can hold": _posting("9223372036854775807", "programme_expense", "household_credit"),
}


@pytest.mark.parametrize("attack", BARE_ATTACKS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bare_sqlite_connection_without_our_pragmas_cannot_book_either(
    database: Database, clock: FixedClock, attack: str
) -> None:
    a_street(database, clock.now(), credit_minor=1_000)
    before = _whole_book(database)
    path = database.engine.url.database
    assert path is not None
    bare = sqlite3.connect(path)
    if "forged" in BARE_ATTACKS[attack]:
        bare.execute(_NEW_TRANSFER)
    with pytest.raises(sqlite3.IntegrityError):
        bare.execute(BARE_ATTACKS[attack])
    bare.rollback()
    bare.close()
    assert _whole_book(database) == before


def _whole_book(database: Database) -> list[object]:
    """Every row of the book, with the books' own verdict on itself."""
    with database.unit_of_work() as session:
        rows: list[object] = [
            tuple(row)
            for table in ("ledger_accounts", "ledger_transfers", "ledger_postings", "ledger_entries")
            for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))
        ]
        return [*rows, *reading.check(session)]
