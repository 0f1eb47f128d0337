"""Saving towards a goal: from the credit to the household's account of that goal. How it comes out: `app.rewards.goals`."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.rewards.kinds.going import Going
from app.rewards.models import Redemption, Reward


def also_locks(session: Session, redemption: Redemption, reward: Reward) -> Iterable[UUID]:
    return [ledger.named(session, ledger.goal_code(redemption.household_id, reward.code))]


def start(going: Going) -> None:
    redemption = going.redemption
    credit = ledger.household_accounts(going.session, redemption.household_id).credit_id
    goal = ledger.named(going.session, ledger.goal_code(redemption.household_id, going.reward.code))
    going.book("goal_saving", (credit, goal), f"put aside for {going.reward.code}")
    going.ends()
