"""Telling the household what people decided about its redemption."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy.orm import Session

from app.kernel.money import Money
from app.ledger import service as ledger
from app.messaging.post import Post
from app.rewards.models import Redemption, Reward
from app.settings import Settings
from app.weighing.receipt import tell_household


@dataclass(frozen=True)
class Teller:
    post: Post
    idle: timedelta
    """A phone silent for longer is told of no money."""

    @classmethod
    def of(cls, settings: Settings, post: Post) -> Self:
        return cls(post, timedelta(days=settings.phone_idle_guard_days))

    def tell(self, session: Session, redemption: Redemption, key: str, now: datetime) -> None:
        """Text `key` to the household, once."""
        reward = session.get_one(Reward, redemption.reward_id)
        currency = ledger.household_accounts(session, redemption.household_id).currency
        tell_household(
            session,
            self.post,
            redemption.household_id,
            key=key,
            values={
                "reward": reward.name,
                "amount": Money(redemption.worth_minor, currency),
                "balance": Money(ledger.balance(session, redemption.household_id), currency),
            },
            dedupe_key=f"{key}:{redemption.id}",
            idle=self.idle,
            now=now,
        )
