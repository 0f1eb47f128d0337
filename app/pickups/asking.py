"""What a household, or somebody for it, can do about its pickups."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import conflict
from app.errors import NotFound, Refused
from app.households import service as households
from app.households.models import Household, HouseholdStatus
from app.kernel.clock import local_date
from app.kernel.ids import new_id
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import OPEN, CancelReason, MissedReason, PickupStatus, check_move
from app.pickups.timetable import DEFAULT, Timetable
from app.places import service as places
from app.places.calendar import ServiceDate

LOOK_AHEAD_DAYS = 400
"""Far enough for the rarest rule: once in 52 weeks."""


@dataclass(frozen=True)
class PickupRequested:
    pickup: Pickup
    created: bool
    """False where the household was already down for that day."""


def get(session: Session, pickup_id: UUID) -> Pickup:
    """Raises `NotFound`."""
    found = session.get(Pickup, pickup_id)
    if found is None:
        raise NotFound("There is no such pickup.")
    return found


_UPCOMING = (
    select(Pickup)
    .where(
        Pickup.household_id == bindparam("household_id"),
        Pickup.date >= bindparam("today"),
        Pickup.status.in_(OPEN),
    )
    .order_by(Pickup.date)
    .limit(1)
)
"""Built once: asked for with many a text."""


def upcoming(session: Session, household_id: UUID, today: date) -> Pickup | None:
    """The household's next pickup that somebody is expected to come to, `today` included."""
    return session.scalar(_UPCOMING, {"household_id": household_id, "today": today})


