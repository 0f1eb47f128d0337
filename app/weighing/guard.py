"""Which phones may be strangers' by now: long silent by text, and their household not met at the door either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.households.guarding import Silence
from app.households.models import HouseholdPhone
from app.messaging import contacts
from app.weighing.models import Weighing


def met_before(session: Session, household_id: UUID, moment: datetime, idle: timedelta) -> bool:
    """Whether something was weighed at the household's door in the `idle` before `moment`."""
    visit = (
        select(Weighing.id)
        .where(
            Weighing.household_id == household_id,
            Weighing.weighed_at >= moment - idle,
            Weighing.weighed_at < moment,
        )
        .limit(1)
    )
    return session.scalar(visit) is not None


def guarded(session: Session, phones: Sequence[HouseholdPhone], now: datetime, idle: timedelta) -> set[UUID]:
    """The ids of those of `phones` that are to be told nothing of money, nor asked to spend it."""
    heard = contacts.heard(session, [phone.phone for phone in phones])
    found = set()
    for phone in phones:
        silence = Silence(phone.confirmed_at or phone.created_at, *heard.get(phone.phone, (None, None)))
        until = silence.ended_at(idle) or (now if silence.lasts(now, idle) else None)
        if until is not None and not met_before(session, phone.household_id, until, idle):
            found.add(phone.id)
    return found
