"""Opening accounts and finding them again.

A household's two accounts are opened when it is first credited. Two callers at once open one pair: the second
waits on the unique code and then reads the first one's.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import conflict
from app.errors import ConfigurationError, NotFound
from app.kernel.ids import new_id
from app.ledger.models import Account, AccountKind

PROGRAMME_EXPENSE = "programme:expense"
"""What households have earned so far, as a negative balance."""
RECEIVABLE_PAYOUTS = "receivable:payouts"
"""What was paid out after its credit had been given back, as a negative balance: owed to the programme."""
FUNDING_SPONSORS = "funding:sponsors"
"""What sponsors have paid in, as a negative balance."""
_FLOAT = "float:"
_SPONSOR = "sponsor:"


@dataclass(frozen=True)
class HouseholdAccounts:
    credit_id: UUID
    hold_id: UUID
    currency: str


def float_code(provider: str) -> str:
    """The account of what `provider` has paid out for us."""
    return _FLOAT + provider


def sponsor_code(sponsor: str) -> str:
    """The account of what is left of a sponsor's money; it cannot fall below zero."""
    return _SPONSOR + sponsor


def household_accounts(
    session: Session, household_id: UUID, *, currency: str | None = None
) -> HouseholdAccounts:
    """The household's credit and hold, opened if it had none.

    `currency` (ISO 4217) opens the very first account of a book; later ones take the book's own. Raises
    `ConfigurationError` where it differs from the book's, or where nothing is open and none is given.
    """
    found = _household_accounts(session, household_id)
    if found is None:
        currency = _agreed(session, currency)
        for kind, name in ((AccountKind.HOUSEHOLD_CREDIT, "credit"), (AccountKind.HOUSEHOLD_HOLD, "hold")):
            _open(session, f"household:{household_id}:{name}", kind, currency, household_id)
        found = _household_accounts(session, household_id)
    if found is None:
        raise NotFound("that household has no accounts")
    if currency is not None and currency != found.currency:
        raise _other_currency(currency, found.currency)
    return found


def named(session: Session, code: str, *, currency: str | None = None) -> UUID:
    """The id of `programme:expense`, `receivable:payouts`, `funding:sponsors`, `float:<provider>` or
    `sponsor:<code>`, opened if need be.

    Raises `NotFound` for any other code, and `ConfigurationError` as `household_accounts` does.
    """
    found = _by_code(session, code)
    if found is None:
        _open(session, code, _kind_of(code), _agreed(session, currency), None)
        found = _by_code(session, code)
    if found is None:
        raise NotFound(f"there is no account {code}")
    if currency is not None and currency != found.currency:
        raise _other_currency(currency, found.currency)
    return found.id


def book_currency(session: Session) -> str | None:
    """The one currency this book is kept in; None while nothing has been booked."""
    return session.scalar(select(Account.currency).where(Account.code == PROGRAMME_EXPENSE))


def find(session: Session, code: str) -> UUID | None:
    """The id of the account `code`, if it is open."""
    account = _by_code(session, code)
    return account.id if account else None


def find_household_accounts(session: Session, household_id: UUID) -> HouseholdAccounts | None:
    """As `household_accounts`, without opening any."""
    return _household_accounts(session, household_id)


def _kind_of(code: str) -> AccountKind:
    if code == PROGRAMME_EXPENSE:
        return AccountKind.PROGRAMME_EXPENSE
    if code == RECEIVABLE_PAYOUTS:
        return AccountKind.RECEIVABLE
    if code == FUNDING_SPONSORS:
        return AccountKind.FUNDING
    for start, kind in ((_FLOAT, AccountKind.PROVIDER_FLOAT), (_SPONSOR, AccountKind.SPONSOR)):
        if code.startswith(start) and len(code) > len(start):
            return kind
    raise NotFound(f"there is no account {code}")


def _agreed(session: Session, currency: str | None) -> str:
    """The book's currency; a book without one is opened in `currency`."""
    kept = book_currency(session)
    if kept is None:
        if currency is None:
            raise ConfigurationError("nothing has been booked yet, so the book has no currency")
        _open(session, PROGRAMME_EXPENSE, AccountKind.PROGRAMME_EXPENSE, currency, None)
        kept = book_currency(session)
    if kept is None or currency not in (None, kept):
        raise _other_currency(currency, kept)
    return kept


def _other_currency(asked: str | None, kept: str | None) -> ConfigurationError:
    return ConfigurationError(f"WEIGHBACK_CURRENCY is {asked}, but the book is kept in {kept}")


def _open(session: Session, code: str, kind: AccountKind, currency: str, household_id: UUID | None) -> None:
    session.flush()
    session.execute(
        conflict.insert(session, Account)
        .values(
            id=new_id(),
            code=code,
            kind=kind,
            household_id=household_id,
            currency=currency,
            may_go_below_zero=household_id is None and kind is not AccountKind.SPONSOR,
        )
        .on_conflict_do_nothing(index_elements=[Account.code])
    )


def _by_code(session: Session, code: str) -> Account | None:
    return session.scalar(select(Account).where(Account.code == code))


def _household_accounts(session: Session, household_id: UUID) -> HouseholdAccounts | None:
    rows = session.scalars(select(Account).where(Account.household_id == household_id)).all()
    by_kind = {row.kind: row for row in rows}
    credit = by_kind.get(AccountKind.HOUSEHOLD_CREDIT)
    hold = by_kind.get(AccountKind.HOUSEHOLD_HOLD)
    if credit is None or hold is None:
        return None
    return HouseholdAccounts(credit.id, hold.id, credit.currency)
