"""Sessions of browsers: a random token in the browser, its hash here, good until it lies unused for long.

Each kind of person has a table of its own, of the shape `BrowserSession`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.signing_in.models import BrowserSession

_TOKEN_BYTES: Final = 32
_RENEW_AFTER: Final = timedelta(days=1)
"""Each day's first request pushes the end out; the others need not write."""
_KEEP_ENDED: Final = timedelta(days=90)
_MOST_FORGOTTEN: Final = 500


def new_token() -> tuple[str, str]:
    """A token, which is kept nowhere but in the browser, and its hash."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, hashed(token)


def hashed(token: str) -> str:
    # A plain hash is enough: nobody guesses 256 random bits.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_open(table: type[BrowserSession], token: str, now: datetime) -> ColumnElement[bool]:
    """The row of the token's session, unless it expired or was ended."""
    return and_(table.token_hash == hashed(token), table.revoked_at.is_(None), table.expires_at > now)


def keep_alive(session: Session, used: BrowserSession, *, lifetime: timedelta, now: datetime) -> bool:
    """Using it keeps it alive for another `lifetime`. Whether it ends later than it did: the cookie wants to be told."""
    renewed = now + lifetime - used.expires_at > _RENEW_AFTER
    if renewed:
        used.expires_at = now + lifetime
        session.flush()
    return renewed


def end(session: Session, table: type[BrowserSession], which: ColumnElement[bool], now: datetime) -> None:
    """End those sessions; one that has ended already is fine."""
    session.execute(update(table).where(which, table.revoked_at.is_(None)).values(revoked_at=now))


def forget_ended(session: Session, table: type[BrowserSession], now: datetime) -> int:
    """Delete some of the sessions that ended long ago; how many."""
    long_ago = now - _KEEP_ENDED
    rows = session.scalars(
        select(table)
        .where(or_(table.expires_at < long_ago, table.revoked_at < long_ago))
        .limit(_MOST_FORGOTTEN)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)
