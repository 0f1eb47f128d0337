"""Giving one pickup another day, as the office does on the phone."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import conflict
from app.errors import Conflict, InvalidInput
from app.kernel.clock import local_date
from app.messaging.post import Post, Value
from app.pickups.asking import get, move_to, new_row
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import OPEN, CancelReason, PickupStatus
from app.pickups.telling import Word, tell
from app.pickups.timetable import DEFAULT, Timetable
from app.places import service as places


def reschedule(
    session: Session,
    pickup_id: UUID,
    *,
    to: dt.date,
    now: datetime,
    post: Post,
    timetable: Timetable = DEFAULT,
) -> Pickup:
    """Call the pickup off for good and put one on `to`, or join the one that stands there; the household is told.

    The old row stays, so that the schedule does not fill its day again. Raises `NotFound`; `Conflict` for a
    pickup to which nobody is expected any more; `InvalidInput` (`date`) for a day that is over, or on which the
    zone is not served (make that an extra day first).
    """
    old = get(session, pickup_id)
    session.refresh(old, with_for_update={"key_share": True})
    if old.status not in OPEN:
        raise Conflict(f"The pickup is {old.status.value}; only one that is still to come can be moved.")
    if to == old.date:
        return old
    zone = places.zone(session, old.zone_id)
    if to < local_date(now, zone.timezone):
        raise InvalidInput("date", "That day is over.")
    day = next(iter(places.service_dates(session, zone.id, to, to)), None)
    if day is None:
        raise InvalidInput("date", "The zone is not served that day; add an extra day first.")
    move_to(session, old, PickupStatus.CANCELLED, now, CancelReason.OFFICE)
    session.execute(
        conflict.insert(session, Pickup)
        .values(new_row(old.household_id, zone.id, day, PickupKind.ON_DEMAND, now))
        .on_conflict_do_nothing(index_elements=[Pickup.household_id, Pickup.date])
    )
    new = session.scalars(
        select(Pickup)
        .where(Pickup.household_id == old.household_id, Pickup.date == to)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if new.status is PickupStatus.DECLINED:
        move_to(session, new, PickupStatus.CONFIRMED, now)
    elif new.status is PickupStatus.CANCELLED:
        new.kind, new.date_set_at = PickupKind.ON_DEMAND, now
        new.window_start, new.window_end = day.window_start, day.window_end
        move_to(session, new, PickupStatus.SCHEDULED, now)
    elif new.status not in OPEN:
        raise Conflict(f"The household's pickup on {to.isoformat()} is {new.status.value} already.")
    values: dict[str, Value] = {
        "date": new.date,
        "start": new.window_start,
        "end": new.window_end,
        "moved_from": old.date,
    }
    word = Word(new.household_id, "pickup.moved", values)
    tell(session, post, [word], now=now, not_before=timetable.hours.opening(now, zone.timezone))
    return new
