"""Telling the household what became of its redemption, from the book's own state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.money import Money
from app.kernel.phone import national
from app.ledger import service as ledger
from app.messaging.post import Post
from app.payouts.models import Payout
from app.payouts.statuses import PayoutStatus
from app.rewards.models import Redemption, RedemptionStatus
from app.weighing.receipt import tell_household

_STATUS_OF = {
    PayoutStatus.PAID: RedemptionStatus.PAID,
    PayoutStatus.FAILED: RedemptionStatus.GIVEN_BACK,
    PayoutStatus.NEEDS_REVIEW: RedemptionStatus.IN_REVIEW,
    PayoutStatus.REVERSED: RedemptionStatus.REVERSED,
}
_TEXT_OF = {
    PayoutStatus.PAID: "payout.paid",
    PayoutStatus.FAILED: "payout.given_back",
    PayoutStatus.NEEDS_REVIEW: "payout.in_review",
    PayoutStatus.REVERSED: "payout.given_back",
}


@dataclass(frozen=True)
class Announcer:
    """The `PayoutListener` of rewards. Steps on the way are nobody's business; ends are told once."""

    post: Post
    region: str

    def moved(self, session: Session, payout: Payout, now: datetime) -> None:
        redemption = session.get_one(Redemption, payout.redemption_id)
        status = _STATUS_OF.get(payout.status, RedemptionStatus.REQUESTED)
        if redemption.status is not status:
            redemption.status = status
            redemption.updated_at = now
        key = _TEXT_OF.get(payout.status)
        if key is None:
            return
        tell_household(
            session,
            self.post,
            payout.household_id,
            key=key,
            values={
                "amount": Money(payout.amount_minor, payout.currency),
                "phone": national(payout.payee_phone, self.region),
                "balance": Money(ledger.balance(session, payout.household_id), payout.currency),
            },
            dedupe_key=f"payout:{payout.id}:{payout.status.value}",
            now=now,
        )