def request(
    session: Session, household_id: UUID, now: datetime, *, timetable: Timetable = DEFAULT
) -> PickupRequested:
    """Ask for the next service day that still takes requests; a day already asked for is the same pickup.

    Asking ends a pause, and takes back a "not this time". Raises `NotFound`, and `Refused` where the
    household has left or no service day is planned.
    """
    household = households.lock(session, household_id)
    if household.status is HouseholdStatus.LEFT:
        raise Refused("The household has left.")
    if household.status is HouseholdStatus.PAUSED:
        households.resume(session, household_id, now=now)
    day = next_open_day(
        session, household.zone_id, now, timetable=timetable, but=_over_today(session, household, now)
    )
    if day is None:
        raise Refused("No collection day is planned in that zone.")
    made = session.execute(
        conflict.insert(session, Pickup)
        .values(new_row(household_id, household.zone_id, day, PickupKind.ON_DEMAND, now))
        .on_conflict_do_nothing(index_elements=[Pickup.household_id, Pickup.date])
        .returning(Pickup.id)
    ).scalar_one_or_none()
    pickup = session.scalars(
        select(Pickup)
        .where(Pickup.household_id == household_id, Pickup.date == day.date)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if pickup.status is PickupStatus.DECLINED:
        move_to(session, pickup, PickupStatus.CONFIRMED, now)
    elif pickup.status is PickupStatus.CANCELLED:
        pickup.kind = PickupKind.ON_DEMAND
        pickup.window_start, pickup.window_end = day.window_start, day.window_end
        pickup.date_set_at = now
        move_to(session, pickup, PickupStatus.SCHEDULED, now)
        return PickupRequested(pickup, created=True)
    return PickupRequested(pickup, created=made is not None)


def on_the_spot(session: Session, household: Household, day: date, pickup_id: UUID, now: datetime) -> Pickup:
    """The household's pickup of `day`, made with `pickup_id` where it has none: somebody stands at its door.

    It should be weighed in the same transaction. Nobody was told of it, and nobody waits for it.
    """
    at_once = ServiceDate(day, time(), time(23, 59))
    session.execute(
        conflict.insert(session, Pickup)
        .values(
            {**new_row(household.id, household.zone_id, at_once, PickupKind.ON_DEMAND, now), "id": pickup_id}
        )
        .on_conflict_do_nothing(index_elements=[Pickup.household_id, Pickup.date])
    )
    return session.scalars(
        select(Pickup).where(Pickup.household_id == household.id, Pickup.date == day)
    ).one()


def next_open_day(
    session: Session,
    zone_id: UUID,
    now: datetime,
    *,
    timetable: Timetable = DEFAULT,
    but: date | None = None,
) -> ServiceDate | None:
    """The zone's next service day that still takes requests, and is not `but`."""
    timezone = places.zone(session, zone_id).timezone
    today = local_date(now, timezone)
    days = places.service_dates(session, zone_id, today, today + timedelta(days=LOOK_AHEAD_DAYS))
    return next(
        (day for day in days if day.date != but and timetable.takes_requests(day.date, timezone, now)), None
    )


def _over_today(session: Session, household: Household, now: datetime) -> date | None:
    """Today, where the household has been visited already: it asks for another day then."""
    today = local_date(now, places.zone(session, household.zone_id).timezone)
    visited = select(Pickup.date).where(
        Pickup.household_id == household.id,
        Pickup.date == today,
        Pickup.status.in_((PickupStatus.COLLECTED, PickupStatus.MISSED)),
    )
    return session.scalar(visited)


def decline(session: Session, household_id: UUID, now: datetime, on: date | None = None) -> Pickup | None:
    """Hear "not this time" for the next pickup, or the one `on` that day. None where there is none.

    Said twice it is said once: the day after next is never declined by repeating oneself.
    """
    pickup = _the_next(session, household_id, now, on)
    if pickup is not None and pickup.status is not PickupStatus.DECLINED:
        move_to(session, pickup, PickupStatus.DECLINED, now)
    return pickup


def confirm(session: Session, household_id: UUID, now: datetime, on: date | None = None) -> Pickup | None:
    """Hear "we are ready" for the next pickup, or the one `on` that day. None where there is none.

    Takes back a "not this time". A pickup already on a route stays there, and is marked.
    """
    pickup = _the_next(session, household_id, now, on)
    if pickup is None or pickup.confirmed:
        return pickup
    if pickup.status is PickupStatus.ROUTED:
        pickup.confirmed = True
        pickup.updated_at = now
        session.flush()
    else:
        move_to(session, pickup, PickupStatus.CONFIRMED, now)
    return pickup


def cancel(session: Session, pickup_id: UUID, now: datetime) -> Pickup:
    """Call a pickup off for good; only a request brings it back. Raises `NotFound`, `IllegalTransition`."""
    pickup = get(session, pickup_id)
    move_to(session, pickup, PickupStatus.CANCELLED, now, CancelReason.OFFICE)
    return pickup


def leave(session: Session, household_id: UUID, now: datetime) -> Household:
    """The household leaves, and nobody comes any more. Raises `NotFound`."""
    household = households.leave(session, household_id, now)
    _call_off(session, household, CancelReason.LEFT, now)
    return household


def pause(session: Session, household_id: UUID, *, until: date | None, now: datetime) -> Household:
    """Nobody comes before `until`, or until the household resumes. Raises `NotFound`."""
    household = households.pause(session, household_id, until=until, now=now)
    _call_off(session, household, CancelReason.PAUSED, now)
    return household


def move_to(
    session: Session,
    pickup: Pickup,
    status: PickupStatus,
    now: datetime,
    reason: MissedReason | CancelReason | None = None,
) -> None:
    """Move `pickup`, as it now stands in the database, to `status`, and hold its row.

    A missed or cancelled one takes a reason. Raises `IllegalTransition`.
    """
    session.flush()
    session.refresh(pickup, with_for_update={"key_share": True})
    check_move(pickup.status, status)
    pickup.status = status
    pickup.missed_reason = reason if isinstance(reason, MissedReason) else None
    pickup.cancel_reason = reason if isinstance(reason, CancelReason) else None
    if status is PickupStatus.CONFIRMED:
        pickup.confirmed = True
    elif status in (PickupStatus.SCHEDULED, PickupStatus.DECLINED, PickupStatus.CANCELLED):
        pickup.confirmed = False
    pickup.updated_at = now
    session.flush()


def new_row(
    household_id: UUID, zone_id: UUID, day: ServiceDate, kind: PickupKind, now: datetime
) -> dict[str, object]:
    """A scheduled pickup, as a row to insert."""
    return {
        "id": new_id(),
        "household_id": household_id,
        "zone_id": zone_id,
        "date": day.date,
        "window_start": day.window_start,
        "window_end": day.window_end,
        "kind": kind,
        "status": PickupStatus.SCHEDULED,
        "confirmed": False,
        "moved_from": day.moved_from,
        "date_set_at": now,
        "created_at": now,
        "updated_at": now,
    }


def _the_next(session: Session, household_id: UUID, now: datetime, on: dt.date | None) -> Pickup | None:
    """The pickup that an answer without a date is about, locked.

    Once today's hours are over, that is tomorrow's where there is one: its reminder has come meanwhile.
    """
    household = households.get(session, household_id)
    local = now.astimezone(ZoneInfo(places.zone(session, household.zone_id).timezone))
    which = (
        select(Pickup)
        .where(
            Pickup.household_id == household_id,
            Pickup.date >= local.date(),
            Pickup.status.in_(OPEN | {PickupStatus.DECLINED}),
        )
        .order_by(Pickup.date)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if on is not None:
        return session.scalar(which.where(Pickup.date == on))
    found = session.scalars(which.limit(2)).all()
    today_is_over = bool(found) and found[0].date == local.date() and found[0].window_end <= local.time()
    if today_is_over and len(found) > 1 and found[1].date == local.date() + timedelta(days=1):
        return found[1]
    return found[0] if found else None


def _call_off(session: Session, household: Household, reason: CancelReason, now: datetime) -> None:
    today = local_date(now, places.zone(session, household.zone_id).timezone)
    for pickup in session.scalars(
        select(Pickup).where(
            Pickup.household_id == household.id, Pickup.date >= today, Pickup.status.in_(OPEN)
        )
    ).all():
        move_to(session, pickup, PickupStatus.CANCELLED, now, reason)
