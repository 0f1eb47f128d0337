"""API keys: made, recognised, revoked. The key is shown once; the database holds only its hash.

A key is 256 random bits, so a plain SHA-256 is enough: there is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record
from app.access.models import ApiKey
from app.access.scopes import EVERYTHING, check_scopes
from app.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn

PREFIX = "wb_"
_RANDOM_BYTES = 32
_LONGEST_NAME = 60
_USE_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Caller:
    """Who is asking, as the audit trail names them, and what they may do."""

    key_id: UUID | None
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        return f"{self.name} {self.key_id}" if self.key_id else self.name

    def need(self, scope: str) -> None:
        """Raises `NotAllowed`, naming the scope that is missing."""
        if not self.scopes & {scope, EVERYTHING}:
            raise NotAllowed(f"This key lacks the scope {scope}.")


COMMAND_LINE = Caller(key_id=None, name="command line", scopes=frozenset({EVERYTHING}))
"""Whoever can run the command can read the database; they are recorded all the same."""


@dataclass(frozen=True)
class NewKey:
    row: ApiKey
    key: str
    """Shown once, kept nowhere."""


def create_key(session: Session, *, name: str, scopes: Iterable[str], by: Caller, now: datetime) -> NewKey:
    """A new key. Raises `InvalidInput` for an empty or long name or an unknown scope, `NotAllowed` where
    `by` would hand out more than they have.
    """
    name = name.strip()
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise InvalidInput("name", f"give a name of 1 to {_LONGEST_NAME} characters")
    wanted = check_scopes(scopes)
    for scope in wanted:
        by.need(scope)
    key = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    row = ApiKey(
        name=name, key_hash=_hash(key), scopes=wanted, created_at=now, revoked_at=None, last_used_at=None
    )
    session.add(row)
    session.flush()
    record(session, by.actor, "created", "api-key", row.id, now=now, detail={"name": name, "scopes": wanted})
    return NewKey(row=row, key=key)


def caller_of(session: Session, key: str, *, now: datetime) -> Caller:
    """Whose key this is. Raises `NotSignedIn` for an unknown or revoked one."""
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(key)))
    if row is None or row.revoked_at is not None:
        raise NotSignedIn("This key is unknown or was revoked.")
    if row.last_used_at is None or now - row.last_used_at >= _USE_NOTED_EVERY:
        row.last_used_at = now
    return Caller(key_id=row.id, name=row.name, scopes=frozenset(row.scopes))


def revoke(session: Session, key_id: UUID, *, by: Caller, now: datetime) -> ApiKey:
    """End a key at once; revoking it again changes nothing. Raises `NotFound`."""
    row = session.get(ApiKey, key_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such API key.")
    if row.revoked_at is None:
        row.revoked_at = now
        record(session, by.actor, "revoked", "api-key", row.id, now=now)
    return row


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
