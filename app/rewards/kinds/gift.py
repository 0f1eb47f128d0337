"""Giving to a neighbour: from one household's credit to another's, at once and for good.

Neither side is told anything of the other that it did not know: the giver only what was typed, the receiver only
that a neighbour gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import NoNeighbour
from app.households import service as households
from app.kernel.money import Money
from app.ledger import service as ledger
from app.rewards.kinds.going import Going
from app.rewards.models import Redemption, Reward
from app.weighing.receipt import tell_household


def neighbour(session: Session, phone: str, giver_id: UUID) -> UUID:
    """The household that `phone` speaks for. Raises `NoNeighbour`, in the same words whatever the reason."""
    homes = households.for_phone(session, phone)
    if not homes or any(home.id == giver_id for home in homes):
        raise NoNeighbour("Nothing can be given to that phone.")
    return homes[0].id


def also_locks(session: Session, redemption: Redemption, _reward: Reward) -> Iterable[UUID]:
    """The neighbour's credit. Raises `NoNeighbour`."""
    redemption.beneficiary_id = neighbour(session, redemption.payee_phone, redemption.household_id)
    return [ledger.household_accounts(session, redemption.beneficiary_id).credit_id]


def start(going: Going) -> None:
    """The credit moves, and the neighbour's phones are told."""
    session, redemption = going.session, going.redemption
    assert redemption.beneficiary_id is not None, "found before the redemption was stored"
    giver = ledger.household_accounts(session, redemption.household_id)
    receiver = ledger.household_accounts(session, redemption.beneficiary_id)
    going.book("gift", (giver.credit_id, receiver.credit_id), "gift to a neighbour")
    going.ends()
    tell_household(
        session,
        going.post,
        redemption.beneficiary_id,
        key="gift.received",
        values={
            "amount": Money(redemption.worth_minor, receiver.currency),
            "balance": Money(ledger.balance(session, redemption.beneficiary_id), receiver.currency),
        },
        dedupe_key=f"gift:{redemption.id}",
        idle=going.rules.idle,
        now=going.now,
    )
