"""What campaigns need of whoever writes texts into the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session


class Correspondent(Protocol):
    def wording(
        self,
        session: Session,
        *,
        phone: str,
        language: str,
        template: str,
        body: str,
        now: datetime,
        household_id: UUID | None = None,
        dedupe_key: str | None = None,
        not_before: datetime | None = None,
        expires_at: datetime | None = None,
        priority: int = 0,
    ) -> UUID | None:
        """Write `body`, which people worded, to the outbox. All else is as with `app.messaging.post.Post.text`.

        `priority`: the lowest is sent first.
        """
        ...
