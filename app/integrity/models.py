"""What was weighed a second time, at the hub."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


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
