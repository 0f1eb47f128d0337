"""One account over a stretch of time: what it stood at, what moved it, what it came to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger.models import Account, Entry, Posting, Transfer
from app.ledger.views import EntryView


@dataclass(frozen=True)
class Statement:
    opening_minor: int
    entries: tuple[EntryView, ...]
    """In the order in which they were booked."""

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + sum(entry.amount_minor for entry in self.entries)


def balance_of(session: Session, code: str) -> int:
    """What the account `code` stands at, in minor units; 0 where nothing has opened it yet."""
    newest = (
        select(Entry.balance_minor)
        .join(Account, Account.id == Entry.account_id)
        .where(Account.code == code)
        .order_by(Entry.sequence.desc())
        .limit(1)
    )
    return session.scalar(newest) or 0


def earned_by(session: Session, code: str, moment: datetime, *, but_kinds: Collection[str]) -> int:
    """What transfers of other kinds than `but_kinds` have brought to the account `code` by `moment`."""
    brought = (
        select(func.coalesce(func.sum(Entry.amount_minor), 0))
        .join(Account, Account.id == Entry.account_id)
        .join(Posting, Posting.id == Entry.posting_id)
        .join(Transfer, Transfer.id == Posting.transfer_id)
        .where(Account.code == code, Transfer.effective_at <= moment, Transfer.kind.not_in(but_kinds))
    )
    return int(session.scalar(brought) or 0)


def between(session: Session, code: str, start: datetime, end: datetime) -> Statement:
    """The account `code` from `start` up to `end`, by when each transfer took effect."""
    moved = (
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
        .join(Account, Account.id == Entry.account_id)
        .join(Posting, Posting.id == Entry.posting_id)
        .join(Transfer, Transfer.id == Posting.transfer_id)
        .where(Account.code == code)
    )
    earlier = moved.where(Transfer.effective_at < start).subquery()
    opening = session.scalar(select(func.coalesce(func.sum(earlier.c.amount_minor), 0)))
    rows = session.execute(
        moved.where(Transfer.effective_at >= start, Transfer.effective_at < end).order_by(Entry.sequence)
    )
    return Statement(int(opening or 0), tuple(EntryView(*row) for row in rows))
