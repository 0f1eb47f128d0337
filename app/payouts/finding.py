"""Which attempt a callback is about."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.payouts import asking
from app.payouts.models import Payout, PayoutAttempt
from app.payouts.ports import Observation
from app.payouts.statuses import PayoutStatus


def find_attempt(session: Session, provider: str, seen: Observation) -> UUID | None:
    """The attempt that an observation is about: by our reference, the provider's, or a question of ours."""
    found = None
    if seen.reference:
        found = session.scalar(
            select(PayoutAttempt.id).where(
                PayoutAttempt.provider == provider, PayoutAttempt.reference == seen.reference
            )
        )
    if found is None and seen.provider_reference:
        found = session.scalar(
            select(PayoutAttempt.id).where(
                PayoutAttempt.provider == provider,
                PayoutAttempt.provider_reference == seen.provider_reference,
            )
        )
    if found is None and seen.question:
        found = asking.attempt_of(session, provider, seen.question)
    return found


def find_lost(session: Session, provider: str, seen: Observation) -> UUID | None:
    """The one attempt without an answer that `seen` can only be about: same phone, amount and currency.

    None where there is none, or more than one. For providers whose callbacks do not tell our reference.
    """
    found = session.scalars(
        select(PayoutAttempt.id)
        .join(Payout, Payout.id == PayoutAttempt.payout_id)
        .where(
            PayoutAttempt.provider == provider,
            PayoutAttempt.open,
            PayoutAttempt.provider_reference.is_(None),
            Payout.status.in_([PayoutStatus.SUBMITTING, PayoutStatus.UNKNOWN]),
            Payout.payee_phone == seen.payee_phone,
            Payout.amount_minor == seen.amount_minor,
            Payout.currency == seen.currency,
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 and seen.provider_reference else None
