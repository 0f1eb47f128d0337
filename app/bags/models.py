"""Runs of printed bags, and where their codes were read."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class BagRun(Base):
    """Bags whose codes were made, and printed, together."""

    __tablename__ = "bag_runs"
    __table_args__ = (CheckConstraint("bags > 0", name="bags"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    note: Mapped[str] = mapped_column(String(80))
    """What the office calls it: who got them, say."""
    bags: Mapped[int]
    """How many."""
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    void_since: Mapped[datetime | None]
    """Lost or stolen: what is read of them from then on is flagged."""


class Bag(Base):
    __tablename__ = "bags"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("bag_runs.id"), index=True)


class Place(enum.StrEnum):
    DOOR = "door"
    HUB = "hub"


class Finding(enum.StrEnum):
    """What there is to say of a code that was read. Nothing of it stops a weighing."""

    KNOWN = "known"
    SLIP = "slip"
    """It can be nobody's code: a digit is wrong."""
    UNKNOWN = "unknown"
    """No bag of ours has it."""
    VOID = "void"
    TWICE = "twice"
    """It was read at another stop of that day, or weighed at the hub, before."""


class BagReading(Base):
    """A code as it was read at a door or at the hub, whatever it was. A bag may come back on another day."""

    __tablename__ = "bag_readings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Made with the reading, so that it counts once; at the hub it is that of the weigh-in."""
    code: Mapped[str] = mapped_column(String(24), index=True)
    """Eight digits, or what was typed instead."""
    place: Mapped[Place]
    finding: Mapped[Finding]
    date: Mapped[dt.date]
    """The day of the stop."""
    pickup_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickups.id"), index=True)
    """Where it was read at a door."""
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"))
    """Who read it."""
    read_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    """With its weigh-in."""


Index("ix_bag_readings_read_at_id", BagReading.read_at, BagReading.id)
