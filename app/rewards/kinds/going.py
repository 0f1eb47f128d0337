"""What a kind of reward is given to do its work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.jobs import Jobs
from app.ledger import service as ledger
from app.messaging.post import Post
from app.rewards.models import Redemption, RedemptionStatus, Reward
from app.rewards.rules import RedemptionRules


@dataclass(frozen=True)
class Going:
    """A redemption that may go its way: stored as REQUESTED, its accounts locked, its bonus on the credit."""

    session: Session
    redemption: Redemption
    reward: Reward
    rules: RedemptionRules
    post: Post
    jobs: Jobs
    now: datetime

    def book(self, kind: str, way: tuple[UUID, UUID], reason: str) -> None:
        """Move what the redemption is worth from the first account of `way` to the second."""
        ledger.transfer(
            self.session,
            key=f"redemption:{self.redemption.id}:{kind}",
            kind=kind,
            postings=[ledger.Posting(*way, self.redemption.worth_minor)],
            reason=reason,
            cause=ledger.Cause("redemption", self.redemption.id),
            effective_at=self.now,
            now=self.now,
        )

    def ends(self) -> None:
        """It has arrived: there is nobody outside to wait for."""
        self.redemption.status = RedemptionStatus.PAID


def _nothing_else(_session: Session, _redemption: Redemption, _reward: Reward) -> Iterable[UUID]:
    return ()


@dataclass(frozen=True)
class Kind:
    start: Callable[[Going], None]
    """Moves the credit to where it goes first, and what must follow. Raises `Refused` and its like."""
    also_locks: Callable[[Session, Redemption, Reward], Iterable[UUID]] = _nothing_else
    """Accounts beside the household's own: all are locked together, so that no two redemptions wait for each
    other. May complete the redemption, which is not stored yet, and raises `Refused` where it cannot be."""
