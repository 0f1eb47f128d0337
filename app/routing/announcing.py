"""Telling households of their collector: that he is near, or that he comes at another time than they were told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.households import service as households
from app.kernel.clock import at_local
from app.messaging.post import Post
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN, PickupStatus
from app.pickups.telling import Word, tell
from app.places.models import Zone
from app.routing.models import Route, RouteStop
from app.routing.rules import RouteRules
from app.routing.sheet import local_clock

NEAR_EXPIRES: Final = timedelta(minutes=30)
"""Later he has come and gone."""
_DONE: Final = (PickupStatus.COLLECTED, PickupStatus.MISSED)


@dataclass(frozen=True)
class _Coming:
    row: RouteStop
    pickup: Pickup
    timezone: str
    away: int
    """1 is the collector's very next stop."""


def announce(
    session: Session, hub_id: UUID, date: dt.date, *, rules: RouteRules, post: Post, now: datetime
) -> int:
    """Write the texts that the day's progress calls for; returns how many.

    A new time is told where it lies more than `rules.news_seconds` outside the promised hours, or from what was told
    last, and no more than once in `rules.news_pause_seconds`. That the collector is near is told once per pickup, to
    the phones that want it. Both at decent hours alone: outside them nothing is told, and nothing is told late.
    """
    coming = _coming(session, hub_id, date, now)
    awake = [one for one in coming if rules.timetable.hours.opening(now, one.timezone) <= now]
    news = [one for one in awake if _is_news(one, rules, now)]
    for one in news:
        one.row.told_arrives_at, one.row.told_at = one.row.arrives_at, now
    words = [
        Word(one.pickup.household_id, "pickup.newtime", {"at": local_clock(one.row.arrives_at, one.timezone)})
        for one in news
        if one.row.arrives_at is not None
    ]
    near = [one for one in awake if one.away <= rules.approach_stops]
    written = tell(session, post, words, now=now) + _tell_near(session, post, near, now)
    session.flush()
    return written


def _coming(session: Session, hub_id: UUID, date: dt.date, now: datetime) -> list[_Coming]:
    """The stops ahead of collectors who have begun, and whose stops wait for nobody else."""
    rows = session.execute(
        select(RouteStop, Pickup, Zone.timezone)
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .join(Zone, Zone.id == Pickup.zone_id)
        .where(
            Route.hub_id == hub_id,
            Route.date == date,
            Pickup.date == date,
            or_(Route.waits_until.is_(None), Route.waits_until <= now),
        )
        .order_by(RouteStop.route_id, RouteStop.position)
    ).all()
    begun = {row.route_id for row, pickup, _ in rows if pickup.status in _DONE}
    passed: dict[UUID, int] = {}
    found = []
    for row, pickup, timezone in rows:
        if row.route_id in begun and pickup.status in OPEN:
            passed[row.route_id] = passed.get(row.route_id, 0) + 1
            found.append(_Coming(row, pickup, timezone, passed[row.route_id]))
    return found


def _is_news(one: _Coming, rules: RouteRules, now: datetime) -> bool:
    row, pickup = one.row, one.pickup
    if row.arrives_at is None:
        return False
    if row.told_at is not None and now - row.told_at < timedelta(seconds=rules.news_pause_seconds):
        return False
    if row.told_arrives_at is not None:
        off = abs(row.arrives_at - row.told_arrives_at)
    else:
        opens = at_local(pickup.date, pickup.window_start, one.timezone)
        closes = at_local(pickup.date, pickup.window_end, one.timezone)
        off = max(row.arrives_at - closes, opens - row.arrives_at)
    return off > timedelta(seconds=rules.news_seconds)


def _tell_near(session: Session, post: Post, near: Sequence[_Coming], now: datetime) -> int:
    phones = households.phones_of(session, [one.pickup.household_id for one in near])
    written = 0
    for one in near:
        for phone in phones[one.pickup.household_id]:
            if phone.gets_approach:
                sent = post.text(
                    session,
                    phone=phone.phone,
                    language=phone.language,
                    key="pickup.near",
                    values={"count": one.away},
                    now=now,
                    household_id=one.pickup.household_id,
                    dedupe_key=f"pickup.near:{one.pickup.id}:{phone.phone}",
                    expires_at=now + NEAR_EXPIRES,
                )
                written += sent is not None
    return written
