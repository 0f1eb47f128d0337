"""One household on one date."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from datetime import datetime, time
from typing import cast
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.pickups.statuses import CancelReason, MissedReason, PickupStatus


class PickupKind(enum.StrEnum):
    RECURRING = "recurring"
    ON_DEMAND = "on_demand"


def _when_created(context: DefaultExecutionContext) -> datetime:
    given = cast("Callable[[], dict[str, datetime]]", context.get_current_parameters)
    return given()["created_at"]


class Pickup(Base):
    __tablename__ = "pickups"
    __table_args__ = (UniqueConstraint("household_id", "date"), Index("ix_pickups_day", "date", "zone_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"))
    date: Mapped[dt.date]
    window_start: Mapped[time]
    window_end: Mapped[time]
    kind: Mapped[PickupKind]
    status: Mapped[PickupStatus] = mapped_column(default=PickupStatus.SCHEDULED)
    confirmed: Mapped[bool] = mapped_column(default=False)
    """The household said it is ready; kept when the pickup goes on to be routed."""
    must_serve: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nobody came last time, though we had said so: a plan drops it last of all."""
    missed_reason: Mapped[MissedReason | None]
    cancel_reason: Mapped[CancelReason | None]
    """Why it is cancelled; some reasons end, and the pickup stands again."""
    moved_from: Mapped[dt.date | None]
    """The date it had before a holiday or exception moved it."""
    date_set_at: Mapped[datetime] = mapped_column(default=_when_created)
    """When it was given its present date; a reminder due before that was never owed."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
