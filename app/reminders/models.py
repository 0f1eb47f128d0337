"""Which reminders were written, and which were let go because their moment had passed."""

from __future__ import annotations

import datetime as dt
import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class ReminderKind(enum.StrEnum):
    EVENING_BEFORE = "evening_before"
    MORNING_OF = "morning_of"


class ReminderStatus(enum.StrEnum):
    WRITTEN = "written"
    DROPPED = "dropped"


class DropReason(enum.StrEnum):
    LATE = "late"
    """Its moment had passed before the worker came to it."""
    NOBODY_TO_TELL = "nobody_to_tell"
    """No phone of the household wants reminders, or all have opted out."""


class Reminder(Base):
    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("pickup_id", "kind", "date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"))
    kind: Mapped[ReminderKind]
    date: Mapped[dt.date]
    """The pickup's date at the time: moved to another, it is reminded of again."""
    due_at: Mapped[datetime]
    status: Mapped[ReminderStatus]
    reason: Mapped[DropReason | None]
    created_at: Mapped[datetime]
