"""What was weighed a second time, at the hub, and what the nightly checks found."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.integrity.checks.seen import Check
from app.kernel.ids import new_id


class HubWeighin(Base):
    """One load on the hub's scale. Its id was made in the form, so it counts once. Never edited: a slip is taken
    back, and weighed in anew.
    """

    __tablename__ = "hub_weighins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"), index=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    """Who brought it."""
    weighed_by: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    """Who read the scale."""
    date: Mapped[dt.date]
    """The day of the stops that it came from."""
    content_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was submitted: the same id with other content is a conflict."""
    weighed_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[UUID | None] = mapped_column(ForeignKey("collectors.id"))


Index("ix_hub_weighins_collector_day", HubWeighin.collector_id, HubWeighin.date)


class HubWeighinLine(Base):
    __tablename__ = "hub_weighin_lines"
    __table_args__ = (CheckConstraint("grams > 0", name="grams"),)

    weighin_id: Mapped[UUID] = mapped_column(ForeignKey("hub_weighins.id"), primary_key=True)
    material_id: Mapped[UUID] = mapped_column(ForeignKey("materials.id"), primary_key=True)
    grams: Mapped[int]


class FindingStatus(enum.StrEnum):
    OPEN = "open"
    EXPLAINED = "explained"
    """There is an honest reason for it."""
    CONFIRMED = "confirmed"
    """Something was wrong."""


class Finding(Base):
    """What stood out among a night's tests, until a person has looked."""

    __tablename__ = "integrity_findings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    check: Mapped[Check]
    subject: Mapped[str] = mapped_column(String(120))
    """Whom and what it is about, in one line (`Subject.key`)."""
    collector_id: Mapped[UUID | None] = mapped_column(ForeignKey("collectors.id"), index=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"), index=True)
    material: Mapped[str | None] = mapped_column(String(12))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date] = mapped_column(index=True)
    """The newest day on which it stood out; its figures are of then."""
    p_value: Mapped[float]
    certainty: Mapped[float]
    """How sure, at most, that it is no chance: from 0 to 1."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[FindingStatus] = mapped_column(default=FindingStatus.OPEN)
    word: Mapped[str | None] = mapped_column(String(300))
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]


Index(
    "uq_integrity_findings_open",
    Finding.check,
    Finding.subject,
    unique=True,
    sqlite_where=Finding.status == FindingStatus.OPEN,
    postgresql_where=Finding.status == FindingStatus.OPEN,
)


class IntegrityRun(Base):
    """A day that was looked at."""

    __tablename__ = "integrity_runs"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    tests: Mapped[int]
    findings: Mapped[int]
    ended_at: Mapped[datetime]
