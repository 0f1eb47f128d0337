"""Telling a merchant what became of its settlement, from the book's own state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.money import Money
from app.kernel.phone import national
from app.merchants import service, statements
from app.merchants.models import MerchantSettlement, SettlementStatus
from app.messaging.post import Post
from app.payouts.models import Payout
from app.payouts.statuses import PayoutStatus

_STATUS_OF = {
    PayoutStatus.PAID: SettlementStatus.PAID,
    PayoutStatus.FAILED: SettlementStatus.GIVEN_BACK,
    PayoutStatus.NEEDS_REVIEW: SettlementStatus.IN_REVIEW,
    PayoutStatus.REVERSED: SettlementStatus.REVERSED,
}
_TEXT_OF = {
    SettlementStatus.PAID: "settlement.paid",
    SettlementStatus.GIVEN_BACK: "settlement.given_back",
    SettlementStatus.IN_REVIEW: "settlement.in_review",
    SettlementStatus.REVERSED: "settlement.taken_back",
}


@dataclass(frozen=True)
class SettlementAnnouncer:
    """The `PayoutListener` of merchants: ends are told once, to the first of its phones."""

    post: Post
    region: str

    def moved(self, session: Session, payout: Payout, now: datetime) -> None:
        settlement = session.get_one(MerchantSettlement, payout.settlement_id)
        status = _STATUS_OF.get(payout.status, SettlementStatus.REQUESTED)
        if settlement.status is status:
            return
        settlement.status = status
        settlement.updated_at = now
        session.flush()
        key = _TEXT_OF.get(status)
        phones = service.phones(session, [settlement.merchant_id])[settlement.merchant_id]
        if key is None or not phones:
            return
        merchant = service.get(session, settlement.merchant_id)
        self.post.text(
            session,
            phone=phones[0],
            language=merchant.language,
            key=key,
            values={
                "amount": Money(payout.amount_minor, payout.currency),
                "phone": national(payout.payee_phone, self.region),
                "owed": Money(statements.owed(session, merchant.code), payout.currency),
            },
            now=now,
            dedupe_key=f"settlement:{settlement.id}:{status.value}",
        )
