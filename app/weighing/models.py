"""Materials, what a kilogram is worth, and what was weighed at each door."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id

LOOSE_DENSITY = 34
"""Kilograms per cubic metre of mixed recyclables: 58 lb/yd³ (US EPA, Volume-to-Weight Conversion Factors, 2016).
The same table for single ones, whole and loose, in kg/m³: PET bottles 21, aluminium cans 27 to 37, flattened
cardboard 63, glass bottles 225, mixed paper 145."""


class Material(Base):
    __tablename__ = "materials"
    __table_args__ = (CheckConstraint("density_kilograms_per_cubic_metre > 0", name="density"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    """Short and stable, e.g. `PET`; texts name materials by the catalogue key `material.<code>` or by `name`."""
    name: Mapped[str] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    density_kilograms_per_cubic_metre: Mapped[int] = mapped_column(
        default=LOOSE_DENSITY, server_default=str(LOOSE_DENSITY)
    )
    """As it lies in a bike's box, whole and loose: what fills the box long before the weight does."""
    created_at: Mapped[datetime]


class Rate(Base):
    """Credit per kilogram from `valid_from` on; a zone's own rate goes before the general one."""

    __tablename__ = "rates"
    __table_args__ = (
        UniqueConstraint("material_id", "zone_id", "valid_from"),
        CheckConstraint("amount_minor_per_kilogram >= 0", name="not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    material_id: Mapped[UUID] = mapped_column(ForeignKey("materials.id"))
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zones.id"))
    amount_minor_per_kilogram: Mapped[int]
    valid_from: Mapped[date]
    created_at: Mapped[datetime]


Index(
    "uq_rates_everywhere",
    Rate.material_id,
    Rate.valid_from,
    unique=True,
    sqlite_where=Rate.zone_id.is_(None),
    postgresql_where=Rate.zone_id.is_(None),
)


class VisitOutcome(enum.StrEnum):
    COLLECTED = "collected"
    MISSED = "missed"


class Via(enum.StrEnum):
    """The way by which a collector's record came."""

    FORM = "form"
    SYNC = "sync"
    """The queue of a sheet that works without network."""
    SMS = "sms"


class Visit(Base):
    """What a collector submitted for a stop. Its id was made in the form, so it counts once."""

    __tablename__ = "visits"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), index=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    outcome: Mapped[VisitOutcome]
    content_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was submitted: the same id with other content is a conflict."""
    note: Mapped[str | None] = mapped_column(String(300))
    off_route: Mapped[bool] = mapped_column(default=False)
    """The stop was not on that collector's route on the day; for the office to look at."""
    visited_at: Mapped[datetime]
    """By the phone's clock, set right; the time of arrival for a plain form."""
    device_at: Mapped[datetime | None]
    """What the phone's own clock said; None for a plain form."""
    via: Mapped[Via] = mapped_column(default=Via.FORM, server_default="form")
    received_at: Mapped[datetime]


class Weighing(Base):
    """The grams of one visit and the credit they earned. Never edited: corrections are disputes' new entries."""

    __tablename__ = "weighings"

    id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), unique=True)
    """A pickup is paid for once."""
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    weighed_at: Mapped[datetime] = mapped_column(index=True)
    credit_minor: Mapped[int]
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_transfers.id"))
    created_at: Mapped[datetime]


class WeighingLine(Base):
    __tablename__ = "weighing_lines"
    __table_args__ = (CheckConstraint("grams > 0", name="grams"),)

    weighing_id: Mapped[UUID] = mapped_column(ForeignKey("weighings.id"), primary_key=True)
    material_id: Mapped[UUID] = mapped_column(ForeignKey("materials.id"), primary_key=True)
    grams: Mapped[int]
    rate_minor_per_kilogram: Mapped[int]
    amount_minor: Mapped[int]


class Because(enum.StrEnum):
    """Why credit is looked at by a person before it can be spent."""

    WEIGHT = "weight"
    """The weight is unlikely for the home and its neighbours."""
    HOME = "home"
    """There is an open finding about the home."""
    COLLECTOR = "collector"
    """There is an open finding about whoever weighed."""


class HeldStatus(enum.StrEnum):
    WAITING = "waiting"
    RELEASED = "released"
    DECLINED = "declined"
    CORRECTED = "corrected"
    """A correction left nothing to hold."""


class HeldCredit(Base):
    """Credit of a weighing that is earned and lies on hold until a person has looked, or the time for that is over."""

    __tablename__ = "held_credits"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    weighing_id: Mapped[UUID] = mapped_column(ForeignKey("weighings.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    because: Mapped[Because]
    certainty: Mapped[float]
    """How sure the service was, at most, that something is wrong: from 0 to 1."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it saw."""
    status: Mapped[HeldStatus]
    held_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Nobody looked until then: it is released by itself."""
    first_by: Mapped[str | None] = mapped_column(String(120))
    """Who decided first, where that takes two."""
    first_says: Mapped[HeldStatus | None]
    first_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))


Index(
    "uq_held_credits_waiting",
    HeldCredit.weighing_id,
    unique=True,
    sqlite_where=HeldCredit.status == HeldStatus.WAITING,
    postgresql_where=HeldCredit.status == HeldStatus.WAITING,
)
Index("ix_held_credits_due", HeldCredit.status, HeldCredit.due_at)


class ConflictReason(enum.StrEnum):
    OTHER_CONTENT = "other_content"
    """The same id came with other content."""
    SECOND_VISIT = "second_visit"
    """The stop already has a weighing, or a word that it was missed."""
    NOT_THE_LATEST = "not_the_latest"
    """It corrects a weighing that somebody else has corrected meanwhile."""
    REFUSED = "refused"
    """It cannot be taken as it is: too heavy, too late, no such record to correct."""


class ConflictingSubmission(Base):
    """What a collector sent and what could not count as it is: kept aside for a person to look at."""

    __tablename__ = "conflicting_submissions"
    __table_args__ = (UniqueConstraint("visit_id", "content_digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID]
    """The id that came with it, of whatever kind of record."""
    reason: Mapped[ConflictReason]
    content_digest: Mapped[str] = mapped_column(String(64))
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime]
