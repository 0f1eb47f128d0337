"""What a collector sees of the team's day: offers to answer, offers of one's own, and what became of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.teams.day import HubDay, Limits, Row, read
from app.teams.fitting import insert, metres
from app.teams.models import LIVE, OfferKind, OfferStatus, TeamOffer, TeamOfferStop
from app.teams.team import Who


@dataclass(frozen=True)
class Glimpse:
    """Stops of a colleague, as much of them as one may know before they are one's own: no names of households."""

    zones: str
    count: int
    grams: int
    """Expected, all together."""
    further_metres: int
    """The detour they would be, by straight lines."""


@dataclass(frozen=True)
class Offered:
    """A live offer of a colleague."""

    offer_id: UUID
    name: str
    """Whose it is."""
    swap: bool
    for_me_alone: bool
    answered: bool
    """One has said already what one gives in return."""
    stops: Glimpse


@dataclass(frozen=True)
class Mine:
    """A live offer of one's own."""

    offer_id: UUID
    to_name: str
    """Empty where it is for anybody."""
    swap: bool
    stops: tuple[Row, ...]
    in_return: Glimpse | None
    """What the other gives for them, if one agrees."""


@dataclass(frozen=True)
class Closed:
    at: datetime
    status: OfferStatus
    from_name: str
    to_name: str
    """Who took or declined it."""
    count: int


@dataclass(frozen=True)
class Board:
    day: HubDay
    stops: tuple[Row, ...]
    """One's own that lie ahead and that no offer or answer holds."""
    offers: tuple[Offered, ...]
    mine: tuple[Mine, ...]
    closed: tuple[Closed, ...]
    """Of those that one made, took or declined today; the latest first."""

    @property
    def colleagues(self) -> Sequence[tuple[UUID, str]]:
        return sorted(self.day.names.items(), key=lambda one: one[1])


def board(session: Session, who: Who, limits: Limits, now: datetime) -> Board:
    day = read(session, who.hub_id, who.date, limits, now)
    me = who.collector_id
    offers = session.scalars(
        select(TeamOffer)
        .where(
            TeamOffer.hub_id == who.hub_id,
            TeamOffer.date == who.date,
            or_(
                TeamOffer.from_id == me,
                TeamOffer.to_id == me,
                TeamOffer.to_id.is_(None),
                TeamOffer.taken_by_id == me,
            ),
        )
        .order_by(TeamOffer.created_at, TeamOffer.id)
    ).all()
    stops = _stops_of(session, [one.id for one in offers])
    rows = {row.pickup.id: row for those in day.rows.values() for row in those}
    bound: set[UUID] = set()
    for_me, mine = [], []
    for one in offers:
        if one.status not in LIVE:
            continue
        offered, in_return = stops[one.id, False], stops[one.id, True]
        bound.update(offered if one.from_id == me else in_return if one.to_id == me else ())
        still = [row for row in day.ahead(one.from_id) if row.pickup.id in offered]
        if one.from_id == me:
            to_name = day.names.get(one.to_id, "") if one.to_id else ""
            back = [rows[key] for key in in_return if key in rows and rows[key].ahead]
            glimpse = _glimpse(day, back, me, limits) if back else None
            mine.append(Mine(one.id, to_name, one.kind is OfferKind.SWAP, tuple(still), glimpse))
        elif still:
            for_me.append(
                Offered(
                    one.id,
                    day.names.get(one.from_id, ""),
                    one.kind is OfferKind.SWAP,
                    one.to_id == me,
                    one.status is OfferStatus.ANSWERED,
                    _glimpse(day, still, me, limits),
                )
            )
    closed = [
        Closed(
            one.closed_at,
            one.status,
            day.names.get(one.from_id, ""),
            day.names.get(one.taken_by_id or one.to_id or one.from_id, ""),
            len(stops[one.id, False]),
        )
        for one in reversed(offers)
        if one.closed_at is not None and me in (one.from_id, one.taken_by_id, one.to_id)
    ]
    free = tuple(row for row in day.ahead(me) if row.pickup.id not in bound)
    return Board(day, free, tuple(for_me), tuple(mine), tuple(closed))


def _glimpse(day: HubDay, stops: Sequence[Row], me: UUID, limits: Limits) -> Glimpse:
    kept, start = [row.door for row in day.ahead(me)], day.start(me)
    longer = insert(kept, [row.door for row in stops], start, day.hub)
    ways = [[start, *(door.location for door in doors), day.hub] for doors in (longer, kept)]
    return Glimpse(
        ", ".join(sorted({row.zone_name for row in stops})),
        len(stops),
        sum(row.load.grams for row in stops),
        max(0, round(metres(ways[0], limits.pace) - metres(ways[1], limits.pace))),
    )


def _stops_of(session: Session, offer_ids: Sequence[UUID]) -> defaultdict[tuple[UUID, bool], list[UUID]]:
    """By offer, and whether they are what the other gives in return."""
    found: defaultdict[tuple[UUID, bool], list[UUID]] = defaultdict(list)
    for row in session.scalars(
        select(TeamOfferStop).where(TeamOfferStop.offer_id.in_(offer_ids)).order_by(TeamOfferStop.pickup_id)
    ):
        found[row.offer_id, row.in_return].append(row.pickup_id)
    return found
