"""Disputes of households and cases of collectors, until a person has answered them."""

from __future__ import annotations

import datetime as dt
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


class CaseKind(enum.StrEnum):
    HUB_DIFFERENCE = "hub_difference"
    """The hub's scale and the day's stops lie too far apart."""
    QUESTION = "question"
    """The collector says that what is counted of their work is not right."""
    POSSIBLE_DUPLICATE = "possible_duplicate"
    """A household that was enrolled at its door may be known already, under another phone."""


class CaseStatus(enum.StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CollectorCase(Base):
    """Something of a collector's day that a person should look at."""

    __tablename__ = "collector_cases"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[CaseKind]
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    date: Mapped[dt.date]
    said: Mapped[str] = mapped_column(String(480))
    figures: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    """Per material: `stops_grams`, `hub_grams`, `allowed_grams`, of those that lie too far apart."""
    household_ids: Mapped[list[str] | None] = mapped_column(JSON)
    """The new household, and the one that it may be."""
    status: Mapped[CaseStatus]
    answer: Mapped[str | None] = mapped_column(String(300))
    opened_by: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]


Index(
    "uq_collector_cases_open_hub_difference",
    CollectorCase.collector_id,
    CollectorCase.date,
    unique=True,
    sqlite_where=(CollectorCase.status == CaseStatus.OPEN) & (CollectorCase.kind == CaseKind.HUB_DIFFERENCE),
    postgresql_where=(CollectorCase.status == CaseStatus.OPEN)
    & (CollectorCase.kind == CaseKind.HUB_DIFFERENCE),
)
