"""What is in a community pot, and paying it out for what the neighbours gave it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import Refused
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.payouts import manual
from app.rewards import catalogue
from app.rewards.models import Reward, RewardKind


def get(session: Session, reward_id: UUID) -> Reward:
    """The pot, locked. Raises `NotFound`, and `Refused` for a reward that is no pot."""
    reward = catalogue.get(session, reward_id, lock=True)
    if reward.kind is not RewardKind.POT:
        raise Refused("That reward is no pot.")
    return reward


def balance(session: Session, pot: Reward) -> int:
    """What is in it, in minor units."""
    return ledger.account_balance(session, ledger.named(session, ledger.pot_code(pot.code)))


def pay(session: Session, reward_id: UUID, amount_minor: int, *, reason: str, now: datetime) -> UUID:
    """Book what the office has paid out of the pot by hand; the transfer's id.

    Raises `NotFound`, `Refused` for a reward that is no pot, and `InsufficientBalance`.
    """
    reward = get(session, reward_id)
    payment_id = new_id()
    pot = ledger.named(session, ledger.pot_code(reward.code))
    paid_by_hand = ledger.named(session, ledger.float_code(manual.NAME))
    booked = ledger.transfer(
        session,
        key=f"pot:{payment_id}",
        kind="pot_payment",
        postings=[ledger.Posting(pot, paid_by_hand, amount_minor)],
        reason=reason,
        cause=ledger.Cause("reward", reward.id),
        effective_at=now,
        now=now,
    )
    return booked.id
