"""A word about money that one person gives, and above an amount a second one confirms before it holds.

Proofs of payments by hand and redemptions that are held keep tables of their own, and the same rule: `check_another`.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.errors import Refused


class DecisionStatus(enum.StrEnum):
    WAITING = "waiting"
    """For the second person."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"


def check_another(first: str, second: str) -> None:
    """Raises `Refused` where both are one person, as the audit trail names them."""
    if first == second:
        raise Refused("Another person must confirm it: the first word was yours.")


class SecondedDecision:
    """Columns of a table of such decisions."""

    status: Mapped[DecisionStatus] = mapped_column(index=True)
    decided_by: Mapped[str] = mapped_column(String(120))
    """As the audit trail names them; two people have two names."""
    decided_at: Mapped[datetime]
    seconded_by: Mapped[str | None] = mapped_column(String(120))
    """Who confirmed or rejected it."""
    seconded_at: Mapped[datetime | None]
    rejected_because: Mapped[str | None] = mapped_column(String(200))

    def second(self, actor: str, now: datetime) -> None:
        """The second person's yes. Raises `Refused` for whoever took the decision."""
        check_another(self.decided_by, actor)
        self.seconded_by, self.seconded_at = actor, now

    def reject(self, actor: str, reason: str, now: datetime) -> None:
        """Strike it; whoever took it may do so too."""
        self.status = DecisionStatus.REJECTED
        self.seconded_by, self.seconded_at = actor, now
        self.rejected_because = reason[:200]
