"""The end of the day: what nobody came to is missed, and the household is told when we come again, for certain."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.clock import at_local, local_date
from app.messaging.post import Post, Value
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, MissedReason, PickupStatus, check_move
from app.pickups.telling import Word, tell
from app.pickups.timetable import DEFAULT, Timetable
from app.places import service as places
from app.places.models import Zone

APOLOGY_MAX_DAYS = 2
"""An older miss, found after a long outage, is recorded without a text: it would only puzzle people."""


def close_days(
    session: Session,
    now: datetime,
    post: Post,
    timetable: Timetable = DEFAULT,
    *,
    limit: int = 500,
) -> int:
    """Mark pickups still open after their day has closed (local time) as missed: not visited.

    Returns how many, `limit` at most per zone; call again until it is 0. A weighing that reaches us later
    still counts.
    """
    return sum(
        _close_zone(session, zone, now, post, timetable, limit=limit) for zone in places.zones(session)
    )


def _close_zone(
    session: Session, zone: Zone, now: datetime, post: Post, timetable: Timetable, *, limit: int
) -> int:
    today = local_date(now, zone.timezone)
    last = today if now >= at_local(today, timetable.closes_at, zone.timezone) else today - timedelta(days=1)
    left_open = session.scalars(
        select(Pickup)
        .where(Pickup.zone_id == zone.id, Pickup.date <= last, Pickup.status.in_(OPEN))
        .order_by(Pickup.date, Pickup.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for pickup in left_open:
        check_move(pickup.status, PickupStatus.MISSED)
        pickup.status = PickupStatus.MISSED
        pickup.missed_reason = MissedReason.NOT_VISITED
        pickup.updated_at = now
    session.flush()
    fresh = [pickup for pickup in left_open if pickup.date > today - timedelta(days=APOLOGY_MAX_DAYS)]
    coming = _next_of_each(session, fresh, last)
    for pickup in coming.values():
        pickup.must_serve = True
    words = [_word(pickup, coming.get(pickup.household_id)) for pickup in fresh]
    tell(session, post, words, now=now, not_before=timetable.hours.opening(now, zone.timezone))
    return len(left_open)


def _next_of_each(session: Session, missed: list[Pickup], after: date) -> dict[UUID, Pickup]:
    """The next open pickup of each of these households, in one query."""
    found = session.scalars(
        select(Pickup)
        .where(
            Pickup.household_id.in_({pickup.household_id for pickup in missed}),
            Pickup.date > after,
            Pickup.status.in_(OPEN),
        )
        .order_by(Pickup.date.desc())
    )
    return {pickup.household_id: pickup for pickup in found}


def _word(missed: Pickup, coming: Pickup | None) -> Word:
    values: dict[str, Value] = {"day": missed.date}
    if coming is None:
        return Word(missed.household_id, "pickup.unvisited.undated", values)
    values |= {"date": coming.date, "start": coming.window_start, "end": coming.window_end}
    return Word(missed.household_id, "pickup.unvisited", values)
