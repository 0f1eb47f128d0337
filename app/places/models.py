"""Hubs, zones, and the days on which a zone is served."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class Hub(Base):
    """Where collectors start, empty their boxes, and are weighed in."""

    __tablename__ = "hubs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    latitude: Mapped[float]
    longitude: Mapped[float]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Zone(Base):
    """A neighbourhood served on the same days."""

    __tablename__ = "zones"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"))
    timezone: Mapped[str] = mapped_column(String(64))
    latitude: Mapped[float]
    longitude: Mapped[float]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class ServiceDay(Base):
    """Every `every_weeks` weeks, counted from the week of `starts_on`, on `weekday`."""

    __tablename__ = "service_days"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("every_weeks BETWEEN 1 AND 52", name="every_weeks"),
        CheckConstraint("window_start < window_end", name="window"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), index=True)
    weekday: Mapped[int]
    """Monday is 0."""
    window_start: Mapped[time]
    window_end: Mapped[time]
    every_weeks: Mapped[int] = mapped_column(default=1)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    created_at: Mapped[datetime]


class ExceptionKind(enum.StrEnum):
    CLOSED = "closed"
    """No collection; moved to `moved_to` where that is set, else simply off."""
    EXTRA = "extra"
    """A collection besides the usual days."""


class ServiceException(Base):
    """A holiday or other exception, for one zone or (zone_id null) for all."""

    __tablename__ = "service_exceptions"
    __table_args__ = (
        UniqueConstraint("zone_id", "date"),
        CheckConstraint("kind <> 'extra' OR zone_id IS NOT NULL", name="extra_needs_zone"),
        CheckConstraint("(window_start IS NULL) = (window_end IS NULL)", name="whole_window"),
        CheckConstraint("window_start < window_end", name="window"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zones.id"))
    date: Mapped[dt.date]
    kind: Mapped[ExceptionKind]
    moved_to: Mapped[dt.date | None]
    window_start: Mapped[time | None]
    """The hours of an extra or moved collection; null for the usual ones."""
    window_end: Mapped[time | None]
    reason: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]


Index(
    "uq_service_exceptions_everywhere",
    ServiceException.date,
    unique=True,
    sqlite_where=ServiceException.zone_id.is_(None),
    postgresql_where=ServiceException.zone_id.is_(None),
)


class Landmark(Base):
    """A place that people of a zone name when they say where they live."""

    __tablename__ = "landmarks"
    __table_args__ = (CheckConstraint("uncertainty_metres > 0", name="uncertainty"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[list[str]] = mapped_column(JSON)
    """What else people call it."""
    latitude: Mapped[float]
    longitude: Mapped[float]
    uncertainty_metres: Mapped[int]
    """How far from it those live who name it."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
