"""How whoever knows better may doubt a weighing before its credit is spent. Weighing itself doubts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.weighing.lines import WeighedLine
from app.weighing.models import Because


@dataclass(frozen=True)
class Brought:
    """What is about to be credited."""

    visit_id: UUID
    household_id: UUID
    zone_id: UUID
    collector_id: UUID
    lines: Sequence[WeighedLine]
    now: datetime

    @property
    def credit_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True)
class Doubt:
    because: Because
    certainty: float
    """How sure, at most, that something is wrong: from 0 to 1."""
    figures: Mapping[str, Any]
    until: datetime
    """The household waits no longer than that."""


class Judge(Protocol):
    def doubt(self, session: Session, brought: Brought) -> Doubt | None:
        """Why its credit should be looked at first; None where it should not."""
        ...


class Trusting:
    """Doubts nobody."""

    def doubt(self, session: Session, brought: Brought) -> Doubt | None:  # noqa: ARG002 - a judge's signature
        return None


TRUSTING = Trusting()
