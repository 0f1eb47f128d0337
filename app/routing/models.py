"""A collector's day: the route and its stops in order."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
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
