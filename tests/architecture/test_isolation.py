"""The tests themselves: they stay on this machine, and out of each other's way."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.ledger.chart import AccountKind
from app.ledger.models import Account
from tests.slate import Slate


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as outgoing, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        outgoing.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"weighback\.example"):
        socket.getaddrinfo("weighback.example", 80)


def test_this_machine_itself_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


def use(slate: Slate, statement: str) -> object:
    """Run `statement` as a test would on its database; says which database that was."""
    database = Database(slate.wiped())
    try:
        with database.unit_of_work() as session:
            session.execute(text(statement))
            return session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    finally:
        database.close()


def test_no_test_finds_what_another_wrote_on_postgresql(postgresql_slate: Slate) -> None:
    left_behind = Database(postgresql_slate.wiped())
    with left_behind.unit_of_work() as session:
        session.add(
            Account(code="left", kind=AccountKind.PROVIDER_FLOAT, currency="NGN", may_go_below_zero=True)
        )

    following = Database(postgresql_slate.wiped())
    with following.unit_of_work() as session:
        assert list(session.scalars(select(Account))) == []
    with pytest.raises(OperationalError):
        left_behind.engine.connect()
    for database in (left_behind, following):
        database.close()


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE stray (id integer)",
        "DROP TRIGGER ledger_entries_check ON ledger_entries",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
        "ALTER TABLE households DROP COLUMN landmark",
        "UPDATE alembic_version SET version_num = 'another'",
    ],
)
def test_no_test_finds_a_schema_that_another_changed(postgresql_slate: Slate, change: str) -> None:
    unchanged = use(postgresql_slate, "SELECT 1")
    assert use(postgresql_slate, change) == unchanged
    assert use(postgresql_slate, "SELECT 1") != unchanged
