"""The lots that were drawn, and whose turn each round is."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.kernel.ids import new_id
from app.settings import Fairness


class RoundDraw(Base):
    """A draw of a hub. Until `drawn_at` it is a promise: its seed is fixed, and shown to nobody."""

    __tablename__ = "round_draws"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"), index=True)
    seed: Mapped[str] = mapped_column(String(32))
    promise: Mapped[str] = mapped_column(String(64))
    promised_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(32))
    drawn_at: Mapped[datetime | None]
    mode: Mapped[Fairness | None]
    word: Mapped[str] = mapped_column(String(80), default="")
    entrants: Mapped[list[str]] = mapped_column(JSON)
    """Ids of the hub's active collectors at that moment."""
    drawn: Mapped[list[str]] = mapped_column(JSON)
    """The same in the order drawn."""
    rounds: Mapped[list[list[str]]] = mapped_column(JSON)
    """Ids of each round's zones."""
    basis: Mapped[dict[str, list[int]] | None] = mapped_column(JSON)
    """Of `balance`: what each in `drawn` had earned, and what each of `rounds` was expected to yield."""
    first_day: Mapped[dt.date | None]
    last_day: Mapped[dt.date | None]


Index(
    "uq_round_draws_promised",
    RoundDraw.hub_id,
    unique=True,
    sqlite_where=RoundDraw.drawn_at.is_(None),
    postgresql_where=RoundDraw.drawn_at.is_(None),
)


class RoundTurn(Base):
    """Whose a round is from `first_day` to `last_day`, unless a later draw begins before that."""

    __tablename__ = "round_turns"
    __table_args__ = (
        UniqueConstraint("draw_id", "first_day", "collector_id"),
        UniqueConstraint("draw_id", "first_day", "round_number"),
        Index("ix_round_turns_days", "hub_id", "first_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draw_id: Mapped[UUID] = mapped_column(ForeignKey("round_draws.id"))
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("hubs.id"))
    collector_id: Mapped[UUID] = mapped_column(ForeignKey("collectors.id"), index=True)
    round_number: Mapped[int]
    """0 is the first of the draw's rounds."""
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
