"""Which collector is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors.models import Collector, CollectorRole, CollectorSession
from app.errors import NotSignedIn
from app.signing_in import sessions


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
    token, token_hash = sessions.new_token()
    session.add(
        CollectorSession(
            token_hash=token_hash, collector_id=collector_id, created_at=now, expires_at=now + lifetime
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
        .where(sessions.is_open(CollectorSession, token, now), Collector.active)
    ).one_or_none()
    if row is None:
        raise NotSignedIn("sign in")
    signed_in, collector = row
    renewed = sessions.keep_alive(session, signed_in, lifetime=lifetime, now=now)
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
    sessions.end(session, CollectorSession, CollectorSession.token_hash == sessions.hashed(token), now)


def revoke_all(session: Session, collector_id: UUID, now: datetime) -> None:
    """Sign the collector out everywhere, as for a lost phone."""
    sessions.end(session, CollectorSession, CollectorSession.collector_id == collector_id, now)


def forget_ended(session: Session, now: datetime) -> int:
    """Delete some of the sessions that ended long ago; how many."""
    return sessions.forget_ended(session, CollectorSession, now)
