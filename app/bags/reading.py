"""Reading a bag's code at a door or at the hub. Whatever it turns out to be is kept, and stops nothing.

Decided here: a bag that comes back on another day is no matter; on one day it belongs to one stop.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.bags.codes import read
from app.bags.models import Bag, BagReading, BagRun, Finding, Place
from app.db import lock_name
from app.pickups.models import Pickup

_LONGEST = 24


def at_the_door(
    session: Session, *, reading_id: UUID, typed: str, pickup: Pickup, collector_id: UUID, at: datetime
) -> BagReading:
    """Keep what was read at a stop, once per `reading_id`."""
    return _keep(
        session,
        typed,
        BagReading(
            id=reading_id,
            place=Place.DOOR,
            date=pickup.date,
            pickup_id=pickup.id,
            collector_id=collector_id,
            read_at=at,
        ),
    )


def at_the_hub(
    session: Session, *, reading_id: UUID, typed: str, day: dt.date, collector_id: UUID, at: datetime
) -> BagReading:
    """Keep what was read of a bag that is weighed in, once per `reading_id`. `day` is that of its stop."""
    return _keep(
        session,
        typed,
        BagReading(id=reading_id, place=Place.HUB, date=day, collector_id=collector_id, read_at=at),
    )


def take_back(session: Session, reading_id: UUID, now: datetime) -> None:
    """The weigh-in of this id counts no more, and so does its bag's code."""
    session.execute(update(BagReading).where(BagReading.id == reading_id).values(taken_back_at=now))


def of_stops(session: Session, pickup_ids: Sequence[UUID]) -> Sequence[BagReading]:
    """What was read at these doors, in order."""
    return session.scalars(
        select(BagReading)
        .where(BagReading.place == Place.DOOR, BagReading.pickup_id.in_(pickup_ids))
        .order_by(BagReading.id)
    ).all()


def stops_of(session: Session, codes: Sequence[str], day: dt.date) -> dict[str, UUID]:
    """The stop at whose door each of these bags was read that day; the first one, where there are several."""
    rows = session.execute(
        select(BagReading.code, BagReading.pickup_id)
        .where(BagReading.code.in_(codes), BagReading.date == day, BagReading.pickup_id.is_not(None))
        .order_by(BagReading.read_at.desc(), BagReading.id.desc())
    )
    return {code: pickup_id for code, pickup_id in rows if pickup_id is not None}


def _keep(session: Session, typed: str, reading: BagReading) -> BagReading:
    code = read(typed)
    reading.code = code or typed.strip()[:_LONGEST]
    lock_name(session, f"bag:{reading.code}")
    known = session.get(BagReading, reading.id)
    if known is not None:
        return known
    reading.finding = Finding.SLIP if code is None else _found(session, code, reading)
    session.add(reading)
    session.flush()
    return reading


def _found(session: Session, code: str, reading: BagReading) -> Finding:
    run = session.execute(
        select(BagRun.void_since).join(Bag, Bag.run_id == BagRun.id).where(Bag.code == code)
    ).one_or_none()
    if run is None:
        return Finding.UNKNOWN
    # What a phone sends late was read before the run was called back.
    if run.void_since is not None and run.void_since <= reading.read_at:
        return Finding.VOID
    before = select(BagReading.id).where(
        BagReading.code == code,
        BagReading.date == reading.date,
        BagReading.place == reading.place,
        BagReading.taken_back_at.is_(None),
    )
    if reading.place is Place.DOOR:
        before = before.where(BagReading.pickup_id != reading.pickup_id)
    return Finding.TWICE if session.scalar(before.limit(1)) is not None else Finding.KNOWN
