"""Signing in with phone and PIN, in three steps:

1. `begin` counts the try as failed, in a transaction that is committed before anything else happens;
2. `pin_matches` does the slow comparison, holding no lock on the database;
3. `finish` takes the failure back and opens a session.

So a crash, a refused request or fifty guesses at once can never make a try go uncounted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collectors import sessions
from app.collectors.models import Collector
from app.errors import NotSignedIn
from app.kernel import pins
from app.kernel.phone import Phone
from app.signing_in import tries
from app.signing_in.tries import Limits

__all__ = ["Limits", "Try", "begin", "finish", "forgive", "pin_matches"]

DOOR = "phone"


@dataclass(frozen=True)
class Try:
    """One counted try, to be judged by `pin_matches`."""

    phone: Phone
    address: str
    collector_id: UUID | None
    pin_hash: str | None


def begin(session: Session, *, phone: Phone, address: str, limits: Limits, now: datetime) -> Try:
    """Count one failed try. Commit before going on.

    Raises `TooManyTries`, for known and unknown phones alike.
    """
    tries.count(session, phone=phone, door=DOOR, address=address, limits=limits, now=now)
    known = session.execute(
        select(Collector.id, Collector.pin_hash).where(Collector.phone == phone, Collector.active)
    ).one_or_none()
    return Try(phone, address, *(known or (None, None)))


def pin_matches(attempt: Try, pin: str) -> bool:
    """Whether this is the PIN. Takes as long for a phone that nobody has; call it outside a transaction."""
    return pins.verify(pin, attempt.pin_hash)


def finish(session: Session, attempt: Try, *, lifetime: timedelta, now: datetime) -> str:
    """Open a session for a try whose PIN matched, and return its token.

    Raises `NotSignedIn` if the PIN was changed, or the collector left, since `begin`.
    """
    collector = session.execute(
        select(Collector.id, Collector.pin_hash).where(Collector.id == attempt.collector_id, Collector.active)
    ).one_or_none()
    if collector is None or attempt.pin_hash is None or collector.pin_hash != attempt.pin_hash:
        raise NotSignedIn("sign in")
    tries.take_back(session, phone=attempt.phone, door=DOOR, address=attempt.address, now=now)
    return sessions.open_session(session, collector.id, lifetime=lifetime, now=now)


def forgive(session: Session, phone: Phone) -> None:
    """Forget the phone's failed tries, and end its lockout."""
    tries.forgive(session, phone, DOOR)
