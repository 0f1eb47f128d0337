"""The book's laws, as the database itself enforces them on SQLite and on PostgreSQL.

Deriving entries in the database means that no code path, and no hand-written SQL, can book one side only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

APPEND_ONLY_TABLES = ("ledger_transfers", "ledger_postings", "ledger_entries")

_SQLITE_ENTRY = """
INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
SELECT {account}, coalesce(last.sequence, 0) + 1, NEW.id, {amount}, coalesce(last.balance_minor, 0) + {amount}
FROM (SELECT 1) LEFT JOIN (
    SELECT sequence, balance_minor FROM ledger_entries WHERE account_id = {account} ORDER BY sequence DESC LIMIT 1
) AS last;
"""

SQLITE = [
    f"""
CREATE TRIGGER ledger_postings_enter AFTER INSERT ON ledger_postings BEGIN
{_SQLITE_ENTRY.format(account="NEW.source_account_id", amount="(-NEW.amount_minor)")}
{_SQLITE_ENTRY.format(account="NEW.destination_account_id", amount="NEW.amount_minor")}
END""",
    """
CREATE TRIGGER ledger_entries_check BEFORE INSERT ON ledger_entries BEGIN
    SELECT RAISE(ABORT, 'ledger: entry without its posting') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_postings AS posting WHERE posting.id = NEW.posting_id AND (
            (posting.source_account_id = NEW.account_id AND NEW.amount_minor = -posting.amount_minor)
            OR (posting.destination_account_id = NEW.account_id AND NEW.amount_minor = posting.amount_minor)));
    SELECT RAISE(ABORT, 'ledger: not a whole number')
        WHERE typeof(NEW.amount_minor) <> 'integer' OR typeof(NEW.balance_minor) <> 'integer';
    SELECT RAISE(ABORT, 'ledger: append-only') WHERE EXISTS (
        SELECT 1 FROM ledger_entries WHERE posting_id = NEW.posting_id AND account_id = NEW.account_id);
    SELECT RAISE(ABORT, 'ledger: entry out of sequence') WHERE
        NEW.sequence <> 1 + coalesce((SELECT max(sequence) FROM ledger_entries WHERE account_id = NEW.account_id), 0)
        OR NEW.balance_minor <> NEW.amount_minor + coalesce((
            SELECT balance_minor FROM ledger_entries WHERE account_id = NEW.account_id
            ORDER BY sequence DESC LIMIT 1), 0);
    SELECT RAISE(ABORT, 'ledger: account below zero') WHERE NEW.balance_minor < 0 AND NEW.amount_minor < 0 AND NOT coalesce((
        SELECT may_go_below_zero FROM ledger_accounts WHERE id = NEW.account_id), 0);
END""",
    # REPLACE deletes without asking the delete triggers unless PRAGMA recursive_triggers is on, so the
    # insert triggers themselves refuse what is there already.
    """
CREATE TRIGGER ledger_postings_check BEFORE INSERT ON ledger_postings BEGIN
    SELECT RAISE(ABORT, 'ledger: not a whole number') WHERE typeof(NEW.amount_minor) <> 'integer';
    SELECT RAISE(ABORT, 'ledger: append-only') WHERE EXISTS (SELECT 1 FROM ledger_postings WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'ledger: transfer is complete') WHERE
        NEW.position <> 1 + (SELECT count(*) FROM ledger_postings WHERE transfer_id = NEW.transfer_id)
        OR NEW.position > (SELECT posting_count FROM ledger_transfers WHERE id = NEW.transfer_id);
    SELECT RAISE(ABORT, 'ledger: two currencies') WHERE
        (SELECT currency FROM ledger_accounts WHERE id = NEW.source_account_id)
        IS NOT (SELECT currency FROM ledger_accounts WHERE id = NEW.destination_account_id);
END""",
    """
CREATE TRIGGER ledger_transfers_once BEFORE INSERT ON ledger_transfers BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only')
        WHERE EXISTS (SELECT 1 FROM ledger_transfers WHERE id = NEW.id OR key = NEW.key);
END""",
    """
CREATE TRIGGER ledger_accounts_once BEFORE INSERT ON ledger_accounts BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only') WHERE EXISTS (
        SELECT 1 FROM ledger_accounts WHERE id = NEW.id OR code = NEW.code
        OR (household_id = NEW.household_id AND kind = NEW.kind AND kind IN ('household_credit', 'household_hold')));
