"""Households and the phones that speak for them."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class HouseholdStatus(enum.StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class Household(Base):
    __tablename__ = "households"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12))
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), index=True)
    landmark: Mapped[str] = mapped_column(String(160))
    """Where exactly, in the household's own words."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    location_source: Mapped[str | None] = mapped_column(String(20))
    location_uncertainty_metres: Mapped[int | None]
    status: Mapped[HouseholdStatus] = mapped_column(default=HouseholdStatus.ACTIVE)
    paused_until: Mapped[date | None]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class HouseholdPhone(Base):
    """A phone may speak for several households, and a household may have several phones."""

    __tablename__ = "household_phones"
    __table_args__ = (UniqueConstraint("phone", "household_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    phone: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(12))
    gets_receipts: Mapped[bool] = mapped_column(default=True)
    gets_reminders: Mapped[bool] = mapped_column(default=True)
    """Reminders, and word of a moved or missed pickup."""
    created_at: Mapped[datetime]
