"""Booking transfers, and what each account stands at.

The database derives the entries and refuses what breaks the book (migrations/ledger_triggers.py); this module
adds idempotency, a fixed order of locks, and errors with names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Integer, Table, Uuid, bindparam, func, insert, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import conflict
from app.db.bare import BareRead
from app.errors import Conflict, InsufficientBalance, InvalidInput
from app.kernel.ids import new_id
from app.ledger import models
from app.ledger.accounts import (
    HouseholdAccounts,
    book_currency,
    find,
    find_household_accounts,
    household_accounts,
    named,
)
from app.ledger.chart import (
    FUNDING_PROGRAMME,
    FUNDING_SPONSORS,
    PROGRAMME_EXPENSE,
    RECEIVABLE_PAYOUTS,
    ROUNDING,
    WRITTEN_OFF,
    AccountKind,
    fees_code,
    float_code,
    goal_code,
    merchant_code,
    merchant_hold_code,
    pot_code,
    sponsor_code,
)
from app.ledger.models import Account, Entry
from app.ledger.postings import Cause, Posting, content_digest

__all__ = [
    "FUNDING_PROGRAMME",
    "FUNDING_SPONSORS",
    "PROGRAMME_EXPENSE",
    "RECEIVABLE_PAYOUTS",
    "ROUNDING",
    "WRITTEN_OFF",
    "Cause",
    "HouseholdAccounts",
    "Posting",
    "Transfer",
    "account_balance",
    "available_for_update",
    "balance",
    "balances",
    "book_currency",
    "fees_code",
    "find",
    "find_household_accounts",
    "float_code",
    "goal_code",
    "held",
    "household_accounts",
    "lock",
    "merchant_code",
    "merchant_hold_code",
    "named",
    "pot_code",
    "sponsor_code",
    "transfer",
]

_accounts = cast("Table", models.Account.__table__)
_transfers = cast("Table", models.Transfer.__table__)
_postings = cast("Table", models.Posting.__table__)
_entries = cast("Table", models.Entry.__table__)
_BELOW_ZERO = "ledger: account below zero"
"""The triggers' own words, on both databases."""


@dataclass(frozen=True)
class Transfer:
    id: UUID
    key: str
    first_time: bool
    """False where the same key and content had been booked before."""


def transfer(
    session: Session,
    *,
    key: str,
    kind: str,
    postings: Sequence[Posting],
    reason: str,
    cause: Cause,
    effective_at: datetime,
    now: datetime,
) -> Transfer:
    """Book `postings` as one transfer, once per `key`.

    The same key with the same content returns the first transfer; with other content it raises `Conflict`.
    Raises `InsufficientBalance` where an account would fall below its floor; the session stays usable then,
    and nothing of the transfer is kept.
    """
    if not postings:
        raise InvalidInput("postings", "a transfer needs at least one posting")
    digest = content_digest(kind, postings, cause, effective_at)
    # SQLite's triggers refuse a key that is there already before ON CONFLICT passes over it, so it is asked for first.
    known = _known(session, key, digest) if session.get_bind().dialect.name == "sqlite" else None
    if known is not None:
        return known
    transfer_id = new_id()
    values: dict[str, object] = {
        "id": transfer_id,
        "key": key,
        "content_digest": digest,
        "kind": kind,
        "reason": reason,
        "cause_type": cause.type,
        "cause_id": cause.id,
        "posting_count": len(postings),
        "effective_at": effective_at,
        "recorded_at": now,
    }
    try:
        with session.begin_nested():
            booked = _write(session, values, postings)
    except DBAPIError as error:
        if _BELOW_ZERO in str(error.orig):
            raise InsufficientBalance("the balance is too small") from error
        raise
    if booked:
        return Transfer(transfer_id, key, first_time=True)
    known = _known(session, key, digest)
    if known is None:
        raise Conflict(f"the transfer {key} is being booked elsewhere")
    return known


def lock(session: Session, account_ids: Iterable[UUID]) -> None:
    """Hold these accounts until the transaction ends, always in the order of their ids (no deadlock)."""
    session.execute(
        select(Account.id)
        .where(Account.id.in_(list(account_ids)))
        .order_by(Account.id)
        .with_for_update(key_share=True)
    )


_ONE: Final = literal_column("1", Integer())
"""As a parameter PostgreSQL would not know how few rows are wanted, and plan each read anew."""
_ACCOUNT_BALANCE = BareRead(
    "of_account",
    select(_entries.c.balance_minor)
    .where(_entries.c.account_id == bindparam("of_account", type_=Uuid()))
    .order_by(_entries.c.sequence.desc())
    .limit(_ONE),
)


def account_balance(session: Session, account_id: UUID) -> int:
    """What an account stands at, in minor units: one step down an index, however long its history."""
    rows = _ACCOUNT_BALANCE.rows(session, account_id)
    return int(rows[0][0]) if rows else 0


def balance(session: Session, household_id: UUID) -> int:
    """What the household can spend, in minor units."""
    return _own(session, household_id)[0]


def held(session: Session, household_id: UUID) -> int:
    """What is set aside for payouts and vouchers that are not settled, in minor units."""
    return _own(session, household_id)[1]


