"""Who is signed in: a random token in the browser, its hash here, good until it lies unused for long."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.collectors.models import Collector, CollectorRole, CollectorSession
from app.errors import NotSignedIn

_TOKEN_BYTES = 32
_RENEW_AFTER = timedelta(days=1)
"""Each day's first request pushes the end out; the others need not write."""
_KEEP_ENDED = timedelta(days=90)
_MOST_FORGOTTEN = 500


@dataclass(frozen=True)
class SignedIn:
    """A collector with a valid session."""

    collector_id: UUID
    name: str
    phone: str
    language: str
    hub_id: UUID
    role: CollectorRole
    expires_at: datetime
    renewed: bool
    """`expires_at` is later than it was: the browser's cookie wants to be told."""


def open_session(session: Session, collector_id: UUID, *, lifetime: timedelta, now: datetime) -> str:
    """A new session's token, which is kept nowhere but in the answer."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        CollectorSession(
            token_hash=_hash(token), collector_id=collector_id, created_at=now, expires_at=now + lifetime
        )
    )
    session.flush()
    return token


def session_for(session: Session, token: str, *, lifetime: timedelta, now: datetime) -> SignedIn:
    """Whose token it is; using it keeps it alive for another `lifetime`.

    Raises `NotSignedIn` for a token that is unknown, expired or signed out, or whose collector has left.
    """
    row = session.execute(
        select(CollectorSession, Collector)
        .join(Collector, Collector.id == CollectorSession.collector_id)
        .where(
            CollectorSession.token_hash == _hash(token),
            CollectorSession.revoked_at.is_(None),
            CollectorSession.expires_at > now,
            Collector.active,
        )
    ).one_or_none()
    if row is None:
        raise NotSignedIn("sign in")
    signed_in, collector = row
    renewed = now + lifetime - signed_in.expires_at > _RENEW_AFTER
    if renewed:
        signed_in.expires_at = now + lifetime
        session.flush()
    return SignedIn(
        collector_id=collector.id,
        name=collector.name,
        phone=collector.phone,
        language=collector.language,
        hub_id=collector.hub_id,
        role=collector.role,
        expires_at=signed_in.expires_at,
        renewed=renewed,
    )


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the token's session; one that has ended already is fine."""
    session.execute(
        update(CollectorSession)
        .where(CollectorSession.token_hash == _hash(token), CollectorSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_all(session: Session, collector_id: UUID, now: datetime) -> None:
    """Sign the collector out everywhere, as for a lost phone."""
    session.execute(
        update(CollectorSession)
        .where(CollectorSession.collector_id == collector_id, CollectorSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def forget_ended(session: Session, now: datetime) -> int:
    """Delete some of the sessions that ended long ago; how many."""
    long_ago = now - _KEEP_ENDED
    rows = session.scalars(
        select(CollectorSession)
        .where(or_(CollectorSession.expires_at < long_ago, CollectorSession.revoked_at < long_ago))
        .limit(_MOST_FORGOTTEN)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def _hash(token: str) -> str:
    # A plain hash is enough: nobody guesses 256 random bits.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
