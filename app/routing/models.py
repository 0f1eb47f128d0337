"""A collector's day: the route and its stops in order; and what did not go as planned."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class RouteStatus(enum.StrEnum):
    PLANNED = "planned"
    STARTED = "started"
    FINISHED = "finished"


class Route(Base):
    __tablename__ = "routes"
    __table_args__ = (UniqueConstraint("date", "collector_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    date: Mapped[dt.date]
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"))
    status: Mapped[RouteStatus] = mapped_column(default=RouteStatus.PLANNED)
    distance_metres: Mapped[int]
    returns_at: Mapped[datetime | None]
    """When its collector is expected back at the hub, the last time that day."""
    rests_at: Mapped[datetime | None]
    """When the collector's break is planned to begin."""
    waits_until: Mapped[datetime | None]
    """Its collector does not ride after all: so long its stops wait for a colleague who takes them."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RouteStop(Base):
    __tablename__ = "route_stops"
    __table_args__ = (UniqueConstraint("route_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"))
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), unique=True)
    position: Mapped[int]
    """1 is the first stop."""
    trip: Mapped[int] = mapped_column(default=1, server_default="1")
    """1 is the first; between two trips the box is emptied at the hub."""
    arrives_at: Mapped[datetime | None]
    """When its collector is expected; none where the route was not planned by us."""
    told_arrives_at: Mapped[datetime | None]
    """The time that the household was last told beside its hours, and when."""
    told_at: Mapped[datetime | None]


class WhyUnplanned(enum.StrEnum):
    """Why nobody can come on a day."""

    NO_COLLECTOR = "no_collector"
    """The zone's hub has no collector who rides that day."""
    TOO_HEAVY = "too_heavy"
    """More grams than any bike carries."""
    TOO_BULKY = "too_bulky"
    """More litres than any box holds."""
    TOO_FAR = "too_far"
    """There and back does not fit into any shift."""
    OUT_OF_HOURS = "out_of_hours"
    """Nobody rides within the promised hours."""
    NO_ROOM_LEFT = "no_room_left"
    """The boxes, or the hours, are taken."""
    NOT_WORTH_IT = "not_worth_it"
    """Not asked for, and the detour is longer than the bag is likely to be worth."""


class UnservedPickup(Base):
    """A pickup to which nobody could come on its day: why, and when we come instead."""

    __tablename__ = "unserved_pickups"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    date: Mapped[dt.date] = mapped_column(index=True)
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"))
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), unique=True)
    why: Mapped[WhyUnplanned]
    next_pickup_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickups.id"))
    """The one in its place; none where no further day is planned in the zone."""
    created_at: Mapped[datetime]


class TroubleKind(enum.StrEnum):
    BIKE_BROKEN = "bike_broken"
    BOX_FULL = "box_full"


class DayTrouble(Base):
    """What goes wrong on the way, as a collector or the office says it. Open until it is over."""

    __tablename__ = "day_troubles"
    __table_args__ = (Index("ix_day_troubles_day", "date", "collector_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    date: Mapped[dt.date]
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    kind: Mapped[TroubleKind]
    trip: Mapped[int]
    """On which trip it happened: a box that was full then is empty on the next."""
    reported_by: Mapped[str] = mapped_column(String(80))
    """`collector`, or the office's key."""
    reported_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class FollowedDay(Base):
    """When a hub's day was last compared with what is true."""

    __tablename__ = "followed_days"

    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ZonePace(Base):
    """How fast a zone was found to be; see `app.routing.pace`."""

    __tablename__ = "zone_paces"

    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), primary_key=True)
    factor: Mapped[float]
    """1.2 is a fifth slower than expected."""
    stop_seconds: Mapped[float]
    pairs: Mapped[int]
    learnt_at: Mapped[datetime]
