"""Collectors and how they sign in."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.signing_in.models import BrowserSession

BOX_LITRES = 1_500
"""A cargo tricycle's cage of some 1.5 x 1 x 1 metres, where nothing else is said."""


LOAD_GRAMS = 150_000
"""What such a tricycle carries."""


class CollectorRole(enum.StrEnum):
    RIDER = "rider"
    HUB = "hub"
    """Does not ride: weighs in at the hub what the riders bring."""


class Collector(Base):
    """Whoever works on a hub's rounds and signs in with phone and PIN."""

    __tablename__ = "collectors"
    __table_args__ = (
        CheckConstraint("capacity_grams > 0", name="capacity"),
        CheckConstraint("capacity_litres > 0", name="box"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(16), unique=True)
    language: Mapped[str] = mapped_column(String(12))
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"), index=True)
    capacity_grams: Mapped[int]
    """What the bike carries."""
    capacity_litres: Mapped[int] = mapped_column(default=BOX_LITRES, server_default=str(BOX_LITRES))
    """What its box holds: bottles fill it long before they are heavy."""
    role: Mapped[CollectorRole] = mapped_column(default=CollectorRole.RIDER, server_default="rider")
    active: Mapped[bool] = mapped_column(default=True)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AbsenceReason(enum.StrEnum):
    LEAVE = "leave"
    SICK = "sick"


class CollectorAbsence(Base):
    """Days on which a collector does not ride; his turn at the rounds goes on meanwhile."""

    __tablename__ = "collector_absences"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="days"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    reason: Mapped[AbsenceReason]
    created_at: Mapped[datetime]


class CollectorSession(BrowserSession, Base):
    __tablename__ = "collector_sessions"

    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)


class SignInLink(Base):
    """A link that signs a collector in once; the link itself is only in the text that carries it."""

    __tablename__ = "sign_in_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class CollectorShift(Base):
    """One weekday on which a collector rides. Who has none at all rides every day, in the usual hours."""

    __tablename__ = "collector_shifts"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts_at < ends_at", name="hours"),
        CheckConstraint(
            "(break_from IS NULL) = (break_until IS NULL) AND (break_from IS NULL) = (break_minutes IS NULL)",
            name="whole_break",
        ),
        CheckConstraint("break_from <= break_until AND break_minutes > 0", name="break"),
    )

    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Monday is 0."""
    starts_at: Mapped[time]
    """Local time at the hub, as all of these."""
    ends_at: Mapped[time]
    break_from: Mapped[time | None]
    """The break begins no earlier, and no later than `break_until`."""
    break_until: Mapped[time | None]
    break_minutes: Mapped[int | None]


class CollectorZone(Base):
    """A zone that a collector knows: its stops go to him rather than to a stranger, where that costs little."""

    __tablename__ = "collector_zones"

    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), primary_key=True)
