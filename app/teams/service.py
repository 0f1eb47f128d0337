"""Offering, taking, swapping and handing over stops. Whoever changes anything holds the hub's lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.collectors import absences
from app.collectors.models import AbsenceReason
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.messaging.post import Post
from app.routing.models import Route, RouteStop
from app.routing.writing import lock_hub
from app.teams import telling
from app.teams.day import HubDay, Limits, Row, check_there, name_of, read
from app.teams.errors import DoesNotFit, Gone
from app.teams.fitting import Door, insert, lacks, metres
from app.teams.models import (
    OfferKind,
    OfferStatus,
    RouteEvent,
    RouteEventKind,
    TeamOffer,
    TeamOfferStop,
)

STOPS_MAX: Final = 200


@dataclass(frozen=True)
class Who:
    """A collector on one of his hub's days."""

    collector_id: UUID
    hub_id: UUID
    date: dt.date


@dataclass(frozen=True)
class Team:
    """What collectors do among themselves. Services never commit; texts go to the outbox."""

    session: Session
    post: Post
    limits: Limits
    now: datetime

    def offer(
        self, who: Who, pickup_ids: Sequence[UUID], *, to: UUID | None = None, swap: bool = False
    ) -> TeamOffer:
        """Offer open stops of one's own to a colleague, or to all. They stay one's own until they are taken.

        Raises `InvalidInput`, `NotAllowed`, and `Conflict` for a stop that is not one's own any more, or is in
        another open offer.
        """
        day = self._hold(who)
        mine = {row.pickup.id: row for row in day.ahead(who.collector_id)}
        wanted = list(dict.fromkeys(pickup_ids))
        if not wanted or len(wanted) > STOPS_MAX:
            raise InvalidInput("stops", "Choose at least one stop.")
        if any(one not in mine for one in wanted):
            raise Conflict("One of these stops is not yours to give any more.")
        if to is not None and to not in day.colleagues(who.collector_id):
            raise InvalidInput("to", "There is no such colleague today.")
        if swap and to is None:
            raise InvalidInput("to", "Choose whom you want to swap with.")
        if set(wanted) & self._offered(who):
            raise Conflict("One of these stops is in another offer of yours; take that one back first.")
        made = TeamOffer(
            hub_id=who.hub_id,
            date=who.date,
            from_id=who.collector_id,
            to_id=to,
            kind=OfferKind.SWAP if swap else OfferKind.GIVE,
            status=OfferStatus.OPEN,
            created_at=self.now,
        )
        self.session.add(made)
        self.session.flush()
        self.session.add_all(TeamOfferStop(offer_id=made.id, pickup_id=one) for one in wanted)
        self._record(RouteEventKind.OFFERED, made, wanted, who.collector_id, to=to)
        listeners = [to] if to else [one for one in day.bikes if one != who.collector_id]
        telling.offered(self, day, made, [mine[one] for one in wanted], listeners)
        return made

    def take(self, who: Who, offer_id: UUID, giving: Sequence[UUID] = ()) -> None:
        """Take an offer; where it is a swap, for some of one's own stops, at most as many.

        Raises `Gone` where somebody was faster or nothing is left of it, `DoesNotFit` where a bike's capacity or
        hours do not allow it, `NotAllowed`, and `InvalidInput` for what is given in return.
        """
        day = self._hold(who)
        offer = self._open_offer(who, offer_id)
        giver, taker = offer.from_id, who.collector_id
        if taker == giver or (offer.to_id is not None and offer.to_id != taker):
            raise NotAllowed("this offer is not for you")
        still = {row.pickup.id: row for row in day.ahead(giver)}
        moving = [still[one] for one in self._stops(offer) if one in still]
        if not moving:
            raise Gone
        back = self._in_return(day, offer, taker, giving, at_most=len(moving))
        orders = {
            taker: _after(day, taker, taken=moving, given=back),
            giver: _after(day, giver, taken=back, given=moving),
        }
        self._check(day, taker, orders[taker])
        if back:
            self._check(day, giver, orders[giver])
        offer.status, offer.taken_by_id, offer.closed_at = OfferStatus.TAKEN, taker, self.now
        self._write(day, orders, [*moving, *back])
        self._record(RouteEventKind.MOVED, offer, [row.pickup.id for row in moving], taker, to=taker)
        for row in back:
            self._event(RouteEventKind.MOVED, offer, row.pickup.id, taker, whose=taker, to=giver)
        self.session.flush()
        telling.taken(self, day, offer, len(moving), len(back))

    def decline(self, who: Who, offer_id: UUID) -> None:
        """Say no to an offer that was made to oneself alone. Raises `Gone` and `NotAllowed`."""
        day = self._hold(who)
        offer = self._open_offer(who, offer_id)
        if offer.to_id != who.collector_id:
            raise NotAllowed("this offer is not for you alone")
        self._close(offer, OfferStatus.DECLINED, RouteEventKind.DECLINED, who.collector_id)
        telling.declined(self, day, offer, len(self._stops(offer)))

    def withdraw(self, who: Who, offer_id: UUID) -> None:
        """Take one's own offer back. Raises `Gone` where it was taken meanwhile, and `NotAllowed`."""
        day = self._hold(who)
        offer = self._open_offer(who, offer_id)
        if offer.from_id != who.collector_id:
            raise NotAllowed("this offer is not yours")
        self._close(offer, OfferStatus.WITHDRAWN, RouteEventKind.WITHDRAWN, who.collector_id)
        telling.withdrawn(self, day, offer)

    def stand_down(self, who: Who) -> TeamOffer | None:
        """Not ride today: all that one still has is offered to everybody, and the day is entered as sick.

        Raises `NotAllowed`.
        """
        day = self._hold(who)
        open_ones = select(TeamOffer).where(
            TeamOffer.from_id == who.collector_id,
            TeamOffer.date == who.date,
            TeamOffer.status == OfferStatus.OPEN,
        )
        for offer in self.session.scalars(open_ones).all():
            self._close(offer, OfferStatus.WITHDRAWN, RouteEventKind.WITHDRAWN, who.collector_id)
        left = [row.pickup.id for row in day.ahead(who.collector_id)]
        made = self.offer(who, left) if left else None
        absences.add(
            self.session,
            who.collector_id,
            first_day=who.date,
            last_day=who.date,
            reason=AbsenceReason.SICK,
            now=self.now,
        )
        return made

    def _hold(self, who: Who) -> HubDay:
        lock_hub(self.session, who.hub_id)
        day = read(self.session, who.hub_id, who.date, self.limits, self.now)
        check_there(day, who.collector_id)
        return day

    def _open_offer(self, who: Who, offer_id: UUID) -> TeamOffer:
        offer = self.session.get(TeamOffer, offer_id, populate_existing=True)
        if offer is None or offer.hub_id != who.hub_id or offer.date != who.date:
            raise NotFound("There is no such offer today.")
        if offer.status is not OfferStatus.OPEN:
            raise Gone(name_of(self.session, offer.taken_by_id) if offer.taken_by_id else "")
        return offer

    def _stops(self, offer: TeamOffer) -> list[UUID]:
        return list(
            self.session.scalars(
                select(TeamOfferStop.pickup_id)
                .where(TeamOfferStop.offer_id == offer.id)
                .order_by(TeamOfferStop.pickup_id)
            )
        )

    def _offered(self, who: Who) -> set[UUID]:
        return set(
            self.session.scalars(
                select(TeamOfferStop.pickup_id)
                .join(TeamOffer, TeamOffer.id == TeamOfferStop.offer_id)
                .where(
                    TeamOffer.from_id == who.collector_id,
                    TeamOffer.date == who.date,
                    TeamOffer.status == OfferStatus.OPEN,
                )
            )
        )

    def _in_return(
        self, day: HubDay, offer: TeamOffer, taker: UUID, giving: Sequence[UUID], *, at_most: int
    ) -> list[Row]:
        wanted = list(dict.fromkeys(giving))
        if offer.kind is OfferKind.GIVE:
            return []
        mine = {row.pickup.id: row for row in day.ahead(taker)}
        whole = len(mine) == len(wanted) and at_most == len(day.ahead(offer.from_id))
        if not wanted or (len(wanted) > at_most and not whole):
            raise InvalidInput("stops", f"Choose up to {at_most} of your stops to give in return.")
        if any(one not in mine for one in wanted):
            raise Conflict("One of these stops is not yours to give any more.")
        return [mine[one] for one in wanted]

    def _check(self, day: HubDay, collector_id: UUID, order: Sequence[Door]) -> None:
        bike = day.bikes.get(collector_id)
        missing = lacks(order, day.start(collector_id), day.hub, bike, self.limits.pace) if bike else "time"
        if missing:
            raise DoesNotFit(day.names.get(collector_id, "Your colleague"), missing)

    def _write(self, day: HubDay, orders: Mapping[UUID, Sequence[Door]], moved: Sequence[Row]) -> None:
        """Put each collector's stops in order behind what is done; what is off stays last. New times are the
        planner's to say.
        """
        known = {row.pickup.id: row for rows in day.rows.values() for row in rows}
        changes: list[dict[str, object]] = []
        for collector_id, order in orders.items():
            route = self._route(day, collector_id)
            mine = day.rows.get(collector_id, [])
            first = next((number for number, row in enumerate(mine) if row.ahead), len(mine))
            behind, off = mine[:first], [row for row in mine[first:] if not row.ahead]
            ahead = [known[door.pickup_id] for door in order]
            changes += _numbered([*behind, *ahead, *off], route.id, {row.row_id for row in moved})
            path = [day.hub, *(row.location for row in (*behind, *ahead)), day.hub]
            route.distance_metres = round(metres(path, self.limits.pace))
            route.updated_at = self.now
        # Out of each other's way first: a position is unique on its route at every moment.
        ids = [change["id"] for change in changes]
        self.session.execute(
            update(RouteStop).where(RouteStop.id.in_(ids)).values(position=-RouteStop.position)
        )
        self.session.execute(update(RouteStop), changes)
        self.session.execute(
            update(RouteStop)
            .where(RouteStop.id.in_([row.row_id for row in moved]))
            .values(arrives_at=None, told_arrives_at=None, told_at=None)
        )
        self.session.flush()

    def _route(self, day: HubDay, collector_id: UUID) -> Route:
        found = self.session.scalar(
            select(Route).where(Route.date == day.date, Route.collector_id == collector_id)
        )
        if found is None:
            found = Route(
                date=day.date,
                collector_id=collector_id,
                hub_id=day.hub_id,
                distance_metres=0,
                created_at=self.now,
                updated_at=self.now,
            )
            self.session.add(found)
            self.session.flush()
        return found

    def _close(self, offer: TeamOffer, status: OfferStatus, kind: RouteEventKind, actor: UUID) -> None:
        offer.status, offer.closed_at = status, self.now
        self._record(kind, offer, self._stops(offer), actor, to=offer.to_id)
        self.session.flush()

    def _record(
        self,
        kind: RouteEventKind,
        offer: TeamOffer,
        pickup_ids: Sequence[UUID],
        actor: UUID,
        *,
        to: UUID | None,
    ) -> None:
        for pickup_id in pickup_ids:
            self._event(kind, offer, pickup_id, actor, whose=offer.from_id, to=to)
        self.session.flush()

    def _event(
        self,
        kind: RouteEventKind,
        offer: TeamOffer,
        pickup_id: UUID,
        actor: UUID,
        *,
        whose: UUID,
        to: UUID | None,
    ) -> None:
        self.session.add(
            RouteEvent(
                at=self.now,
                hub_id=offer.hub_id,
                date=offer.date,
                kind=kind,
                offer_id=offer.id,
                pickup_id=pickup_id,
                actor_id=actor,
                from_id=whose,
                to_id=to,
            )
        )


def _numbered(rows: Sequence[Row], route_id: UUID, fresh: set[UUID]) -> list[dict[str, object]]:
    """Positions from 1, on trips that never go back; one that is new on the route joins the trip it falls into."""
    changes: list[dict[str, object]] = []
    trip = 1
    for position, row in enumerate(rows, 1):
        trip = trip if row.row_id in fresh else max(trip, row.trip)
        changes.append({"id": row.row_id, "route_id": route_id, "position": position, "trip": trip})
    return changes


def _after(day: HubDay, collector_id: UUID, *, taken: Sequence[Row], given: Sequence[Row]) -> list[Door]:
    """The collector's stops ahead once these have changed hands, in the order to ride them."""
    gone = {row.pickup.id for row in given}
    kept = [row.door for row in day.ahead(collector_id) if row.pickup.id not in gone]
    return insert(kept, [row.door for row in taken], day.start(collector_id), day.hub)
