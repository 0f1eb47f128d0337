"""What weighing needs of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.conversation.values import Value


class Post(Protocol):
    """Writes a text to be sent once this transaction has committed."""

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
    ) -> UUID | None: ...
