"""What actions work with, and what may come of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.conversation.states import Reply
from app.flows.snapshot import Home, Snapshot
from app.jobs import Jobs
from app.kernel.money import Money
from app.messaging.post import Post
from app.settings import Settings


@dataclass(frozen=True)
class Doing:
    """What every action may use."""

    session: Session
    settings: Settings
    post: Post
    jobs: Jobs
    facts: Snapshot
    message_id: UUID
    """The text that asked for it: what is done for it is done once."""
    now: datetime

    def money(self, amount_minor: int) -> Money:
        return self.facts.money(amount_minor)

    def home(self, household_id: UUID) -> Home:
        return next(home for home in self.facts.homes if home.id == household_id)


@dataclass(frozen=True)
class Done:
    succeeded: bool
    reply: Reply | None
    """None where the flow's own reply stands."""


@dataclass(frozen=True)
class Refusal:
    """The action was not done, and yet what was written stays: a wrong PIN is counted."""

    reply: Reply
