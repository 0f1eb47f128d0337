"""Which reminders were written, and which were let go because their moment had passed."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class ReminderKind(enum.StrEnum):
    EVENING_BEFORE = "evening_before"
    MORNING_OF = "morning_of"


class ReminderStatus(enum.StrEnum):
    WRITTEN = "written"
    DROPPED = "dropped"


class Reminder(Base):
    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("pickup_id", "kind", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"))
    kind: Mapped[ReminderKind]
    due_at: Mapped[datetime]
    status: Mapped[ReminderStatus]
    reason: Mapped[str | None] = mapped_column(String(40))
    """Why it was dropped."""
    created_at: Mapped[datetime]
