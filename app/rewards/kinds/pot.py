"""Giving to a community pot: from the credit to the pot's account, at once and for good."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.rewards.kinds.going import Going
from app.rewards.models import Redemption, Reward


def also_locks(session: Session, _redemption: Redemption, reward: Reward) -> Iterable[UUID]:
    return [ledger.named(session, ledger.pot_code(reward.code))]


def start(going: Going) -> None:
    credit = ledger.household_accounts(going.session, going.redemption.household_id).credit_id
    pot = ledger.named(going.session, ledger.pot_code(going.reward.code))
    going.book("pot_gift", (credit, pot), f"gift to the pot {going.reward.code}")
    going.ends()
