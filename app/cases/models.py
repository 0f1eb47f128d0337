"""Disputes, until a person has answered them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class DisputeStatus(enum.StrEnum):
    OPEN = "open"
    CORRECTED = "corrected"
    UPHELD = "upheld"
    """The first weighing stands."""


class Dispute(Base):
    __tablename__ = "disputes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    weighing_id: Mapped[UUID] = mapped_column(ForeignKey("weighings.id"), index=True)
    phone: Mapped[str] = mapped_column(String(16))
    """Who asked, and gets the answer."""
    said: Mapped[str] = mapped_column(String(480))
    status: Mapped[DisputeStatus] = mapped_column(default=DisputeStatus.OPEN)
    corrected_grams: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Grams by material code, where it was corrected."""
    corrected_credit_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the corrected grams are worth."""
    difference_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What was booked for it; less is taken back than was due where the household has spent it."""
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_transfers.id"))
    resolved_by: Mapped[str | None] = mapped_column(String(80))
    resolution: Mapped[str | None] = mapped_column(String(300))
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


Index(
    "uq_disputes_open",
    Dispute.weighing_id,
    unique=True,
    sqlite_where=Dispute.status == DisputeStatus.OPEN,
    postgresql_where=Dispute.status == DisputeStatus.OPEN,
)
