"""How many of a reward are left: counted down and up by the database, so that nobody gets one too many."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.errors import OutOfStock
from app.rewards.models import Redemption, Reward


def take(session: Session, redemption: Redemption, reward: Reward) -> None:
    """One piece for `redemption`, where the reward is counted. Raises `OutOfStock`."""
    if reward.stock is None:
        return
    taken = session.execute(
        update(Reward)
        .where(Reward.id == reward.id, Reward.stock > 0)
        .values(stock=Reward.stock - 1)
        .execution_options(synchronize_session=False)
        .returning(Reward.id)
    ).scalar()
    if taken is None:
        raise OutOfStock("There is none left of that.")
    session.expire(reward, ["stock"])
    redemption.stock_taken = True


def put_back(session: Session, redemption: Redemption) -> None:
    """The piece that `redemption` had taken, where the reward is still counted."""
    if not redemption.stock_taken:
        return
    session.execute(
        update(Reward)
        .where(Reward.id == redemption.reward_id)
        .values(stock=Reward.stock + 1)
        .execution_options(synchronize_session=False)
    )
