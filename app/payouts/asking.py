"""Questions whose answers come by callback, where nothing signs callbacks.

Why such an answer counts: the provider made up the question's id for a call that we had just made with our own
credentials, told it to us alone on the connection that we opened to it, and it is too long to guess. Who sends it back
has seen both ends of that call. Only its hash is kept and nothing shows it, so nobody who may read the payouts,
the logs or the database can send it; it is good for one answer, about one attempt, for a limited time, and at the
secret address. What the answer tells of amount, currency and payee is compared as any other's is.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.conflict import insert
from app.kernel.ids import new_id
from app.payouts.models import PayoutAttempt, PayoutQuestion

GOOD_FOR: Final = timedelta(days=7)
"""How long after it was asked a question takes an answer."""


def ask(session: Session, attempt: PayoutAttempt, question: str, now: datetime) -> None:
    """Remember a question that the provider will answer by callback."""
    session.execute(
        insert(session, PayoutQuestion)
        .values(
            id=new_id(),
            attempt_id=attempt.id,
            provider=attempt.provider,
            question_sha256=_hash(question),
            asked_at=now,
        )
        .on_conflict_do_nothing()
    )


def attempt_of(session: Session, provider: str, question: str) -> UUID | None:
    """The attempt that was asked about."""
    return session.scalar(
        select(PayoutQuestion.attempt_id).where(
            PayoutQuestion.provider == provider, PayoutQuestion.question_sha256 == _hash(question)
        )
    )


def answer(session: Session, attempt_id: UUID, question: str, now: datetime) -> bool:
    """Use the question up; False where it was never asked about this attempt, was answered before, or is too old.

    The caller holds the payout's lock.
    """
    asked = session.scalar(
        select(PayoutQuestion).where(
            PayoutQuestion.attempt_id == attempt_id,
            PayoutQuestion.question_sha256 == _hash(question),
            PayoutQuestion.answered_at.is_(None),
            PayoutQuestion.asked_at > now - GOOD_FOR,
        )
    )
    if asked is None:
        return False
    asked.answered_at = now
    session.flush()
    return True


def _hash(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()