_latest = (
    select(_entries.c.balance_minor)
    .where(_entries.c.account_id == _accounts.c.id)
    .order_by(_entries.c.sequence.desc())
    .limit(_ONE)
    .scalar_subquery()
)
# Written out, since both databases must see that the index over households' own accounts answers it.
_OWN = BareRead(
    "of_household",
    select(_accounts.c.kind, _latest).where(
        _accounts.c.household_id == bindparam("of_household", type_=Uuid()), models.ONE_OF_EACH
    ),
)


def _own(session: Session, household_id: UUID) -> tuple[int, int]:
    """`balance` and `held`, in one round trip."""
    known = {kind: amount for kind, amount in _OWN.rows(session, household_id) if amount is not None}
    return known.get(AccountKind.HOUSEHOLD_CREDIT, 0), known.get(AccountKind.HOUSEHOLD_HOLD, 0)


@dataclass(frozen=True)
class Standing:
    """What a household has, in minor units."""

    credit_minor: int
    """What it can spend."""
    held_minor: int
    saved_minor: Mapping[str, int]
    """What it has put aside, by the goal's code; goals without anything are left out."""


# The type is named: a column that refers to another feature's table has none before that is imported.
_STANDING = select(
    _accounts.c.kind,
    _accounts.c.code,
    _latest.label("balance_minor"),
).where(_accounts.c.household_id == bindparam("of_household", type_=Uuid()))


def standing(session: Session, household_id: UUID) -> Standing:
    """All that is the household's, in one query that is prepared: it is asked for with many a text."""
    rows = session.connection().execute(_STANDING, {"of_household": household_id}).all()
    known = {row.kind: row.balance_minor or 0 for row in rows}
    saved = {
        row.code.rpartition(":")[2]: row.balance_minor
        for row in rows
        if row.kind is AccountKind.SAVINGS_GOAL and row.balance_minor
    }
    return Standing(
        known.get(AccountKind.HOUSEHOLD_CREDIT, 0), known.get(AccountKind.HOUSEHOLD_HOLD, 0), saved
    )


def saved_towards(session: Session, goal: str) -> int:
    """What all households together have put aside for the goal of that code, in minor units."""
    of_goal = (_accounts.c.kind == AccountKind.SAVINGS_GOAL) & _accounts.c.code.endswith(f":{goal}")
    savings = select(_latest.label("balance_minor")).where(of_goal).subquery()
    return int(session.scalar(select(func.coalesce(func.sum(savings.c.balance_minor), 0))) or 0)


def available_for_update(session: Session, household_id: UUID) -> int:
    """`balance`, with the household's accounts locked, so that it holds until the transaction ends."""
    accounts = find_household_accounts(session, household_id)
    if accounts is None:
        return 0
    lock(session, (accounts.credit_id, accounts.hold_id))
    return balance(session, household_id)


def balances(session: Session, household_ids: Sequence[UUID]) -> dict[UUID, int]:
    """`balance` of many households in one query; those never credited stand at 0."""
    last = (
        select(Entry.account_id, func.max(Entry.sequence).label("sequence"))
        .join(Account, Account.id == Entry.account_id)
        .where(Account.household_id.in_(household_ids), Account.kind == AccountKind.HOUSEHOLD_CREDIT)
        .group_by(Entry.account_id)
        .subquery()
    )
    rows = session.execute(
        select(Account.household_id, Entry.balance_minor)
        .join(Entry, Entry.account_id == Account.id)
        .join(last, (last.c.account_id == Entry.account_id) & (last.c.sequence == Entry.sequence))
    )
    known = {household_id: amount for household_id, amount in rows if household_id is not None}
    return {household_id: known.get(household_id, 0) for household_id in household_ids}


_RECORD = conflict.prepare(
    models.Transfer,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["key"]).returning(_transfers.c.id),
)
_POST = insert(_postings)


def _write(session: Session, values: dict[str, object], postings: Sequence[Posting]) -> bool:
    """False where the key was taken: a second writer of one key waits here until the first has committed."""
    transfer_id = conflict.run(session, _RECORD, values).scalar()
    if transfer_id is None:
        return False
    if len(postings) > 1:  # the triggers lock the accounts of one posting in order, but know of one only
        lock(session, {side for p in postings for side in (p.source_account_id, p.destination_account_id)})
    rows = [
        {
            "id": new_id(),
            "transfer_id": transfer_id,
            "position": position,
            "source_account_id": posting.source_account_id,
            "destination_account_id": posting.destination_account_id,
            "amount_minor": posting.amount_minor,
        }
        for position, posting in enumerate(postings, start=1)
    ]
    session.connection().execute(_POST, rows)
    return True


_KNOWN = select(_transfers.c.id, _transfers.c.content_digest).where(_transfers.c.key == bindparam("of_key"))


def _known(session: Session, key: str, digest: str) -> Transfer | None:
    """The transfer booked under `key` before. Raises `Conflict` where it had other content."""
    row = session.connection().execute(_KNOWN, {"of_key": key}).one_or_none()
    if row is None:
        return None
    if row.content_digest != digest:
        raise Conflict(f"the transfer {key} is already booked with other content")
    return Transfer(row.id, key, first_time=False)
