"""What sponsors add to rewards: so many percent on top, within a budget and until an end, out of their account.

The bonus goes from the sponsor to the household's credit, and in the same transaction from there to wherever the
redemption goes; what is given back takes the same way back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from babel.numbers import get_currency_precision
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import BonusGone
from app.ledger import service as ledger
from app.rewards.models import Bonus, Redemption


@dataclass(frozen=True)
class Extra:
    """A bonus as it stands, and what can still be had of it."""

    id: UUID
    sponsor_name: str
    percent: int
    left_minor: int
    """The smaller of what is left of the budget and of the sponsor's money."""

    def on(self, amount_minor: int, currency: str) -> int:
        """What it adds to `amount_minor`: whole units of the currency, rounded down; 0 where too little is left."""
        unit = 10 ** get_currency_precision(currency)
        added = amount_minor * self.percent // 100 // unit * unit
        return added if added <= self.left_minor else 0


def accounts(session: Session, reward_id: UUID, now: datetime) -> Iterable[UUID]:
    """The accounts of the sponsors who add to the reward."""
    found = (
        ledger.find(session, ledger.sponsor_code(one.sponsor)) for one in _running(session, [reward_id], now)
    )
    return {account for account in found if account is not None}


def extras(session: Session, reward_ids: Iterable[UUID], now: datetime) -> dict[UUID, list[Extra]]:
    """By reward, what is added to it now, the most generous first."""
    found: dict[UUID, list[Extra]] = {}
    left_of: dict[str, int] = {}
    for bonus in _running(session, list(reward_ids), now):
        if bonus.sponsor not in left_of:
            account = ledger.find(session, ledger.sponsor_code(bonus.sponsor))
            left_of[bonus.sponsor] = ledger.account_balance(session, account) if account else 0
        left_minor = min(bonus.budget_minor - bonus.used_minor, left_of[bonus.sponsor])
        extra = Extra(bonus.id, bonus.sponsor_name, bonus.percent, left_minor)
        found.setdefault(bonus.reward_id, []).append(extra)
    return found


def best(extras: Iterable[Extra], amount_minor: int, currency: str) -> tuple[Extra, int] | None:
    """The one that adds most to `amount_minor`, with how much; None where none does."""
    added = [(extra, extra.on(amount_minor, currency)) for extra in extras]
    adding = [pair for pair in added if pair[1]]
    return max(adding, key=lambda pair: pair[1]) if adding else None


def add(session: Session, redemption: Redemption, currency: str, now: datetime) -> None:
    """Give `redemption`, not stored yet, the bonus there is for it. The sponsors' accounts must be locked."""
    found = best(
        extras(session, [redemption.reward_id], now).get(redemption.reward_id, []),
        redemption.amount_minor,
        currency,
    )
    if found is not None:
        redemption.bonus_id, redemption.bonus_minor = found[0].id, found[1]


def pay(session: Session, redemption: Redemption, now: datetime) -> None:
    """The bonus of `redemption`, if it has one: off the budget, and from the sponsor to the credit.

    Raises `BonusGone` where the budget has just been cut or the bonus ended.
    """
    if redemption.bonus_id is None:
        return
    taken = session.execute(
        update(Bonus)
        .where(
            Bonus.id == redemption.bonus_id,
            Bonus.active,
            Bonus.used_minor + redemption.bonus_minor <= Bonus.budget_minor,
        )
        .values(used_minor=Bonus.used_minor + redemption.bonus_minor)
        .execution_options(synchronize_session=False)
        .returning(Bonus.sponsor)
    ).scalar()
    if taken is None:
        raise BonusGone("The bonus has just run out.")
    _book(session, redemption, "bonus", taken, now, back=False)


def give_back(session: Session, redemption: Redemption, now: datetime) -> None:
    """From the credit, where it must lie now, to the sponsor; the budget has room for it again."""
    if redemption.bonus_id is None:
        return
    sponsor = session.scalars(select(Bonus.sponsor).where(Bonus.id == redemption.bonus_id)).one()
    _book(session, redemption, "bonus_return", sponsor, now, back=True)
    session.execute(
        update(Bonus)
        .where(Bonus.id == redemption.bonus_id)
        .values(used_minor=Bonus.used_minor - redemption.bonus_minor)
        .execution_options(synchronize_session=False)
    )


def _running(session: Session, reward_ids: list[UUID], now: datetime) -> list[Bonus]:
    return list(
        session.scalars(
            select(Bonus)
            .where(Bonus.reward_id.in_(reward_ids), Bonus.active, Bonus.starts_at <= now, Bonus.ends_at > now)
            .order_by(Bonus.percent.desc(), Bonus.id)
            .execution_options(populate_existing=True)
        )
    )


def _book(
    session: Session, redemption: Redemption, kind: str, sponsor: str, now: datetime, *, back: bool
) -> None:
    account = ledger.named(session, ledger.sponsor_code(sponsor))
    credit = ledger.household_accounts(session, redemption.household_id).credit_id
    way = (credit, account) if back else (account, credit)
    ledger.transfer(
        session,
        key=f"redemption:{redemption.id}:{kind}",
        kind=kind,
        postings=[ledger.Posting(*way, redemption.bonus_minor)],
        reason=f"bonus from {sponsor}",
        cause=ledger.Cause("redemption", redemption.id),
        effective_at=now,
        now=now,
    )
