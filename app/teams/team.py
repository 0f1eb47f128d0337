"""Who arranges what with whom: the one day, the offers of it, and the book of what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.messaging.post import Post
from app.routing.writing import lock_hub
from app.teams.day import HubDay, Limits, check_there, name_of, read
from app.teams.errors import Gone
from app.teams.models import (
    LIVE,
    OfferStatus,
    RouteEvent,
    RouteEventKind,
    TeamOffer,
    TeamOfferStop,
)


@dataclass(frozen=True)
class Who:
    """A collector on one of his hub's days."""

    collector_id: UUID
    hub_id: UUID
    date: dt.date


@dataclass(frozen=True)
class Team:
    """What collectors do among themselves needs these. Whoever changes anything holds the hub's lock."""

    session: Session
    post: Post
    limits: Limits
    now: datetime

    def hold(self, who: Who) -> HubDay:
        """The day, locked. Raises `NotAllowed` for who does not ride for the hub."""
        lock_hub(self.session, who.hub_id)
        day = read(self.session, who.hub_id, who.date, self.limits, self.now)
        check_there(day, who.collector_id)
        return day

    def live_offer(self, who: Who, offer_id: UUID) -> TeamOffer:
        """Raises `NotFound`, and `Gone` where it is closed."""
        offer = self.session.get(TeamOffer, offer_id, populate_existing=True)
        if offer is None or offer.hub_id != who.hub_id or offer.date != who.date:
            raise NotFound("There is no such offer today.")
        if offer.status not in LIVE:
            raise Gone(name_of(self.session, offer.taken_by_id) if offer.taken_by_id else "")
        return offer

    def stops(self, offer: TeamOffer, *, in_return: bool = False) -> list[UUID]:
        return list(
            self.session.scalars(
                select(TeamOfferStop.pickup_id)
                .where(TeamOfferStop.offer_id == offer.id, TeamOfferStop.in_return == in_return)
                .order_by(TeamOfferStop.pickup_id)
            )
        )

    def bound(self, who: Who) -> set[UUID]:
        """Those of the collector's stops that a live offer, or an answer to one, holds already."""
        offered = and_(TeamOffer.from_id == who.collector_id, ~TeamOfferStop.in_return)
        given = and_(TeamOffer.to_id == who.collector_id, TeamOfferStop.in_return)
        return set(
            self.session.scalars(
                select(TeamOfferStop.pickup_id)
                .join(TeamOffer, TeamOffer.id == TeamOfferStop.offer_id)
                .where(TeamOffer.date == who.date, TeamOffer.status.in_(LIVE), or_(offered, given))
            )
        )

    def close(self, offer: TeamOffer, status: OfferStatus, kind: RouteEventKind, actor: UUID) -> None:
        offer.status, offer.closed_at = status, self.now
        self.record(kind, offer, self.stops(offer), actor, whose=offer.from_id, to=offer.to_id)

    def record(
        self,
        kind: RouteEventKind,
        offer: TeamOffer,
        pickup_ids: Sequence[UUID],
        actor: UUID,
        *,
        whose: UUID,
        to: UUID | None,
    ) -> None:
        """A line in the book for each of these stops."""
        self.session.add_all(
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
            for pickup_id in pickup_ids
        )
        self.session.flush()
