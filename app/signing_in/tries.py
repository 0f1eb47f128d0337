"""Counting tries at a PIN, per phone (known or not) and per address; each lockout lasts twice as long as the last."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import TooManyTries
from app.kernel.phone import Phone
from app.settings import Settings
from app.signing_in.models import SignInTries

LONGEST_LOCKOUT = timedelta(days=1)
"""Ten thousand PINs at five tries a day take years."""
_PHONE_MEMORY = timedelta(days=7)
_MOST_DOUBLINGS = 20
_MOST_FORGOTTEN = 500
_IPV6_NETWORK_BITS = 64
"""What one subscriber is given (RFC 6177); every address in it may be the same phone."""


@dataclass(frozen=True)
class Limits:
    tries: int
    """Per phone, between lockouts."""
    lockout: timedelta
    """The first one; each further one lasts twice as long, up to `LONGEST_LOCKOUT`."""
    tries_per_address: int
    """Per address, between waits of `lockout`."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        lockout = timedelta(minutes=settings.pin_lockout_minutes)
        return cls(settings.pin_tries, lockout, settings.sign_in_tries_per_address)


def count(session: Session, *, phone: Phone, door: str, address: str, limits: Limits, now: datetime) -> None:
    """Count one failed try of `phone` at `door`, the page that was signed in to. Commit before going on.

    Raises `TooManyTries`, for known and unknown phones alike.
    """
    _count(session, _phone_subject(phone, door), _Rule(limits.tries, limits.lockout, _PHONE_MEMORY), now)
    per_address = _Rule(limits.tries_per_address, limits.lockout, timedelta(0))
    _count(session, _address_subject(address), per_address, now)


def take_back(session: Session, *, phone: Phone, door: str, address: str, now: datetime) -> None:
    """The try was none: its PIN was right."""
    forgive(session, phone, door)
    tries = _locked(session, _address_subject(address), now)
    tries.tries = max(tries.tries - 1, 0)
    tries.blocked_until = None


def forgive(session: Session, phone: Phone, door: str) -> None:
    """Forget the phone's failed tries, and end its lockout."""
    session.execute(
        update(SignInTries)
        .where(SignInTries.subject == _phone_subject(phone, door))
        .values(tries=0, blocked_until=None)
    )


def forget_old_tries(session: Session, now: datetime) -> int:
    """Delete the counts that no longer matter; how many."""
    # Rows somebody is counting on at this moment are left for next time, so that nobody waits in a circle.
    old = select(SignInTries).where(SignInTries.forget_at < now).limit(_MOST_FORGOTTEN)
    rows = session.scalars(old.with_for_update(skip_locked=True)).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


@dataclass(frozen=True)
class _Rule:
    allowed: int
    lockout: timedelta
    memory: timedelta
    """For how long after a lockout its tries are remembered, so that the next one lasts longer."""


def _count(session: Session, subject: str, rule: _Rule, now: datetime) -> None:
    row = _locked(session, subject, now)
    if row.blocked_until is not None and row.blocked_until > now:
        wait = row.blocked_until - now
        raise TooManyTries("too many tries; wait before the next one", int(wait.total_seconds()) + 1)
    if row.forget_at <= now:
        row.tries = 0
    row.tries += 1
    row.forget_at = now + rule.lockout + rule.memory
    if row.tries % rule.allowed == 0:
        doublings = min(row.tries // rule.allowed - 1, _MOST_DOUBLINGS)
        row.blocked_until = now + min(rule.lockout * 2**doublings, max(rule.lockout, LONGEST_LOCKOUT))
        row.forget_at = row.blocked_until + rule.memory
    session.flush()


def _locked(session: Session, subject: str, now: datetime) -> SignInTries:
    """The subject's row, made if need be, and ours until the transaction ends."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(SignInTries).values(subject=subject, tries=0, blocked_until=None, forget_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=[SignInTries.subject], set_={"subject": subject}
    )
    return session.scalars(
        statement.returning(SignInTries), execution_options={"populate_existing": True}
    ).one()


def _phone_subject(phone: Phone, door: str) -> str:
    return f"{door}:" + hashlib.sha256(phone.encode()).hexdigest()


def _address_subject(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = address  # a socket's path, say
    else:
        bits = _IPV6_NETWORK_BITS if isinstance(parsed, ipaddress.IPv6Address) else parsed.max_prefixlen
        network = str(ipaddress.ip_network((parsed, bits), strict=False))
    return "address:" + hashlib.sha256(network.encode()).hexdigest()
