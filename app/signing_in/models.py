"""Counted tries, and what every table of signed-in browsers has."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id


class SignInTries(Base):
    """Tries at a PIN that have not ended in signing in, per phone (known or not) and per address."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """What is being counted, hashed: strangers' phones and addresses are nobody's business."""
    tries: Mapped[int]
    blocked_until: Mapped[datetime | None]
    forget_at: Mapped[datetime] = mapped_column(index=True)


class BrowserSession:
    """A signed-in browser; the token itself is only in its cookie. Each table says whose browser it is."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
