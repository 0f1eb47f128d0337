"""Photos from the door: small, few, and not for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.fieldwork.answers import Answer, Taken, Why
from app.fieldwork.models import FieldPhoto
from app.pickups.models import Pickup

PHOTO_MAX_BYTES: Final = 48 * 1024
"""The sheet shrinks them to this; a request's body is 64 KiB at most."""
MOST_A_DAY: Final = 100
"""Per collector; nobody takes so many, and a phone that is lost may not fill our disk."""
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
_MOST_FORGOTTEN = 200


@dataclass(frozen=True)
class Photo:
    id: UUID
    pickup_id: UUID
    about_id: UUID
    jpeg: bytes
    device_at: datetime


def keep(session: Session, photo: Photo, collector_id: UUID, now: datetime) -> Taken:
    """Keep a photo once per id. Refused: what is no JPEG, too large, or one too many on a day."""
    if session.get(Pickup, photo.pickup_id, with_for_update=True) is None:
        return Taken(Answer.REFUSED, Why.UNKNOWN_STOP)
    sha256 = hashlib.sha256(photo.jpeg).hexdigest()
    known = session.get(FieldPhoto, photo.id)
    if known is not None:
        return Taken(Answer.DUPLICATE if known.sha256 == sha256 else Answer.CONFLICT)
    whole = photo.jpeg.startswith(_JPEG_BEGINS) and photo.jpeg.rstrip(b"\0").endswith(_JPEG_ENDS)
    if not whole or len(photo.jpeg) > PHOTO_MAX_BYTES or _today(session, collector_id, now) >= MOST_A_DAY:
        return Taken(Answer.REFUSED, Why.MALFORMED)
    session.add(
        FieldPhoto(
            id=photo.id,
            pickup_id=photo.pickup_id,
            collector_id=collector_id,
            about_id=photo.about_id,
            jpeg=photo.jpeg,
            sha256=sha256,
            device_at=photo.device_at,
            received_at=now,
        )
    )
    session.flush()
    return Taken(Answer.ACCEPTED)


def get(session: Session, photo_id: UUID) -> FieldPhoto:
    """Raises `NotFound`."""
    found = session.get(FieldPhoto, photo_id)
    if found is None:
        raise NotFound("There is no such photo.")
    return found


def forget_old(session: Session, kept_days: int, now: datetime) -> int:
    """Delete some of the photos that are older; how many."""
    old = select(FieldPhoto).where(FieldPhoto.received_at < now - timedelta(days=kept_days))
    rows = session.scalars(old.limit(_MOST_FORGOTTEN).with_for_update(skip_locked=True)).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def _today(session: Session, collector_id: UUID, now: datetime) -> int:
    since = now - timedelta(days=1)
    mine = select(func.count()).where(FieldPhoto.collector_id == collector_id, FieldPhoto.received_at > since)
    return session.scalar(mine) or 0
