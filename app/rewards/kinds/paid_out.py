"""Airtime and mobile money: a payment provider pays, by the payout's state machine."""

from __future__ import annotations

from app.errors import NoFloat, Refused
from app.payouts import service as payouts
from app.payouts.floats.standing import promisable
from app.rewards.kinds.going import Going


def start(going: Going) -> None:
    """Raises `Refused` where nobody is set up to pay that phone, and `NoFloat` where nobody has the money for it."""
    redemption = going.redemption
    candidates = going.rules.candidates(redemption.payee_phone, going.reward.provider)
    if not candidates:
        raise Refused("Nobody is set up to pay that just now.")
    promising = promisable(going.session, candidates, redemption.worth_minor, going.now)
    if not promising:
        raise NoFloat("Nobody can pay so much just now.")
    payouts.request(
        going.session,
        purse=payouts.Purse.of_household(going.session, redemption.household_id),
        purpose=payouts.Purpose(redemption_id=redemption.id, household_id=redemption.household_id),
        amount_minor=redemption.worth_minor,
        payee_phone=redemption.payee_phone,
        candidates=candidates,
        promised_by=promising[0],
        now=going.now,
        jobs=going.jobs,
    )
