"""Telling the phones of a household what was changed about them: at once, and whatever texts they chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.conversation.values import Value
from app.households import service as households
from app.messaging.post import Post


def tell_phones(
    session: Session,
    post: Post,
    household_id: UUID,
    *,
    key: str,
    values: Mapping[str, Value],
    but: str | None = None,
    now: datetime,
) -> None:
    """Text every phone of the household, except `but`, which knows. The texts name no money."""
    for phone in households.phones(session, household_id):
        if phone.phone != but:
            post.text(
                session,
                phone=phone.phone,
                language=phone.language,
                key=key,
                values=values,
                now=now,
                household_id=household_id,
            )


def tell(
    session: Session,
    post: Post,
    phone: str,
    language: str,
    *,
    key: str,
    values: Mapping[str, Value],
    now: datetime,
) -> None:
    """Text one phone that the household has, or had."""
    post.text(session, phone=phone, language=language, key=key, values=values, now=now)
