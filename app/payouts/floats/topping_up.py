"""Money that the office moves into a provider's float, as the book has it.

A float's account goes down by what was put there and up by what was paid out, so minus its balance is what we hold
with the provider. The other side is `funding:programme`.

Providers tell fees in fractions of the minor unit, and each is booked as a whole one. What those fractions have come to, by
the provider's statement, is squared with `programme:rounding`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.payouts.floats.models import FloatTopup
from app.payouts.health import forget_short
from app.payouts.models import PayoutAttempt


@dataclass(frozen=True)
class Movement:
    """What was moved, by whose receipt."""

    provider: str
    amount_minor: int
    """Negative where it was taken out again, or to correct a mistake."""
    currency: str
    receipt_number: str
    paid_at: datetime
    rounding: bool = False
    """No money was moved: by that statement the float holds so much more than the book has, from rounded fees."""


def record(session: Session, moved: Movement, by: str, now: datetime) -> FloatTopup:
    """Book it, once per receipt; the same movement again is the first one.

    Raises `InvalidInput` for nothing, a time to come, or more than rounding can have come to, and `Conflict` for a receipt that stands for another movement.
    """
    number = moved.receipt_number.strip().upper()
    if moved.amount_minor == 0:
        raise InvalidInput("amount_minor", "must not be 0")
    if moved.paid_at > now:
        raise InvalidInput("paid_at", "That time is yet to come.")
    account = ledger.named(session, ledger.float_code(moved.provider), currency=moved.currency)
    ledger.lock(session, [account])  # two at once: the second finds the first one's receipt
    known = session.scalar(
        select(FloatTopup).where(FloatTopup.provider == moved.provider, FloatTopup.receipt_number == number)
    )
    if known is not None:
        if (known.amount_minor, known.rounding) != (moved.amount_minor, moved.rounding):
            raise Conflict("That receipt stands for another amount already.")
        return known
    if moved.rounding:
        _check_rounding(session, moved)
    made = FloatTopup(
        id=new_id(),
        provider=moved.provider,
        amount_minor=moved.amount_minor,
        rounding=moved.rounding,
        currency=moved.currency,
        receipt_number=number,
        paid_at=moved.paid_at,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    _book(session, made, now)
    if made.amount_minor > 0:
        forget_short(session, made.provider, now)
    return made


def _check_rounding(session: Session, moved: Movement) -> None:
    """Half a minor unit for each fee that was booked, with what was squared before: more is no rounding."""
    fees = session.scalar(
        select(func.count()).where(
            PayoutAttempt.provider == moved.provider, PayoutAttempt.fee_minor.is_not(None)
        )
    )
    squared = session.scalar(
        select(func.coalesce(func.sum(FloatTopup.amount_minor), 0)).where(
            FloatTopup.provider == moved.provider, FloatTopup.rounding
        )
    )
    most = int(fees or 0) // 2
    if abs(int(squared or 0) + moved.amount_minor) > most:
        raise InvalidInput(
            "amount_minor", f"Rounding {fees} fees comes to {most} at most; look for the rest."
        )


def _book(session: Session, made: FloatTopup, now: datetime) -> None:
    float_id = ledger.named(session, ledger.float_code(made.provider))
    other_id = ledger.named(session, ledger.ROUNDING if made.rounding else ledger.FUNDING_PROGRAMME)
    into = made.amount_minor > 0
    kind = "float_rounding" if made.rounding else "float_topup" if into else "float_withdrawal"
    ledger.transfer(
        session,
        key=f"float-topup:{made.id}",
        kind=kind,
        postings=[
            ledger.Posting(float_id, other_id, made.amount_minor)
            if into
            else ledger.Posting(other_id, float_id, -made.amount_minor)
        ],
        reason=f"float with {made.provider}, receipt {made.receipt_number}",
        cause=ledger.Cause("float_topup", made.id),
        effective_at=made.paid_at,
        now=now,
    )
