"""Giving pickups that nobody can come to another day, and telling their households, in one go."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import conflict
from app.messaging.post import Post, Value
from app.pickups.asking import LOOK_AHEAD_DAYS, new_row
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import OPEN, CancelReason, PickupStatus, check_move
from app.pickups.telling import Word, tell
from app.pickups.timetable import DEFAULT, Timetable
from app.places import service as places
from app.places.calendar import Calendar, ServiceDate

_TAKES_ANOTHER = OPEN | {PickupStatus.CANCELLED}
"""What a household's pickup on a later day may be, for this one to be moved there: not one it said no to."""


def postpone(
    session: Session,
    pickup_ids: Sequence[UUID],
    now: datetime,
    post: Post,
    timetable: Timetable = DEFAULT,
) -> dict[UUID, Pickup | None]:
    """Call open pickups off and put each on its zone's next service day, where it must be served.

    A household that has a pickup there already keeps that one, and is promised it. Each is told by one text, at
    decent hours. Returns the pickup in the place of each, none where no further day is planned in its zone; one
    that is not open any more is left alone and left out. The queries do not grow with the pickups.
    """
    session.flush()
    off = session.scalars(
        select(Pickup)
        .where(Pickup.id.in_(pickup_ids), Pickup.status.in_(OPEN))
        .order_by(Pickup.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if not off:
        return {}
    for pickup in off:
        check_move(pickup.status, PickupStatus.CANCELLED)
        pickup.status, pickup.cancel_reason = PickupStatus.CANCELLED, CancelReason.UNSERVED
        pickup.confirmed = False
        pickup.updated_at = now
    session.flush()
    days = _days(session, off)
    _fill(session, off, days, now)
    instead = _promised(session, off, days, now)
    for zone_id, words in _words(off, instead).items():
        hours = timetable.hours.opening(now, places.zone(session, zone_id).timezone)
        tell(session, post, words, now=now, not_before=hours)
    return {pickup.id: instead.get(pickup.id) for pickup in off}


def _days(session: Session, off: Sequence[Pickup]) -> dict[UUID, ServiceDate]:
    """The next day of each pickup's zone on which its household has not said no, and was not visited."""
    calendars = places.calendars(session, list({pickup.zone_id for pickup in off}))
    taken: defaultdict[UUID, set[dt.date]] = defaultdict(set)
    for household_id, date in session.execute(
        select(Pickup.household_id, Pickup.date).where(
            Pickup.household_id.in_([pickup.household_id for pickup in off]),
            Pickup.date > min(pickup.date for pickup in off),
            Pickup.status.not_in(_TAKES_ANOTHER),
        )
    ):
        taken[household_id].add(date)
    ahead = {key: _ahead(calendars[key[0]], key[1]) for key in {(one.zone_id, one.date) for one in off}}
    found = {}
    for pickup in off:
        free = (
            day for day in ahead[pickup.zone_id, pickup.date] if day.date not in taken[pickup.household_id]
        )
        day = next(free, None)
        if day is not None:
            found[pickup.id] = day
    return found


def _fill(session: Session, off: Sequence[Pickup], days: dict[UUID, ServiceDate], now: datetime) -> None:
    """A pickup on its day for each household that has none there."""
    insert = conflict.insert(session, Pickup).on_conflict_do_nothing(
        index_elements=[Pickup.household_id, Pickup.date]
    )
    rows = [
        new_row(pickup.household_id, pickup.zone_id, days[pickup.id], PickupKind.ON_DEMAND, now)
        for pickup in off
        if pickup.id in days
    ]
    if rows:
        session.execute(insert, rows)


def _ahead(calendar: Calendar, date: dt.date) -> list[ServiceDate]:
    return calendar.expand(date + timedelta(days=1), date + timedelta(days=LOOK_AHEAD_DAYS))


def _promised(
    session: Session, off: Sequence[Pickup], days: dict[UUID, ServiceDate], now: datetime
) -> dict[UUID, Pickup]:
    """The pickups that stand on those days now, each marked as one that must be served."""
    rows = session.scalars(
        select(Pickup)
        .where(
            Pickup.household_id.in_([pickup.household_id for pickup in off]),
            Pickup.date.in_({day.date for day in days.values()}),
        )
        .order_by(Pickup.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    there = {(row.household_id, row.date): row for row in rows}
    found = {}
    for pickup in off:
        day = days.get(pickup.id)
        if day is None:
            continue
        standing = there[pickup.household_id, day.date]
        if standing.status is PickupStatus.CANCELLED:
            check_move(standing.status, PickupStatus.SCHEDULED)
            standing.status, standing.cancel_reason = PickupStatus.SCHEDULED, None
            standing.window_start, standing.window_end = day.window_start, day.window_end
            standing.date_set_at = now
        standing.must_serve = True
        standing.updated_at = now
        found[pickup.id] = standing
    session.flush()
    return found


def _words(off: Sequence[Pickup], instead: dict[UUID, Pickup]) -> dict[UUID, list[Word]]:
    """By zone: each has hours of its own."""
    found: defaultdict[UUID, list[Word]] = defaultdict(list)
    for pickup in off:
        found[pickup.zone_id].append(_word(pickup, instead.get(pickup.id)))
    return found


def _word(pickup: Pickup, instead: Pickup | None) -> Word:
    values: dict[str, Value] = {"day": pickup.date}
    dedupe_key = f"pickup.postponed:{pickup.id}"
    if instead is None:
        return Word(pickup.household_id, "pickup.postponed.undated", values, dedupe_key)
    values |= {"date": instead.date, "start": instead.window_start, "end": instead.window_end}
    return Word(pickup.household_id, "pickup.postponed", values, dedupe_key)
