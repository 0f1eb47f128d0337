"""Asking for payouts, and reading what became of them.

How a payout then goes its way: `driver` (the worker's calls), `calling` (what is stored around each call),
`observing` (what an answer means), `turning` and `booking` (state and book in one step), `deciding` (people's word).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InsufficientBalance, NotFound
from app.jobs import Jobs
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.payouts import booking
from app.payouts.models import Payout, PayoutAttempt, PayoutObservation
from app.payouts.statuses import PayoutStatus

JOB = "settle_payouts"
"""Does all that is due: submits what is reserved, asks after what is in flight."""


@dataclass(frozen=True)
class Purse:
    """Two accounts of the book: where a payout's money stands, and where it waits on its way."""

    source_account_id: UUID
    hold_account_id: UUID

    @classmethod
    def of_household(cls, session: Session, household_id: UUID) -> Self:
        """Its credit and its hold, opened if it had none."""
        accounts = ledger.household_accounts(session, household_id)
        return cls(accounts.credit_id, accounts.hold_id)


@dataclass(frozen=True)
class Purpose:
    """Who wants a payout: a household's redemption, or a merchant's settlement. Each is paid out once."""

    redemption_id: UUID | None = None
    household_id: UUID | None = None
    """Whose redemption."""
    settlement_id: UUID | None = None


def request(
    session: Session,
    *,
    purse: Purse,
    purpose: Purpose,
    amount_minor: int,
    payee_phone: str,
    candidates: Sequence[str],
    promised_by: str | None = None,
    now: datetime,
    jobs: Jobs,
) -> Payout:
    """Set the amount aside and have the worker pay it out soon after this transaction commits.

    `candidates` are the providers that may pay it, at least one, in order of preference; `promised_by` is the one
    whose float it is counted against until one is chosen, the first where nobody is named.

    Raises `InsufficientBalance` before anything is written.
    """
    ledger.lock(session, (purse.source_account_id, purse.hold_account_id))
    if ledger.account_balance(session, purse.source_account_id) < amount_minor:
        raise InsufficientBalance("The credit is less than that.")
    currency = ledger.book_currency(session)
    if currency is None:
        raise NotFound("Nothing has been booked yet.")
    payout = Payout(
        id=new_id(),
        redemption_id=purpose.redemption_id,
        household_id=purpose.household_id,
        settlement_id=purpose.settlement_id,
        source_account_id=purse.source_account_id,
        hold_account_id=purse.hold_account_id,
        provider=promised_by or candidates[0],
        candidates=list(candidates),
        payee_phone=payee_phone,
        amount_minor=amount_minor,
        currency=currency,
        status=PayoutStatus.REQUESTED,
        next_check_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(payout)
    session.flush()
    booking.reserve(session, payout, now)
    payout.status = PayoutStatus.RESERVED
    session.flush()
    jobs.enqueue(session, JOB)
    return payout


def get(session: Session, payout_id: UUID) -> Payout:
    """Raises `NotFound`."""
    payout = session.get(Payout, payout_id)
    if payout is None:
        raise NotFound("There is no such payout.")
    return payout


def for_redemption(session: Session, redemption_id: UUID) -> Payout | None:
    return session.scalar(select(Payout).where(Payout.redemption_id == redemption_id))


def attempts(session: Session, payout_id: UUID) -> list[PayoutAttempt]:
    """In the order they were made."""
    query = select(PayoutAttempt).where(PayoutAttempt.payout_id == payout_id).order_by(PayoutAttempt.id)
    return list(session.scalars(query))


def observations(session: Session, payout_id: UUID) -> list[PayoutObservation]:
    """Everything that was ever said of it, in order."""
    return list(
        session.scalars(
            select(PayoutObservation)
            .join(PayoutAttempt, PayoutAttempt.id == PayoutObservation.attempt_id)
            .where(PayoutAttempt.payout_id == payout_id)
            .order_by(PayoutObservation.id)
        )
    )
