"""Carrying pickups along when their zone's calendar changes, and telling the households.

State-driven: what the calendar says now is compared with where the open pickups stand. So an exception that
is added, changed or taken away, and a weekly rule that is edited, are one and the same case, and doing it
again changes nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.households.models import Household, HouseholdStatus
from app.kernel.clock import local_date
from app.messaging.post import Post, Value
from app.pickups.asking import LOOK_AHEAD_DAYS
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, REVIVABLE, CancelReason, PickupStatus, check_move
from app.pickups.telling import Word, tell
from app.pickups.timetable import DEFAULT, Timetable
from app.places import service as places
from app.places.calendar import Calendar, ServiceDate
from app.places.models import ServiceException, Zone

_ASIDE = dt.date.min


@dataclass(frozen=True)
class _Move:
    pickup: Pickup
    day: dt.date
    """Where the household expects it."""
    origin: dt.date
    """The day whose collection it is."""
    target: ServiceDate | None
    """None where it is off, and no further day is planned."""


def apply_exception(
    session: Session,
    exception_id: UUID,
    now: datetime,
    post: Post,
    timetable: Timetable = DEFAULT,
) -> int:
    """Carry pickups along with an exception that was just added or changed; returns how many were moved.

    After taking one away, call `settle` for its zone. Raises `NotFound`.
    """
    exception = session.get(ServiceException, exception_id)
    if exception is None:
        raise NotFound("There is no such exception.")
    return settle(session, now, post, zone_id=exception.zone_id, timetable=timetable)


def settle(
    session: Session,
    now: datetime,
    post: Post,
    *,
    zone_id: UUID | None = None,
    timetable: Timetable = DEFAULT,
) -> int:
    """Bring the open pickups of one zone, or of all, in line with the calendar; returns how many changed.

    A pickup whose day is closed goes to the day the closure states, else to the zone's next service day;
    where the household has one that day already, the two become one. Taking the exception away takes them
    back, as long as their day lies ahead. Each household is told of each change once, by text.
    """
    zones = [places.zone(session, zone_id)] if zone_id else places.zones(session)
    return sum(settle_zone(session, zone, now, post, timetable) for zone in zones)


def settle_zone(session: Session, zone: Zone, now: datetime, post: Post, timetable: Timetable) -> int:
    """See `settle`. Two at once on one zone take turns."""
    session.flush()
    session.execute(select(Zone.id).where(Zone.id == zone.id).with_for_update(key_share=True))
    calendar = places.calendar(session, zone.id)
    today = local_date(now, zone.timezone)
    words = _stand_again(session, zone.id, calendar, today, now)
    words += _carry(session, _displaced(session, zone.id, calendar, today, now), now)
    tell(session, post, words, now=now, not_before=timetable.hours.opening(now, zone.timezone))
    return len(words)


def _stand_again(
    session: Session, zone_id: UUID, calendar: Calendar, today: dt.date, now: datetime
) -> list[Word]:
    """What a closure called off stands again where its day is served after all."""
    called_off = (
        Pickup.zone_id == zone_id,
        Pickup.date > today,
        Pickup.status == PickupStatus.CANCELLED,
        or_(Pickup.cancel_reason == CancelReason.CLOSED, Pickup.cancel_reason == CancelReason.MERGED),
    )
    words = []
    for day in session.scalars(select(Pickup.date).where(*called_off).distinct().order_by(Pickup.date)):
        served = _served(calendar, day)
        if served is None:
            continue
        for pickup in session.scalars(
            select(Pickup)
            .join(Household, Household.id == Pickup.household_id)
            .where(*called_off, Pickup.date == day, Household.status == HouseholdStatus.ACTIVE)
            .order_by(Pickup.id)
            .with_for_update(of=Pickup, key_share=True)
            .execution_options(populate_existing=True)
        ):
            _put(pickup, served, now)
            pickup.moved_from = served.moved_from
            pickup.cancel_reason = None
            words.append(_word("pickup.back", pickup))
    session.flush()
    return words


def _displaced(
    session: Session, zone_id: UUID, calendar: Calendar, today: dt.date, now: datetime
) -> list[_Move]:
    """The open pickups that the calendar wants elsewhere. Those that stay get the day's present hours."""
    open_ones = (Pickup.zone_id == zone_id, Pickup.date >= today, Pickup.status.in_(OPEN))
    kinds = session.execute(
        select(Pickup.date, Pickup.moved_from, Pickup.window_start, Pickup.window_end)
        .where(*open_ones)
        .distinct()
        .order_by(Pickup.date, Pickup.moved_from)
    ).all()
    moves: list[_Move] = []
    for day, moved_from, window_start, window_end in kinds:
        alike = (*open_ones, Pickup.date == day, Pickup.moved_from.is_not_distinct_from(moved_from))
        target = _where_to(calendar, day, moved_from or day, today)
        if target is not None and target.date == day:
            if (window_start, window_end) != (target.window_start, target.window_end):
                session.execute(
                    update(Pickup)
                    .where(*alike)
                    .values(window_start=target.window_start, window_end=target.window_end, updated_at=now)
                )
            continue
        which = select(Pickup).where(*alike, Pickup.window_start == window_start).order_by(Pickup.id)
        moves += (
            _Move(pickup, day, moved_from or day, target)
            for pickup in session.scalars(
                which.with_for_update(key_share=True).execution_options(populate_existing=True)
            )
        )
    return moves


