"""What a merchant was owed and paid over a stretch of time, from the book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.kernel.clock import at_local
from app.ledger import service as ledger
from app.ledger import statements
from app.ledger.statements import Statement
from app.merchants.models import Merchant

VOUCHER: Final = "voucher_paid"
"""The kind of transfer by which a voucher's worth comes to be owed."""
SETTLED: Final = "payout_reserve"
RETURNED: Final = frozenset({"payout_release", "payout_reverse"})


@dataclass(frozen=True)
class Summary:
    """A statement in one breath; amounts in minor units."""

    taken_minor: int
    vouchers: int
    paid_minor: int
    paying_minor: int
    """On its way to the merchant."""
    owed_minor: int


def owed(session: Session, merchant_code: str) -> int:
    """What the programme owes the merchant, without what is on its way to it."""
    return statements.balance_of(session, ledger.merchant_code(merchant_code))


def paying(session: Session, merchant_code: str) -> int:
    """What is on its way to the merchant."""
    return statements.balance_of(session, ledger.merchant_hold_code(merchant_code))


def between(session: Session, merchant: Merchant, first: date, last: date, timezone: str) -> Statement:
    """From the beginning of `first` to the end of `last`, as the clocks in `timezone` have it."""
    start = at_local(first, time(), timezone)
    end = at_local(last + timedelta(days=1), time(), timezone)
    return statements.between(session, ledger.merchant_code(merchant.code), start, end)


def summary(session: Session, merchant_code: str, since: datetime, now: datetime) -> Summary:
    """Since that moment; what has been given back after a failed payment does not count as paid."""
    made = statements.between(session, ledger.merchant_code(merchant_code), since, now + timedelta(seconds=1))
    taken = [entry.amount_minor for entry in made.entries if entry.kind == VOUCHER]
    left = -sum(entry.amount_minor for entry in made.entries if entry.kind in {SETTLED, *RETURNED})
    on_its_way = paying(session, merchant_code)
    return Summary(
        taken_minor=sum(taken),
        vouchers=len(taken),
        paid_minor=max(left - on_its_way, 0),
        paying_minor=on_its_way,
        owed_minor=owed(session, merchant_code),
    )
