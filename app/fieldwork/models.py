"""What collectors' phones send besides visits: each with an id that was made on the phone."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.fieldwork.answers import Why
from app.weighing.models import Via


class FieldRecordKind(enum.StrEnum):
    CORRECTION = "correction"
    """The dispute of the same id holds what was booked for it."""
    HANDOVER = "handover"
    """A handover code that was typed at the door."""
    POSITION = "position"
    """Where the phone was at the door."""
    BAG = "bag"
    """The code of a bag that was read at the door; the reading of the same id says what it was."""


class Verdict(enum.StrEnum):
    RIGHT = "right"
    WRONG = "wrong"


class FieldRecord(Base):
    """Weighings and missed stops are `visits`; everything else a phone sends is here, once per id."""

    __tablename__ = "field_records"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[FieldRecordKind]
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), index=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was sent: the same id with other content is a conflict."""
    verdict: Mapped[Verdict | None]
    """Of a handover code."""
    off_route: Mapped[bool]
    """The stop was not on that collector's route."""
    made_at: Mapped[datetime]
    """By the phone's clock, set right."""
    device_at: Mapped[datetime]
    """What the phone's own clock said."""
    via: Mapped[Via]
    received_at: Mapped[datetime]


class FieldPhoto(Base):
    """What a collector saw at a door; shrunk on the phone, shown to the office alone, forgotten after a while."""

    __tablename__ = "field_photos"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pickup_id: Mapped[UUID] = mapped_column(ForeignKey("pickups.id"), index=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    about_id: Mapped[UUID]
    """The record it was taken for."""
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    device_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)


class Enrolment(Base):
    """A household that joined at its door; once per id that was made on the collector's phone."""

    __tablename__ = "enrolments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), index=True)
    """The new one, or the one that its phone spoke for already."""
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    pickup_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickups.id"))
    """Where what was weighed on the same visit counts; made with the first weights."""
    content_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was sent: the same id with other content is a conflict."""
    why: Mapped[Why | None]
    """What its collector was told besides that it is taken."""
    made_at: Mapped[datetime]
    """By the phone's clock, set right."""
    device_at: Mapped[datetime]
    via: Mapped[Via]
    received_at: Mapped[datetime] = mapped_column(index=True)
