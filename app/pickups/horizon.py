"""Making the recurring pickups ahead of time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.db import conflict
from app.households.models import Household, HouseholdStatus
from app.kernel.clock import local_date
from app.messaging.post import Post
from app.pickups.asking import new_row
from app.pickups.models import Pickup, PickupKind
from app.pickups.settling import settle_zone
from app.pickups.statuses import OPEN, CancelReason, PickupStatus
from app.pickups.timetable import DEFAULT, Timetable
from app.places import service as places
from app.places.calendar import ServiceDate
from app.places.models import Zone

_ROWS_PER_INSERT = 1_000

EXTEND_PICKUPS = "extend_pickups"
"""The job that does it for all zones; nudge it where the calendar of a zone has changed."""


def extend(
    session: Session,
    now: datetime,
    post: Post,
    timetable: Timetable = DEFAULT,
    *,
    zone_id: UUID | None = None,
    household_id: UUID | None = None,
) -> int:
    """Give every active household a pickup on each service day up to the horizon, and return how many were
    made. Days that take no more requests are left alone.

    First ends pauses that are over, calls off what is left of households that are away, and carries pickups
    along with their zone's calendar (see `settling.settle_zone`). Runs any number of times. With `zone_id`
    or `household_id` it does so for those alone; a household that has just joined is scheduled that way.
    """
    only = None
    if household_id is not None:
        home = session.get_one(Household, household_id)
        zone_id, only = home.zone_id, household_id
    made = 0
    for zone in places.zones(session):
        if zone_id in (None, zone.id):
            made += _extend_zone(session, zone, now, post, timetable, only=only)
    return made


def _extend_zone(
    session: Session, zone: Zone, now: datetime, post: Post, timetable: Timetable, *, only: UUID | None
) -> int:
    today = local_date(now, zone.timezone)
    if only is None:
        _end_pauses(session, zone, today, now)
        _call_off_the_absent(session, zone, today, now)
    if _follow_homes(session, zone, today, now) or only is None:
        settle_zone(session, zone, now, post, timetable)
    days = [
        day
        for day in places.service_dates(session, zone.id, today, today + timedelta(timetable.horizon_days))
        if timetable.takes_requests(day.date, zone.timezone, now)
    ]
    _stand_again(session, zone, [day.date for day in days], now)
    return sum(_fill(session, zone, day, now, only=only) for day in days)


def _fill(session: Session, zone: Zone, day: ServiceDate, now: datetime, *, only: UUID | None) -> int:
    has_one = select(Pickup.id).where(Pickup.household_id == Household.id, Pickup.date == day.date).exists()
    lacking = select(Household.id).where(
        Household.zone_id == zone.id, Household.status == HouseholdStatus.ACTIVE, ~has_one
    )
    if only is not None:
        lacking = lacking.where(Household.id == only)
    rows = [
        new_row(household_id, zone.id, day, PickupKind.RECURRING, now)
        for household_id in session.scalars(lacking)
    ]
    insert = conflict.insert(session, Pickup).on_conflict_do_nothing(
        index_elements=[Pickup.household_id, Pickup.date]
    )
    for start in range(0, len(rows), _ROWS_PER_INSERT):
        session.execute(insert, rows[start : start + _ROWS_PER_INSERT])
    return len(rows)


def _follow_homes(session: Session, zone: Zone, today: date, now: datetime) -> bool:
    """A household that moved house takes its pickups to its new zone; whether any did."""
    here = select(Household.id).where(Household.zone_id == zone.id)
    moved = session.scalars(
        update(Pickup)
        .where(Pickup.date > today, Pickup.zone_id != zone.id, Pickup.household_id.in_(here))
        .values(zone_id=zone.id, updated_at=now)
        .returning(Pickup.id)
    ).all()
    return bool(moved)


def _end_pauses(session: Session, zone: Zone, today: date, now: datetime) -> None:
    session.execute(
        update(Household)
        .where(
            Household.zone_id == zone.id,
            Household.status == HouseholdStatus.PAUSED,
            Household.paused_until <= today,
        )
        .values(status=HouseholdStatus.ACTIVE, paused_until=None, updated_at=now)
    )


def _call_off_the_absent(session: Session, zone: Zone, today: date, now: datetime) -> None:
    """A net: leaving and pausing call pickups off themselves."""
    for status, reason in (
        (HouseholdStatus.LEFT, CancelReason.LEFT),
        (HouseholdStatus.PAUSED, CancelReason.PAUSED),
    ):
        away = select(Household.id).where(Household.status == status)
        session.execute(
            update(Pickup)
            .where(
                Pickup.zone_id == zone.id,
                Pickup.date >= today,
                Pickup.status.in_(OPEN),
                Pickup.household_id.in_(away),
            )
            .values(status=PickupStatus.CANCELLED, cancel_reason=reason, confirmed=False, updated_at=now)
        )


def _stand_again(session: Session, zone: Zone, days: list[date], now: datetime) -> None:
    """What was called off because a household was away stands again once it is back."""
    back = select(Household.id).where(
        Household.zone_id == zone.id, Household.status == HouseholdStatus.ACTIVE
    )
    session.execute(
        update(Pickup)
        .where(
            Pickup.zone_id == zone.id,
            Pickup.date.in_(days),
            Pickup.status == PickupStatus.CANCELLED,
            or_(Pickup.cancel_reason == CancelReason.LEFT, Pickup.cancel_reason == CancelReason.PAUSED),
            Pickup.household_id.in_(back),
        )
        .values(status=PickupStatus.SCHEDULED, cancel_reason=None, date_set_at=now, updated_at=now)
    )
