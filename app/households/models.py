"""Households and the phones that speak for them."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
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
    gets_approach: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Word that the collector is a few stops away."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When it was last certain to be theirs: by the PIN, at the door or by the office (see `guarding`)."""
    spends_from: Mapped[datetime | None]
    """A phone that is new here spends nothing before, unless it knows the PIN."""
    replaced_by: Mapped[str | None] = mapped_column(String(16))
    """The phone that takes its place, on `ends_at`; until then it can object, and spends nothing."""
    ends_at: Mapped[datetime | None] = mapped_column(index=True)


class InvitationKind(enum.StrEnum):
    ADDED = "added"
    """One more phone, asked for by a phone of the household; the new phone agrees by its own text."""
    CHANGED = "changed"
    """The same, and it takes the place of the phone that asked."""
    CLAIMED = "claimed"
    """The new phone says it takes the place of one that is lost; somebody at the door or the office agrees."""


class PhoneInvitation(Base):
    """A phone that may come to speak for a household, once the other side agrees. Until then it is nobody's."""

    __tablename__ = "phone_invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    phone: Mapped[str] = mapped_column(String(16), index=True)
    kind: Mapped[InvitationKind]
    replaces: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class HouseholdPin(Base):
    """Four digits that only the household knows. What guards them is the count of tries."""

    __tablename__ = "household_pins"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    tries: Mapped[int] = mapped_column(default=0)
    """Failed ones since the last right one."""
    locked_until: Mapped[datetime | None]
    set_at: Mapped[datetime]