def _where_to(calendar: Calendar, day: dt.date, origin: dt.date, today: dt.date) -> ServiceDate | None:
    """Where a pickup that stands on `day`, and belongs to `origin`, is to be; none where it is off."""
    served = _served(calendar, day)
    held = calendar.held_on(origin)
    if held is not None and held.date >= today:
        return served if served is not None and held.date == day else held
    if served is not None:
        return served
    moved_on = calendar.held_on(day)
    if moved_on is not None and moved_on.date >= today:
        return moved_on
    first = max(origin, today) + timedelta(days=1)
    return next(iter(calendar.expand(first, first + timedelta(days=LOOK_AHEAD_DAYS))), None)


def _served(calendar: Calendar, day: dt.date) -> ServiceDate | None:
    return next(iter(calendar.expand(day, day)), None)


def _carry(session: Session, moves: list[_Move], now: datetime) -> list[Word]:
    """Make `moves`, each onto a day that is free by then, or onto the pickup that stands there."""
    there = _by_day(session, moves)
    waiting = {move.pickup.id: move for move in moves}
    words = []
    while waiting:
        ready = [move for move in waiting.values() if not _leaves_yet(there.get(_slot(move)), waiting)]
        for move in ready:
            del waiting[move.pickup.id]
            words.append(_move(move, there, now))
        if not ready:  # they change places: one steps aside for the moment
            aside = there.pop(_slot(next(iter(waiting.values()))))
            aside.date = _ASIDE
        session.flush()
    return words


def _by_day(session: Session, moves: list[_Move]) -> dict[tuple[UUID, dt.date], Pickup]:
    """What stands on the target days, by household and day."""
    days = {move.target.date for move in moves if move.target}
    households = {move.pickup.household_id for move in moves}
    found = session.scalars(
        select(Pickup)
        .where(Pickup.date.in_(days), Pickup.household_id.in_(households))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {(pickup.household_id, pickup.date): pickup for pickup in found}


def _slot(move: _Move) -> tuple[UUID, dt.date]:
    return (move.pickup.household_id, move.target.date if move.target else dt.date.min)


def _leaves_yet(pickup: Pickup | None, waiting: dict[UUID, _Move]) -> bool:
    return pickup is not None and pickup.id in waiting


def _move(move: _Move, there: dict[tuple[UUID, dt.date], Pickup], now: datetime) -> Word:
    pickup, target, day = move.pickup, move.target, move.day
    standing = there.get(_slot(move))
    if target is None:
        _call_off(pickup, CancelReason.CLOSED, now)
        return _word("pickup.off", pickup, away_from=day)
    if standing is None:
        there.pop((pickup.household_id, pickup.date), None)
        there[_slot(move)] = pickup
        pickup.moved_from = None if target.date == move.origin else move.origin
        _put(pickup, target, now)
        return _word(
            "pickup.returned" if pickup.moved_from is None else "pickup.moved", pickup, away_from=day
        )
    _call_off(pickup, CancelReason.MERGED, now)
    if standing.status is PickupStatus.CANCELLED and standing.cancel_reason in REVIVABLE:
        standing.moved_from = None if target.date == move.origin else move.origin
        standing.cancel_reason = None
        _put(standing, target, now)
    if standing.status in OPEN:
        return _word("pickup.moved", standing, away_from=day)
    return _word("pickup.off", pickup, away_from=day)


def _put(pickup: Pickup, day: ServiceDate, now: datetime) -> None:
    """Onto `day`, to be confirmed and routed anew."""
    check_move(pickup.status, PickupStatus.SCHEDULED)
    pickup.date, pickup.window_start, pickup.window_end = day.date, day.window_start, day.window_end
    pickup.status = PickupStatus.SCHEDULED
    pickup.confirmed = False
    pickup.date_set_at = pickup.updated_at = now


def _call_off(pickup: Pickup, reason: CancelReason, now: datetime) -> None:
    check_move(pickup.status, PickupStatus.CANCELLED)
    pickup.status = PickupStatus.CANCELLED
    pickup.cancel_reason = reason
    pickup.confirmed = False
    pickup.updated_at = now


def _word(key: str, pickup: Pickup, *, away_from: dt.date | None = None) -> Word:
    values: dict[str, Value] = {}
    if key != "pickup.off":
        values = {"date": pickup.date, "start": pickup.window_start, "end": pickup.window_end}
    if away_from is not None:
        values["moved_from"] = away_from
    return Word(pickup.household_id, key, values)
