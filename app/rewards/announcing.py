"""Telling households what became of their redemptions, from the book's own state; merchants have their own announcer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy.orm import Session

from app.kernel.money import Money
from app.kernel.phone import national
from app.ledger import service as ledger
from app.merchants.announcing import SettlementAnnouncer
from app.messaging.post import Post
from app.payouts.calling import Office
from app.payouts.models import Payout
from app.payouts.ports import PaymentProvider
from app.payouts.reasons import Because
from app.payouts.statuses import PayoutStatus
from app.rewards.giving_back import GIVEN_BACK, give_back
from app.rewards.models import Redemption, RedemptionStatus, RedemptionWay, Reward
from app.settings import Settings
from app.weighing.receipt import tell_household

_STATUS_OF = {
    PayoutStatus.PAID: RedemptionStatus.PAID,
    PayoutStatus.FAILED: RedemptionStatus.GIVEN_BACK,
    PayoutStatus.NEEDS_REVIEW: RedemptionStatus.IN_REVIEW,
    PayoutStatus.REVERSED: RedemptionStatus.REVERSED,
}
_TEXT_OF = {
    PayoutStatus.PAID: "payout.paid",
    PayoutStatus.NEEDS_REVIEW: "payout.in_review",
    PayoutStatus.REVERSED: "payout.taken_back",
}
_GIVEN_BACK = {because: f"payout.given_back.{because}" for because in Because}
_TEXT_OF_A_GOAL = _TEXT_OF | {
    PayoutStatus.PAID: "payout.goal.paid",
    PayoutStatus.FAILED: "payout.goal.given_back",
    PayoutStatus.REVERSED: "payout.goal.given_back",
}


@dataclass(frozen=True)
class Announcer:
    """The `PayoutListener` of all payouts. Steps on the way are nobody's business; ends are told once."""

    post: Post
    region: str
    idle: timedelta = timedelta(days=150)
    """A phone silent for longer is told of no money."""

    @classmethod
    def of(cls, settings: Settings, post: Post) -> Self:
        return cls(post, settings.region, timedelta(days=settings.phone_idle_guard_days))

    def moved(self, session: Session, payout: Payout, now: datetime) -> None:
        if payout.redemption_id is None or payout.household_id is None:
            SettlementAnnouncer(self.post, self.region).moved(session, payout, now)
            return
        redemption = session.get_one(Redemption, payout.redemption_id)
        status = _STATUS_OF.get(payout.status, RedemptionStatus.REQUESTED)
        if status in GIVEN_BACK:
            give_back(session, redemption, status, now)
        elif redemption.status is not status:
            redemption.status = status
            redemption.updated_at = now
        texts = _TEXT_OF if redemption.way is RedemptionWay.SPEND else _TEXT_OF_A_GOAL
        key = texts.get(payout.status)
        if key is None and payout.status is PayoutStatus.FAILED:
            key = _GIVEN_BACK[payout.because or Because.COMPANY]
        if key is None:
            return
        tell_household(
            session,
            self.post,
            payout.household_id,
            key=key,
            values={
                "reward": session.get_one(Reward, redemption.reward_id).name,
                "amount": Money(payout.amount_minor, payout.currency),
                "phone": national(payout.payee_phone, self.region),
                "balance": Money(ledger.balance(session, payout.household_id), payout.currency),
            },
            dedupe_key=f"payout:{payout.id}:{payout.status.value}",
            idle=self.idle,
            now=now,
        )


def office_of(settings: Settings, providers: Mapping[str, PaymentProvider], post: Post) -> Office:
    """What paying out needs, with rewards listening."""
    return Office(
        providers=providers,
        heard=Announcer.of(settings, post),
        not_found_final_after=timedelta(minutes=settings.payout_not_found_final_minutes),
    )
