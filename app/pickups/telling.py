"""Telling households what became of their pickups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.households import service as households
from app.messaging.post import Post, Value


@dataclass(frozen=True)
class Word:
    """One text to all the phones of a household that want such texts."""

    household_id: UUID
    key: str
    values: dict[str, Value]
    dedupe_key: str | None = None


def tell(
    session: Session, post: Post, words: Sequence[Word], *, now: datetime, not_before: datetime | None = None
) -> int:
    """Put `words` into the outbox, each phone in its language; returns how many texts were written."""
    phones = households.phones_of(session, list({word.household_id for word in words}))
    written = 0
    for word in words:
        for phone in phones[word.household_id]:
            if not phone.gets_reminders:
                continue
            sent = post.text(
                session,
                phone=phone.phone,
                language=phone.language,
                key=word.key,
                values=word.values,
                now=now,
                household_id=word.household_id,
                dedupe_key=f"{word.dedupe_key}:{phone.phone}" if word.dedupe_key else None,
                not_before=not_before,
            )
            written += sent is not None
    return written
