"""Who pays: the first of a payout's candidates that can make the payment and is well.

Asked before each attempt, and only while no earlier attempt may have arrived; so a payout whose fate is unknown
stays with the provider that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.conflict import insert
from app.payouts.models import Payout, ProviderHealth
from app.payouts.ports import (
    CannotPay,
    Instruction,
    PaymentProvider,
    SubmitOutcome,
    SubmitResult,
    WireRequest,
)

UNWELL_FOR: Final = timedelta(minutes=5)
"""After a call that failed or had no clear answer, others go first for so long."""
SHORT_FOR: Final = timedelta(hours=1)
"""So long after our float was too small, others go first for that much and more."""
_TROUBLE = frozenset({SubmitOutcome.NOT_SENT, SubmitOutcome.INDETERMINATE})
_WELL = frozenset({SubmitOutcome.ACCEPTED, SubmitOutcome.SETTLED})

log = structlog.get_logger()


@dataclass(frozen=True)
class Choice:
    name: str
    provider: PaymentProvider
    request: WireRequest


def choose(
    session: Session,
    providers: Mapping[str, PaymentProvider],
    payout: Payout,
    attempt_id: UUID,
    now: datetime,
) -> Choice | None:
    """Who makes this attempt, and what goes over the wire; None where no candidate is configured.

    A provider in trouble is better than none. Raises `CannotPay` where no candidate can make this payment at all.
    """
    wish = Instruction(payout.payee_phone, payout.amount_minor, payout.currency)
    possible: list[Choice] = []
    objections: list[str] = []
    for name in payout.candidates or [payout.provider]:
        provider = providers.get(name)
        if provider is None:
            log.error("payout.provider_not_configured", payout_id=str(payout.id), provider=name)
            continue
        try:
            possible.append(Choice(name, provider, provider.plan(wish, attempt_id)))
        except CannotPay as error:
            objections.append(f"{name}: {error}")
    if not possible:
        if objections:
            raise CannotPay("; ".join(objections))
        return None
    troubled = _troubled(session, [one.name for one in possible], payout.amount_minor, now)
    return next((one for one in possible if one.name not in troubled), possible[0])


def note(session: Session, provider: str, result: SubmitResult, now: datetime) -> None:
    """Remember what a submit tells of the provider's health."""
    if result.outcome in _TROUBLE:
        log.warning("payout.provider_unwell", provider=provider, code=result.observation.code)
        _remember(session, provider, now, unwell_until=now + UNWELL_FOR)
    elif result.outcome in _WELL:
        known = session.get(ProviderHealth, provider)
        if known is not None and known.unwell_until is not None:
            _remember(session, provider, now, unwell_until=None)


def note_short(session: Session, provider: str, amount_minor: int, now: datetime) -> None:
    """Remember that our float with the provider was too small for so much."""
    log.error("payout.float_too_small", provider=provider, amount_minor=amount_minor)
    _remember(session, provider, now, short_until=now + SHORT_FOR, short_from_minor=amount_minor)


def _remember(session: Session, provider: str, now: datetime, **values: object) -> None:
    values["updated_at"] = now
    session.execute(
        insert(session, ProviderHealth)
        .values(provider=provider, **values)
        .on_conflict_do_update(index_elements=["provider"], set_=values)
    )


def _troubled(session: Session, names: Iterable[str], amount_minor: int, now: datetime) -> set[str]:
    rows = session.scalars(
        select(ProviderHealth)
        .where(ProviderHealth.provider.in_(names))
        .execution_options(populate_existing=True)
    )
    return {row.provider for row in rows if _is_troubled(row, amount_minor, now)}


def _is_troubled(row: ProviderHealth, amount_minor: int, now: datetime) -> bool:
    if row.unwell_until is not None and now < row.unwell_until:
        return True
    if row.short_until is None or now >= row.short_until:
        return False
    return row.short_from_minor is None or amount_minor >= row.short_from_minor
