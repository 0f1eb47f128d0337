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
from app.ledger.chart import PROGRAMME_EXPENSE, AccountKind, place_of
from app.ledger.models import Account


@dataclass(frozen=True)
class HouseholdAccounts:
    credit_id: UUID
    hold_id: UUID
    currency: str


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
        for name in ("credit", "hold"):
            _open(session, f"household:{household_id}:{name}", currency)
        found = _household_accounts(session, household_id)
    if found is None:
        raise NotFound("that household has no accounts")
    if currency is not None and currency != found.currency:
        raise _other_currency(currency, found.currency)
    return found


def named(session: Session, code: str, *, currency: str | None = None) -> UUID:
    """The id of the account `code`, opened if need be under its heading in `app.ledger.chart`.

    Raises `NotFound` for a code that stands under none, and `ConfigurationError` as `household_accounts` does.
    """
    found = _by_code(session, code)
    if found is None:
        _open(session, code, _agreed(session, currency))
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


def _agreed(session: Session, currency: str | None) -> str:
    """The book's currency; a book without one is opened in `currency`."""
    kept = book_currency(session)
    if kept is None:
        if currency is None:
            raise ConfigurationError("nothing has been booked yet, so the book has no currency")
        _open(session, PROGRAMME_EXPENSE, currency)
        kept = book_currency(session)
    if kept is None or currency not in (None, kept):
        raise _other_currency(currency, kept)
    return kept


def _other_currency(asked: str | None, kept: str | None) -> ConfigurationError:
    return ConfigurationError(f"WEIGHBACK_CURRENCY is {asked}, but the book is kept in {kept}")


def _open(session: Session, code: str, currency: str) -> None:
    place = place_of(code)
    if place is None:
        raise NotFound(f"there is no account {code}")
    session.flush()
    session.execute(
        conflict.insert(session, Account)
        .values(
            id=new_id(),
            code=code,
            kind=place.heading.kind,
            household_id=place.household_id,
            currency=currency,
            may_go_below_zero=place.heading.may_go_below_zero,
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
