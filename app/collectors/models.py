"""Collectors and how they sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class Collector(Base):
    __tablename__ = "collectors"
    __table_args__ = (CheckConstraint("capacity_grams > 0", name="capacity"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(16), unique=True)
    language: Mapped[str] = mapped_column(String(12))
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"), index=True)
    capacity_grams: Mapped[int]
    """What the bike carries."""
    active: Mapped[bool] = mapped_column(default=True)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CollectorSession(Base):
    """A signed-in browser; the token itself is only in its cookie."""

    __tablename__ = "collector_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInTries(Base):
    """Tries at a PIN that have not ended in signing in, per phone (known or not) and per address."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """What is being counted, hashed: strangers' phones and addresses are nobody's business."""
    tries: Mapped[int]
    blocked_until: Mapped[datetime | None]
    forget_at: Mapped[datetime] = mapped_column(index=True)
