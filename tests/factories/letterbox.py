"""A post that writes its outbox rows plainly, key and dates for a body, so that tests can read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.ids import new_id
from app.messaging.models import Contact, OutboxMessage, OutboxStatus
from app.messaging.post import Value
from tests.factories.languages import CATALOGUE


class Letterbox:
    """Keeps the promises of `app.messaging.post.Post`, one text at a time."""

    def text(
        self,
        session: Session,
        *,
        phone: str,
        language: str,
        key: str,
        values: Mapping[str, Value],
        now: datetime,
        household_id: UUID | None = None,
        dedupe_key: str | None = None,
        not_before: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> UUID | None:
        CATALOGUE.text(key, language, **values)  # raises where a value is missing
        contact = session.get(Contact, phone)
        if contact is not None and contact.opted_out_at is not None:
            return None
        if dedupe_key is not None:
            first = session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key))
            if first is not None:
                return first
        days = [value.isoformat() for value in values.values() if isinstance(value, date)]
        made = OutboxMessage(
            id=new_id(),
            phone=phone,
            household_id=household_id,
            template=key,
            language=language,
            body=" ".join([key, *days]),
            encoding="gsm7",
            parts=1,
            status=OutboxStatus.QUEUED,
            dedupe_key=dedupe_key,
            not_before=not_before or now,
            expires_at=expires_at,
            attempts=0,
            created_at=now,
            updated_at=now,
        )
        session.add(made)
        session.flush()
        return made.id


def bodies(session: Session) -> list[str]:
    """What was written, in order."""
    return list(session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))
