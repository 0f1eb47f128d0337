"""A creation asked for twice under one key happens once (header `Idempotency-Key`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.access.models import ApiCreation
from app.db import conflict
from app.errors import Conflict
from app.kernel.ids import new_id

REMEMBERED: Final = timedelta(days=30)
"""How long a key stands for its first answer; nobody repeats a request after that."""


@dataclass(frozen=True)
class Once:
    """One request to create. Without a `key` it is simply carried out."""

    caller: Caller
    key: str | None
    content: bytes
    """Address and body: the same key with other content is a mistake of the caller's."""

    def answer(
        self, session: Session, now: datetime, create: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """What `create` answered, now or the first time. Raises `Conflict` for the same key, other content.

        The key is claimed first, so a second caller waits for the first to commit. Where `create` raises,
        the claim is rolled back with it, and the key is free again.
        """
        if self.key is None or self.caller.key_id is None:
            return create()
        digest = hashlib.sha256(self.content).hexdigest()
        if not self._claim(session, digest, now):
            first = session.scalars(
                select(ApiCreation).where(
                    ApiCreation.api_key_id == self.caller.key_id, ApiCreation.key == self.key
                )
            ).one()
            if first.content_digest != digest:
                raise Conflict("This Idempotency-Key was used before, for something else.")
            return first.answer
        answer = create()
        claimed = session.scalars(
            select(ApiCreation).where(
                ApiCreation.api_key_id == self.caller.key_id, ApiCreation.key == self.key
            )
        ).one()
        claimed.answer = dict(answer)
        return answer

    def _claim(self, session: Session, digest: str, now: datetime) -> bool:
        claim = (
            conflict.insert(session, ApiCreation)
            .values(
                id=new_id(),
                api_key_id=self.caller.key_id,
                key=self.key,
                content_digest=digest,
                answer={},
                created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["api_key_id", "key"])
            .returning(ApiCreation.id)
        )
        return session.scalar(claim) is not None


def forget_old_keys(session: Session, now: datetime) -> int:
    """Delete what was created longer than `REMEMBERED` ago; returns how many keys were forgotten."""
    old = delete(ApiCreation).where(ApiCreation.created_at <= now - REMEMBERED).returning(ApiCreation.id)
    return len(session.scalars(old).all())
