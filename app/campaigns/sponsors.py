"""Sponsors' money: paid in, given to households for right answers, paid back. What a sponsor has is in the book."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.kernel.ids import new_id
from app.ledger import reading
from app.ledger import service as ledger


class Direction(enum.StrEnum):
    IN = "in"
    """The sponsor has paid the programme."""
    OUT = "out"
    """The programme has paid the sponsor back."""


def move(
    session: Session,
    sponsor: str,
    direction: Direction,
    amount_minor: int,
    *,
    reason: str,
    currency: str,
    now: datetime,
) -> UUID:
    """Book money that a sponsor paid in, or was paid back; the transfer's id.

    The first payment opens its account. Raises `InsufficientBalance` where more is paid back than is left,
    and `NotFound` where nothing was ever paid in.
    """
    code = ledger.sponsor_code(sponsor)
    if direction is Direction.OUT and ledger.find(session, code) is None:
        raise NotFound("that sponsor has never paid anything in")
    account = ledger.named(session, code, currency=currency)
    funding = ledger.named(session, ledger.FUNDING_SPONSORS, currency=currency)
    sides = (funding, account) if direction is Direction.IN else (account, funding)
    booked = ledger.transfer(
        session,
        key=f"sponsor:{new_id()}",
        kind="sponsor_funding" if direction is Direction.IN else "sponsor_return",
        postings=[ledger.Posting(*sides, amount_minor)],
        reason=reason,
        cause=ledger.Cause("sponsor", account),
        effective_at=now,
        now=now,
    )
    return booked.id


def left_minor(session: Session, sponsor: str) -> int | None:
    """What is left of a sponsor's money; None where it has no account."""
    account = ledger.find(session, ledger.sponsor_code(sponsor))
    return None if account is None else reading.account(session, account).balance_minor
