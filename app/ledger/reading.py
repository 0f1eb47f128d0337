"""Reading the book: accounts, transfers, an account's entries, and whether it all adds up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ledger.chart import AccountKind
from app.ledger.models import Account, Entry, Posting, Transfer
from app.ledger.views import AccountView, EntryView, HoldView, PostingView, TransferView


def accounts(
    session: Session,
    *,
    household_id: UUID | None = None,
    kind: AccountKind | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[AccountView]:
    """Accounts in order of their ids, with what they stand at; `after` is the last id of the page before."""
    query = _account_views()
    if household_id is not None:
        query = query.where(Account.household_id == household_id)
    if kind is not None:
        query = query.where(Account.kind == kind)
    if after is not None:
        query = query.where(Account.id > after)
    return [AccountView(*row) for row in session.execute(query.order_by(Account.id).limit(limit))]


def account(session: Session, account_id: UUID) -> AccountView:
    """Raises `NotFound`."""
    row = session.execute(_account_views().where(Account.id == account_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such account")
    return AccountView(*row)


def transfers(
    session: Session,
    *,
    account_id: UUID | None = None,
    household_id: UUID | None = None,
    cause_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[TransferView]:
    """Transfers with their postings, the newest first; `before` is the last id of the page before."""
    query = select(Transfer)
    if account_id is not None or household_id is not None:
        touching = (
            select(Posting.transfer_id)
            .join(Entry, Entry.posting_id == Posting.id)
            .join(Account, Account.id == Entry.account_id)
        )
        if account_id is not None:
            touching = touching.where(Account.id == account_id)
        if household_id is not None:
            touching = touching.where(Account.household_id == household_id)
        query = query.where(Transfer.id.in_(touching))
    if cause_id is not None:
        query = query.where(Transfer.cause_id == cause_id)
    if before is not None:
        query = query.where(Transfer.id < before)
    return _with_postings(session, query.order_by(Transfer.id.desc()).limit(limit))


def transfers_in_order(session: Session, *, after: UUID | None, limit: int) -> list[TransferView]:
    """Transfers with their postings, the oldest first; `after` is the last id of the batch before."""
    query = select(Transfer).order_by(Transfer.id).limit(limit)
    return _with_postings(session, query if after is None else query.where(Transfer.id > after))


def transfer(session: Session, transfer_id: UUID) -> TransferView:
    """Raises `NotFound`."""
    row = session.get(Transfer, transfer_id)
    if row is None:
        raise NotFound("there is no such transfer")
    return _transfer_view(row, _postings(session, [row.id]).get(row.id, ()))


def statement(
    session: Session, account_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[EntryView]:
    """An account's entries, the newest first; `before` is the last sequence of the page before."""
    query = _entry_views().where(Entry.account_id == account_id)
    if before is not None:
        query = query.where(Entry.sequence < before)
    return [EntryView(*row) for row in session.execute(query.order_by(Entry.sequence.desc()).limit(limit))]


def balances(session: Session) -> dict[str, int]:
    """What every account stands at, by its code."""
    return {code: balance for code, balance, _ in session.execute(_standing())}


def size(session: Session) -> tuple[int, int]:
    """How many accounts and how many transfers there are."""
    accounts = session.scalar(select(func.count()).select_from(Account)) or 0
    return accounts, session.scalar(select(func.count()).select_from(Transfer)) or 0


def holds(session: Session) -> list[HoldView]:
    """What each household and merchant has set aside, by the account's code."""
    query = select(Account.id, Account.code, func.coalesce(_last_entry().scalar_subquery(), 0))
    kinds = (AccountKind.HOUSEHOLD_HOLD, AccountKind.MERCHANT_HOLD)
    rows = session.execute(query.where(Account.kind.in_(kinds)).order_by(Account.code))
    return [HoldView(*row) for row in rows]


def credit_entries(
    session: Session,
    household_id: UUID,
    *,
    but_kinds: Collection[str],
    but_kinds_of: tuple[Collection[str], Collection[UUID]],
    limit: int,
) -> list[EntryView]:
    """What moved a household's credit, the newest first, without transfers of `but_kinds`.

    And without those of the kinds in `but_kinds_of` that are about one of the objects beside them.
    """
    kinds, objects = but_kinds_of
    query = (
        _entry_views()
        .join(Account, Account.id == Entry.account_id)
        .where(Account.household_id == household_id, Account.kind == AccountKind.HOUSEHOLD_CREDIT)
        .where(Transfer.kind.not_in(but_kinds), ~(Transfer.kind.in_(kinds) & Transfer.cause_id.in_(objects)))
    )
    return [EntryView(*row) for row in session.execute(query.order_by(Entry.sequence.desc()).limit(limit))]


