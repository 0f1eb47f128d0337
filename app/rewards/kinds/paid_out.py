"""Airtime and mobile money: a payment provider pays, by the payout's state machine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NoFloat, Refused
from app.jobs import Jobs
from app.payouts import service as payouts
from app.payouts.floats.standing import promisable
from app.rewards.kinds.going import Going
from app.rewards.models import Redemption, Reward
from app.rewards.rules import RedemptionRules


def start(going: Going) -> None:
    """Raises as `ask` does."""
    purse = payouts.Purse.of_household(going.session, going.redemption.household_id)
    ask(going.session, going.redemption, going.reward, going.rules, purse, now=going.now, jobs=going.jobs)


def ask(
    session: Session,
    redemption: Redemption,
    reward: Reward,
    rules: RedemptionRules,
    purse: payouts.Purse,
    *,
    now: datetime,
    jobs: Jobs,
) -> None:
    """Have it paid out of `purse`.

    Raises `Refused` where nobody is set up to pay that phone, and `NoFloat` where nobody has the money for it.
    """
    candidates = rules.candidates(redemption.payee_phone, reward.provider)
    if not candidates:
        raise Refused("Nobody is set up to pay that just now.")
    promising = promisable(session, candidates, redemption.worth_minor, now)
    if not promising:
        raise NoFloat("Nobody can pay so much just now.")
    payouts.request(
        session,
        purse=purse,
        purpose=payouts.Purpose(redemption_id=redemption.id, household_id=redemption.household_id),
        amount_minor=redemption.worth_minor,
        payee_phone=redemption.payee_phone,
        candidates=candidates,
        promised_by=promising[0],
        now=now,
        jobs=jobs,
    )
