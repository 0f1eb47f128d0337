"""Signing in by a link in a text: good once and not for long. Seeing it (a preview, a scanner) spends nothing."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.collectors import service, sessions, sign_in
from app.collectors.models import Collector, SignInLink
from app.errors import NotSignedIn
from app.kernel.phone import Phone
from app.signing_in import tries

FIRST_LIFETIME = timedelta(hours=24)
"""For whoever has no PIN yet, and may be told of it the evening before."""
LIFETIME = timedelta(minutes=15)
DOOR = "link"
_LINKS_ASKED = 3
_TOKEN_BYTES = 16
_KEEP_ENDED = timedelta(days=30)
_MOST_FORGOTTEN = 500


def issue(session: Session, collector: Collector, now: datetime) -> str:
    """A new link's token; links that were sent before and not used are over."""
    session.execute(
        update(SignInLink)
        .where(SignInLink.collector_id == collector.id, SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    lifetime = LIFETIME if collector.pin_hash else FIRST_LIFETIME
    session.add(
        SignInLink(
            token_hash=_hash(token), collector_id=collector.id, created_at=now, expires_at=now + lifetime
        )
    )
    session.flush()
    return token


def count(session: Session, *, phone: Phone, address: str, limits: tries.Limits, now: datetime) -> None:
    """Count one asking for a link: each costs a text. Raises `TooManyTries`, for known and unknown phones alike."""
    few = replace(limits, tries=_LINKS_ASKED)
    tries.count(session, phone=phone, door=DOOR, address=address, limits=few, now=now)


@dataclass(frozen=True)
class Invited:
    """Whom a link is for."""

    name: str
    language: str
    has_pin: bool


def look_at(session: Session, token: str, now: datetime) -> Invited:
    """Raises `NotSignedIn` for a link that is unknown, used or too old, or whose collector has left."""
    _, collector = _good(session, token, now)
    return Invited(collector.name, collector.language, collector.pin_hash is not None)


def spend(session: Session, token: str, pin: str | None, *, lifetime: timedelta, now: datetime) -> str:
    """Use the link up, set the PIN where one is given, and open a session; its token.

    Raises as `look_at`, and `InvalidInput` for what is no PIN. A first PIN must be given.
    """
    link, collector = _good(session, token, now)
    if pin is not None:
        service.set_pin(session, collector.id, pin, now)
    elif collector.pin_hash is None:
        raise NotSignedIn("choose a PIN")
    link.used_at = now
    sign_in.forgive(session, Phone(collector.phone))
    return sessions.open_session(session, collector.id, lifetime=lifetime, now=now)


def forget_ended(session: Session, now: datetime) -> int:
    """Delete some of the links that ended long ago; how many."""
    old = select(SignInLink).where(SignInLink.expires_at < now - _KEEP_ENDED)
    rows = session.scalars(old.limit(_MOST_FORGOTTEN).with_for_update(skip_locked=True)).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def _good(session: Session, token: str, now: datetime) -> tuple[SignInLink, Collector]:
    row = session.execute(
        select(SignInLink, Collector)
        .join(Collector, Collector.id == SignInLink.collector_id)
        .where(
            SignInLink.token_hash == _hash(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            Collector.active,
        )
        .with_for_update(of=SignInLink)
    ).one_or_none()
    if row is None:
        raise NotSignedIn("this link is over")
    return row[0], row[1]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
