"""How features put a text to a person into the outbox, without knowing how it is rendered or sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.conversation.values import Value

__all__ = ["Post", "Value"]


class Post(Protocol):
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
        """Write the catalogue's text `key` to the outbox, in the caller's transaction, and return its row's id.

        None where the phone has opted out. A repeated `dedupe_key` returns the first row and writes nothing.
        Not sent before `not_before`, and never after `expires_at`.
        """
        ...
