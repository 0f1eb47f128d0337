"""Offers among collectors, and the book of who did what."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class OfferKind(enum.StrEnum):
    GIVE = "give"
    SWAP = "swap"
    """The other gives some of their own in return, which the first one has to agree to."""


class OfferStatus(enum.StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    """Of a swap: the other has said what they give in return; whoever offered is to agree."""
    TAKEN = "taken"
    DECLINED = "declined"
    """By the one it was made to."""
    WITHDRAWN = "withdrawn"


class TeamOffer(Base):
    """Some of a collector's stops of one day, for a colleague or (`to_id` null) for any of the hub's."""

    __tablename__ = "team_offers"
    __table_args__ = (Index("ix_team_offers_day", "hub_id", "date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"))
    date: Mapped[dt.date]
    from_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("collectors.id"))
    kind: Mapped[OfferKind]
    status: Mapped[OfferStatus] = mapped_column(default=OfferStatus.OPEN)
    taken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("collectors.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


LIVE: Final = (OfferStatus.OPEN, OfferStatus.ANSWERED)


class TeamOfferStop(Base):
    __tablename__ = "team_offer_stops"

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("team_offers.id"), primary_key=True)
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), primary_key=True, index=True)
    in_return: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of a swap: one that the other gives."""


class RouteEventKind(enum.StrEnum):
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    MOVED = "moved"
    """From one collector's route to another's."""


class RouteEvent(Base):
    """What collectors did with a stop among themselves. The database refuses to change or forget a line."""

    __tablename__ = "route_events"
    __table_args__ = (Index("ix_route_events_day", "hub_id", "date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"))
    date: Mapped[dt.date]
    kind: Mapped[RouteEventKind]
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("team_offers.id"))
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), index=True)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    """Who did it."""
    from_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    """Whose the stop was."""
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("collectors.id"))
    """Whose it became, or to whom it was offered; null for anybody."""