END""",
    """
CREATE TRIGGER ledger_accounts_fixed BEFORE UPDATE ON ledger_accounts BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only');
END""",
    """
CREATE TRIGGER ledger_accounts_kept BEFORE DELETE ON ledger_accounts BEGIN
    SELECT RAISE(ABORT, 'ledger: append-only');
END""",
    *(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} BEGIN"
        " SELECT RAISE(ABORT, 'ledger: append-only'); END"
        for table in APPEND_ONLY_TABLES
        for verb in ("update", "delete")
    ),
]

POSTGRESQL = [
    """
CREATE FUNCTION ledger_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Both accounts in one order, so that two transfers cannot wait for each other.
    PERFORM 1 FROM ledger_accounts WHERE id IN (NEW.source_account_id, NEW.destination_account_id)
        ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO ledger_entries (account_id, sequence, posting_id, amount_minor, balance_minor)
    SELECT side.account_id, coalesce(last.sequence, 0) + 1, NEW.id, side.amount, coalesce(last.balance_minor, 0) + side.amount
    FROM (VALUES (NEW.source_account_id, -NEW.amount_minor), (NEW.destination_account_id, NEW.amount_minor))
        AS side (account_id, amount)
    LEFT JOIN LATERAL (
        SELECT sequence, balance_minor FROM ledger_entries WHERE account_id = side.account_id
        ORDER BY sequence DESC LIMIT 1
    ) AS last ON true;
    RETURN NULL;
END $$""",
    "CREATE TRIGGER ledger_postings_enter AFTER INSERT ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_enter()",
    """
CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_postings AS posting WHERE posting.id = NEW.posting_id AND (
        (posting.source_account_id = NEW.account_id AND NEW.amount_minor = -posting.amount_minor)
        OR (posting.destination_account_id = NEW.account_id AND NEW.amount_minor = posting.amount_minor))) THEN
        RAISE EXCEPTION 'ledger: entry without its posting' USING ERRCODE = 'check_violation';
    END IF;
    SELECT sequence, balance_minor INTO last FROM ledger_entries WHERE account_id = NEW.account_id
        ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> 1 + coalesce(last.sequence, 0)
        OR NEW.balance_minor <> NEW.amount_minor + coalesce(last.balance_minor, 0) THEN
        RAISE EXCEPTION 'ledger: entry out of sequence' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.balance_minor < 0 AND NEW.amount_minor < 0
        AND NOT coalesce((SELECT may_go_below_zero FROM ledger_accounts WHERE id = NEW.account_id), false) THEN
        RAISE EXCEPTION 'ledger: account below zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$""",
    "CREATE TRIGGER ledger_entries_check BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_check_entry()",
    """
CREATE FUNCTION ledger_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.position <> 1 + (SELECT count(*) FROM ledger_postings WHERE transfer_id = NEW.transfer_id)
        OR NEW.position > (SELECT posting_count FROM ledger_transfers WHERE id = NEW.transfer_id) THEN
        RAISE EXCEPTION 'ledger: transfer is complete' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(DISTINCT currency) FROM ledger_accounts
        WHERE id IN (NEW.source_account_id, NEW.destination_account_id)) > 1 THEN
        RAISE EXCEPTION 'ledger: two currencies' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$""",
    "CREATE TRIGGER ledger_postings_check BEFORE INSERT ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_check_posting()",
    """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: append-only' USING ERRCODE = 'restrict_violation';
END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        for table in ("ledger_accounts", *APPEND_ONLY_TABLES)
    ),
]


def sqlite_names() -> list[str]:
    return [statement.split()[2] for statement in SQLITE]


def put_up() -> None:
    """Within a migration: set up all of them."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement.replace(":", r"\:")))


@contextmanager
def lifted() -> Iterator[None]:
    """Within a migration: take all of them away, so that their tables can be rebuilt, and set up today's after it."""
    if op.get_bind().dialect.name == "sqlite":
        names = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'")
        drop = "DROP TRIGGER {}"
    else:
        names = sa.text(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()\\:\\:regnamespace"
            " AND proname LIKE 'ledger%'"
        )
        drop = "DROP FUNCTION {} CASCADE"
    for name in op.get_bind().scalars(names).all():
        op.execute(sa.text(drop.format(name)))
    yield
    put_up()
