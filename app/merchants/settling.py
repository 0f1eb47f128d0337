"""Paying merchants what they are owed: one payout at a time for each, by the payouts' own state machine.

What is owed moves to the merchant's hold when a settlement is asked for, from there to the provider's float when it is
paid, and back to what is owed where it is not.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs import Jobs
from app.kernel.clock import at_local, local_date
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.ledger import statements as book
from app.merchants import service, statements
from app.merchants.models import OPEN_SETTLEMENTS, Merchant, MerchantSettlement, SettlementStatus
from app.payouts import preferring
from app.payouts import service as payouts
from app.payouts.floats.standing import promisable
from app.settings import Settings
from app.settings.campaigns import WEEKDAYS

SETTLE_MERCHANTS: Final = "settle_merchants"
"""The job that settles on the day of the week that the settings name."""
_GIVEN_BACK = (SettlementStatus.GIVEN_BACK, SettlementStatus.REVERSED)

log = structlog.get_logger()


@dataclass(frozen=True)
class SettlementRules:
    minimum_minor: int
    weekday: int | None
    """0 is Monday; None = only when somebody asks."""
    at: time
    timezone: str
    providers: Sequence[str]
    providers_by_prefix: Mapping[str, Sequence[str]]
    known: Sequence[str]
    """All providers there are."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        chosen = settings.settlement_providers
        return cls(
            minimum_minor=settings.settlement_minimum_minor,
            weekday=WEEKDAYS.index(settings.settlement_day) if settings.settlement_day else None,
            at=settings.settlement_at,
            timezone=settings.timezone,
            providers=chosen or settings.payment_providers,
            providers_by_prefix={} if chosen else settings.payment_provider_prefixes,
            known=settings.payment_providers,
        )

    def candidates(self, merchant: Merchant) -> list[str]:
        if merchant.provider is not None:
            return [merchant.provider] if merchant.provider in self.known else []
        return preferring.candidates(merchant.payee_phone, self.providers, self.providers_by_prefix)

    def is_time(self, now: datetime) -> bool:
        """Whether it is the day of settling, and late enough."""
        local = now.astimezone(ZoneInfo(self.timezone))
        return local.weekday() == self.weekday and local.time() >= self.at


class NotSettled(enum.StrEnum):
    """Why a merchant is not paid this time."""

    ON_ITS_WAY = "an earlier settlement is still on its way"
    TOO_LITTLE = "less than the minimum is owed"
    NOBODY_PAYS = "no provider is set up to pay it"
    NO_FLOAT = "no provider has the money for it"
    SETTLED_TODAY = "it was settled today already"


@dataclass(frozen=True)
class Outcome:
    merchant_id: UUID
    code: str
    amount_minor: int
    """What is paid, or what would have been."""
    why_not: NotSettled | None = None
    settlement_id: UUID | None = None


def everybody(session: Session) -> list[UUID]:
    """Everybody, by code; who is not active any more is still owed what it took."""
    return list(session.scalars(select(Merchant.id).order_by(Merchant.code)))


def settle(
    session: Session,
    merchant_id: UUID,
    *,
    rules: SettlementRules,
    jobs: Jobs,
    owed_until: datetime,
    now: datetime,
    once_a_day: bool = False,
) -> Outcome:
    """Pay the merchant what had come to be owed by `owed_until`, all of it, soon after this commits.

    Asked again at once it finds the first settlement on its way. `once_a_day` leaves a merchant alone that was
    settled on this local day, whatever became of it. Raises `NotFound`.
    """
    merchant = service.lock(session, merchant_id)
    amount_minor = due(session, merchant, owed_until)
    why_not = _why_not(session, merchant, amount_minor, rules, now=now, once_a_day=once_a_day)
    candidates = rules.candidates(merchant)
    if why_not is None and not candidates:
        why_not = NotSettled.NOBODY_PAYS
    promising = promisable(session, candidates, amount_minor, now) if why_not is None else []
    if why_not is None and not promising:
        why_not = NotSettled.NO_FLOAT
    if why_not is not None:
        if why_not in {NotSettled.NOBODY_PAYS, NotSettled.NO_FLOAT}:
            log.error("settlement.not_made", merchant_id=str(merchant.id), reason=why_not.value)
        return Outcome(merchant.id, merchant.code, amount_minor, why_not)
    settlement = MerchantSettlement(
        id=new_id(),
        merchant_id=merchant.id,
        amount_minor=amount_minor,
        currency=ledger.book_currency(session) or "",
        owed_until=owed_until,
        status=SettlementStatus.REQUESTED,
        created_at=now,
        updated_at=now,
    )
    session.add(settlement)
    session.flush()
    payouts.request(
        session,
        purse=payouts.Purse(
            ledger.named(session, ledger.merchant_code(merchant.code)),
            ledger.named(session, ledger.merchant_hold_code(merchant.code)),
        ),
        purpose=payouts.Purpose(settlement_id=settlement.id),
        amount_minor=amount_minor,
        payee_phone=merchant.payee_phone,
        candidates=candidates,
        promised_by=promising[0],
        now=now,
        jobs=jobs,
    )
    log.info("settlement.requested", merchant_id=str(merchant.id), amount_minor=amount_minor)
    return Outcome(merchant.id, merchant.code, amount_minor, settlement_id=settlement.id)


def due(session: Session, merchant: Merchant, owed_until: datetime) -> int:
    """What had come to be owed by that moment and has not been settled since, in minor units."""
    account = ledger.merchant_code(merchant.code)
    earned = book.earned_by(
        session, account, owed_until, but_kinds={statements.SETTLED, *statements.RETURNED}
    )
    settled = session.scalar(
        select(func.coalesce(func.sum(MerchantSettlement.amount_minor), 0)).where(
            MerchantSettlement.merchant_id == merchant.id, MerchantSettlement.status.not_in(_GIVEN_BACK)
        )
    )
    return max(min(earned - int(settled or 0), statements.owed(session, merchant.code)), 0)


def _why_not(
    session: Session,
    merchant: Merchant,
    amount_minor: int,
    rules: SettlementRules,
    *,
    now: datetime,
    once_a_day: bool,
) -> NotSettled | None:
    mine = select(MerchantSettlement.id).where(MerchantSettlement.merchant_id == merchant.id).limit(1)
    if session.scalar(mine.where(MerchantSettlement.status.in_(OPEN_SETTLEMENTS))) is not None:
        return NotSettled.ON_ITS_WAY
    midnight = at_local(local_date(now, rules.timezone), time(), rules.timezone)
    if once_a_day and session.scalar(mine.where(MerchantSettlement.created_at >= midnight)) is not None:
        return NotSettled.SETTLED_TODAY
    return NotSettled.TOO_LITTLE if amount_minor < rules.minimum_minor else None
