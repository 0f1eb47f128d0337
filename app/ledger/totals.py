"""How much credit was given and spent, period by period or household by household, and what is outstanding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from app.db.periods import period, within
from app.ledger.chart import AccountKind
from app.ledger.models import Account, Entry, Posting, Transfer

_AT_ONCE: Final = 500
"""How many keys one query names: SQLite takes no more than so many values."""
_K = AccountKind
_GIVEN = {(_K.PROGRAMME_EXPENSE, _K.HOUSEHOLD_CREDIT): 1, (_K.HOUSEHOLD_CREDIT, _K.PROGRAMME_EXPENSE): -1}
# A voucher is spent once a merchant has taken it; what is saved towards a goal or given to a neighbour is not.
_SPENT = {
    (_K.HOUSEHOLD_HOLD, _K.PROVIDER_FLOAT): 1,
    (_K.HOUSEHOLD_CREDIT, _K.PROVIDER_FLOAT): 1,
    (_K.HOUSEHOLD_HOLD, _K.MERCHANT_PAYABLE): 1,
    (_K.MERCHANT_PAYABLE, _K.HOUSEHOLD_HOLD): -1,
    (_K.HOUSEHOLD_CREDIT, _K.COMMUNITY_POT): 1,
    (_K.PROVIDER_FLOAT, _K.HOUSEHOLD_HOLD): -1,
    (_K.PROVIDER_FLOAT, _K.HOUSEHOLD_CREDIT): -1,
}


@dataclass
class CreditFlow:
    """Minor units in one period, corrections and reversals taken off."""

    given_minor: int = 0
    spent_minor: int = 0


def credit_flows(session: Session, edges: Sequence[datetime]) -> list[CreditFlow]:
    """One for each period between `edges`, by when each transfer took effect."""
    source, destination = aliased(Account), aliased(Account)
    number = period(Transfer.effective_at, edges).label("period")
    rows = session.execute(
        select(source.kind, destination.kind, number, func.sum(Posting.amount_minor))
        .join_from(Posting, Transfer, Transfer.id == Posting.transfer_id)
        .join(source, source.id == Posting.source_account_id)
        .join(destination, destination.id == Posting.destination_account_id)
        .where(within(Transfer.effective_at, edges))
        .group_by(source.kind, destination.kind, "period")
    )
    flows = [CreditFlow() for _ in edges[1:]]
    for one, other, which, amount in rows:
        flows[which].given_minor += _GIVEN.get((one, other), 0) * int(amount)
        flows[which].spent_minor += _SPENT.get((one, other), 0) * int(amount)
    return flows


def given_to_households(edges: Sequence[datetime]) -> Select[*tuple[Any, ...]]:
    """A query of `household_id` and the `credit_minor` each was given between `edges`, corrections taken off."""
    source, destination = aliased(Account), aliased(Account)
    given = (source.kind == _K.PROGRAMME_EXPENSE) & (destination.kind == _K.HOUSEHOLD_CREDIT)
    taken_back = (source.kind == _K.HOUSEHOLD_CREDIT) & (destination.kind == _K.PROGRAMME_EXPENSE)
    household_id = func.coalesce(destination.household_id, source.household_id).label("household_id")
    signed = case((given, Posting.amount_minor), else_=-Posting.amount_minor)
    return (
        select(household_id, func.sum(signed).label("credit_minor"))
        .join_from(Posting, Transfer, Transfer.id == Posting.transfer_id)
        .join(source, source.id == Posting.source_account_id)
        .join(destination, destination.id == Posting.destination_account_id)
        .where(within(Transfer.effective_at, edges), given | taken_back)
        .group_by(household_id)
    )


def standing(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """What each of these accounts stands at, by code; those not opened are left out."""
    return dict(_last_of(session, Account.code.in_(codes)))


def outstanding(session: Session) -> int:
    """All credit that households hold or have on hold, in minor units.

    All balances together are 0, so it is what every other account stands at, turned: few rows, however many households.
    """
    return -sum(balance for _, balance in _last_of(session, Account.household_id.is_(None)))


def _last_of(session: Session, which: ColumnElement[bool]) -> list[tuple[str, int]]:
    last = (
        select(Entry.balance_minor)
        .where(Entry.account_id == Account.id)
        .order_by(Entry.sequence.desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )
    return [
        (code, balance or 0) for code, balance in session.execute(select(Account.code, last).where(which))
    ]


def booked(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """What the transfers of these keys moved, in minor units; those that were never booked are left out."""
    amounts: dict[str, int] = {}
    every = list(keys)
    for begin in range(0, len(every), _AT_ONCE):
        some = every[begin : begin + _AT_ONCE]
        rows = session.execute(
            select(Transfer.key, func.sum(Posting.amount_minor))
            .join(Posting, Posting.transfer_id == Transfer.id)
            .where(Transfer.key.in_(some))
            .group_by(Transfer.key)
        )
        amounts |= {key: int(amount) for key, amount in rows}
    return amounts
