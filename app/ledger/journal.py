"""The whole book as a plain-text journal, for the tools that accountants trust: Beancount and hledger.

Formats: "Beancount Language Syntax" and hledger's "journal format". Our book moves amounts from a source to a
destination; accountants write debits as positive. The one is the other with its sign turned: what a household
may spend is a liability, what was given to households is an expense, what a provider paid out for us left our
money there. Households stand under their ids: a journal names nobody.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from babel.numbers import get_currency_precision
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.kernel.clock import local_date
from app.ledger import reading
from app.ledger.chart import place_of
from app.ledger.models import Account, Transfer
from app.ledger.views import TransferView

_BATCH: Final = 500


class Format(enum.StrEnum):
    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


@dataclass(frozen=True)
class Chunk:
    text: str
    transfers: int
    """How many transfers it holds, for a progress bar."""


class _Writer(Protocol):
    def head(self, name: str, currency: str) -> str: ...
    def opening(self, day: date, account: str, currency: str) -> str: ...
    def transaction(self, day: date, made: TransferView, lines: Sequence[tuple[str, str]]) -> str: ...
    def standing(self, day: date, account: str, amount: str) -> str:
        """What `account` must stand at by the end of `day`; the accountants' tool checks it."""
        ...


def write(session: Session, style: Format, *, name: str, timezone: str) -> Iterator[Chunk]:
    """The journal in parts, oldest transfer first, closed by what every account must stand at.

    Days are those of `timezone`. `session` should hold one snapshot of the database. An empty book is a journal
    with its head alone.
    """
    writer: _Writer = _Beancount() if style is Format.BEANCOUNT else _Hledger()
    accounts = {row.code: row for row in session.scalars(select(Account).order_by(Account.code))}
    if not accounts:
        yield Chunk(writer.head(name, ""), 0)
        return
    currency = next(iter(accounts.values())).currency
    yield Chunk(writer.head(name, currency), 0)
    first, last = session.execute(
        select(func.min(Transfer.effective_at), func.max(Transfer.effective_at))
    ).one()
    if first is not None:
        opened = local_date(first, timezone)
        for row in accounts.values():
            yield Chunk(writer.opening(opened, _name(row), currency), 0)
    after: UUID | None = None
    while batch := reading.transfers_in_order(session, after=after, limit=_BATCH):
        after = batch[-1].id
        written = (
            writer.transaction(
                local_date(made.effective_at, timezone), made, _lines(made, accounts, currency)
            )
            for made in batch
        )
        yield Chunk("".join(written), len(batch))
    if last is not None:
        standing = reading.balances(session)
        for row in accounts.values():
            amount = _amount(-standing[row.code], currency)
            yield Chunk(writer.standing(local_date(last, timezone), _name(row), amount), 0)


def _lines(made: TransferView, accounts: Mapping[str, Account], currency: str) -> list[tuple[str, str]]:
    """Account and amount of both sides of every posting."""
    lines = []
    for posting in made.postings:
        lines.append((_name(accounts[posting.destination_code]), _amount(-posting.amount_minor, currency)))
        lines.append((_name(accounts[posting.source_code]), _amount(posting.amount_minor, currency)))
    return lines


def _name(account: Account) -> str:
    """`float:at-airtime` is `Assets:Float:At-airtime`; Beancount wants a capital or a digit first."""
    place = place_of(account.code)
    if place is None:
        raise NotFound(f"there is no account {account.code}")
    return ":".join((*place.heading.journal, *(_component(part) for part in place.own)))


def _component(part: str) -> str:
    clean = "".join(c if c.isascii() and c.isalnum() else "-" for c in part)
    return f"{clean[0].upper()}{clean[1:]}" if clean[:1].isalnum() else f"X{clean}"


def _amount(minor: int, currency: str) -> str:
    digits = get_currency_precision(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f} {currency}"


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _recorded(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


class _Beancount:
    def head(self, name: str, currency: str) -> str:
        operating = f'option "operating_currency" "{currency}"\n' if currency else ""
        return f'option "title" {_quoted(name)}\n{operating}\n'

    def opening(self, day: date, account: str, currency: str) -> str:
        return f"{day} open {account} {currency}\n"

    def transaction(self, day: date, made: TransferView, lines: Sequence[tuple[str, str]]) -> str:
        head = (
            f"\n{day} * {_quoted(made.kind)} {_quoted(made.reason)}\n"
            f"  transfer: {_quoted(str(made.id))}\n"
            f"  key: {_quoted(made.key)}\n"
            f"  cause: {_quoted(f'{made.cause_type} {made.cause_id}')}\n"
            f"  recorded: {_quoted(_recorded(made.recorded_at))}\n"
        )
        return head + "".join(f"  {account}  {amount}\n" for account, amount in lines)

    def standing(self, day: date, account: str, amount: str) -> str:
        # Beancount's balance is that of the morning.
        return f"{date.fromordinal(day.toordinal() + 1)} balance {account}  {amount}\n"


class _Hledger:
    def head(self, name: str, currency: str) -> str:
        digits = get_currency_precision(currency) if currency else 0
        sample = f"1000.{'0' * digits} {currency}"
        commodity = f"commodity {sample}\n" if currency else ""
        return f"; {' '.join(name.split())}\n{commodity}\n"

    def opening(self, _day: date, account: str, _currency: str) -> str:
        return f"account {account}\n"

    def transaction(self, day: date, made: TransferView, lines: Sequence[tuple[str, str]]) -> str:
        # In a comment `,` ends a tag's value.
        said = " ".join(made.reason.split()).replace(";", ",").replace("|", "/")
        head = (
            f"\n{day} * ({made.id}) {made.kind} | {said}\n"
            f"    ; key: {made.key}\n"
            f"    ; cause: {made.cause_type} {made.cause_id}\n"
            f"    ; recorded: {_recorded(made.recorded_at)}\n"
        )
        return head + "".join(f"    {account}  {amount}\n" for account, amount in lines)

    def standing(self, day: date, account: str, amount: str) -> str:
        currency = amount.partition(" ")[2]
        return f"\n{day} * standing\n    {account}  0 {currency} = {amount}\n"