def goal_entries(
    session: Session, household_id: UUID, *, kinds: Collection[str], limit: int
) -> list[EntryView]:
    """What transfers of these kinds moved of what a household has put aside, the newest first."""
    query = (
        _entry_views()
        .join(Account, Account.id == Entry.account_id)
        .where(Account.household_id == household_id, Account.kind == AccountKind.SAVINGS_GOAL)
        .where(Transfer.kind.in_(kinds))
        .order_by(Transfer.effective_at.desc(), Transfer.id.desc())
    )
    return [EntryView(*row) for row in session.execute(query.limit(limit))]


def check(session: Session) -> list[str]:
    """Every way in which the book does not add up, in plain sentences; empty for a sound book.

    The triggers make all of these impossible; this finds a book that was tampered with around them.
    """
    problems: list[str] = []
    total = session.scalar(select(func.coalesce(func.sum(Entry.amount_minor), 0)))
    if total:
        problems.append(f"all entries together come to {total}, not to 0")
    sums = session.execute(
        select(
            Account.code,
            func.count(Entry.sequence),
            func.coalesce(func.max(Entry.sequence), 0),
            func.coalesce(func.sum(Entry.amount_minor), 0),
        )
        .outerjoin(Entry, Entry.account_id == Account.id)
        .group_by(Account.code)
    ).all()
    views = {code: (balance, floor) for code, balance, floor in session.execute(_standing())}
    for code, count, last, amount in sums:
        balance, floor = views[code]
        if count != last:
            problems.append(f"{code} has {count} entries, but the last is numbered {last}")
        if balance != amount:
            problems.append(f"{code} stands at {balance}, but its entries come to {amount}")
        if balance < 0 and not floor:
            problems.append(f"{code} stands below zero, at {balance}")
    short = session.execute(
        select(Transfer.key, Transfer.posting_count, func.count(Posting.id))
        .outerjoin(Posting, Posting.transfer_id == Transfer.id)
        .group_by(Transfer.id, Transfer.key, Transfer.posting_count)
        .having(func.count(Posting.id) != Transfer.posting_count)
    )
    problems += [f"transfer {key} has {found} of its {said} postings" for key, said, found in short]
    halves = session.execute(
        select(Posting.id, func.count(Entry.sequence))
        .outerjoin(Entry, Entry.posting_id == Posting.id)
        .group_by(Posting.id)
        .having(func.count(Entry.sequence) != len(("source", "destination")))
    )
    problems += [f"posting {posting_id} has {found} of its 2 entries" for posting_id, found in halves]
    return problems


def _last_entry() -> Select[int]:
    return (
        select(Entry.balance_minor)
        .where(Entry.account_id == Account.id)
        .order_by(Entry.sequence.desc())
        .limit(1)
        .correlate(Account)
    )


def _entry_views() -> Select[int, UUID, str, str, int, int, datetime, datetime]:
    return (
        select(
            Entry.sequence,
            Posting.transfer_id,
            Transfer.kind,
            Transfer.reason,
            Entry.amount_minor,
            Entry.balance_minor,
            Transfer.effective_at,
            Transfer.recorded_at,
        )
        .join(Posting, Posting.id == Entry.posting_id)
        .join(Transfer, Transfer.id == Posting.transfer_id)
    )


def _account_views() -> Select[UUID, str, AccountKind, UUID | None, str, int, int]:
    newest = (
        select(Entry.sequence)
        .where(Entry.account_id == Account.id)
        .order_by(Entry.sequence.desc())
        .limit(1)
        .correlate(Account)
    )
    return select(
        Account.id,
        Account.code,
        Account.kind,
        Account.household_id,
        Account.currency,
        func.coalesce(_last_entry().scalar_subquery(), 0),
        func.coalesce(newest.scalar_subquery(), 0),
    )


def _standing() -> Select[str, int, bool]:
    return select(Account.code, func.coalesce(_last_entry().scalar_subquery(), 0), Account.may_go_below_zero)


def _postings(session: Session, transfer_ids: Sequence[UUID]) -> dict[UUID, tuple[PostingView, ...]]:
    source, destination = Account.__table__.alias("source"), Account.__table__.alias("destination")
    rows = session.execute(
        select(Posting.transfer_id, Posting.position, source.c.code, destination.c.code, Posting.amount_minor)
        .join(source, source.c.id == Posting.source_account_id)
        .join(destination, destination.c.id == Posting.destination_account_id)
        .where(Posting.transfer_id.in_(transfer_ids))
        .order_by(Posting.transfer_id, Posting.position)
    )
    found: dict[UUID, tuple[PostingView, ...]] = {}
    for transfer_id, *view in rows:
        found[transfer_id] = (*found.get(transfer_id, ()), PostingView(*view))
    return found


def _with_postings(session: Session, query: Select[Transfer]) -> list[TransferView]:
    rows = session.scalars(query).all()
    postings = _postings(session, [row.id for row in rows])
    return [_transfer_view(row, postings.get(row.id, ())) for row in rows]


def _transfer_view(row: Transfer, postings: tuple[PostingView, ...]) -> TransferView:
    return TransferView(
        row.id,
        row.key,
        row.kind,
        row.reason,
        row.cause_type,
        row.cause_id,
        row.effective_at,
        row.recorded_at,
        postings,
    )
