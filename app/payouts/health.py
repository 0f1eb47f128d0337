"""What the last calls told of each provider: whether it is well, and whether our float there was too small."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.conflict import insert
from app.payouts.models import ProviderHealth
from app.payouts.ports import SubmitOutcome, SubmitResult

UNWELL_FOR: Final = timedelta(minutes=5)
"""After a call that failed or had no clear answer, others go first for so long."""
SHORT_FOR: Final = timedelta(hours=1)
"""So long after our float was too small, nothing is promised for that much and more."""
_TROUBLE = frozenset({SubmitOutcome.NOT_SENT, SubmitOutcome.INDETERMINATE})
_WELL = frozenset({SubmitOutcome.ACCEPTED, SubmitOutcome.SETTLED})

log = structlog.get_logger()


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


def forget_short(session: Session, provider: str, now: datetime) -> None:
    """Our float was topped up, or the provider says that it is large enough."""
    if session.get(ProviderHealth, provider) is not None:
        _remember(session, provider, now, short_until=None, short_from_minor=None)


def unwell(session: Session, names: Iterable[str], now: datetime) -> set[str]:
    """Those of `names` that are in trouble."""
    return {
        row.provider
        for row in _known(session, names)
        if row.unwell_until is not None and now < row.unwell_until
    }


def short_from(session: Session, names: Iterable[str], now: datetime) -> dict[str, int]:
    """For those that refused a payment for want of float a short while ago: how much was too much."""
    return {
        row.provider: row.short_from_minor or 0
        for row in _known(session, names)
        if row.short_until is not None and now < row.short_until
    }


def _known(session: Session, names: Iterable[str]) -> Iterable[ProviderHealth]:
    return session.scalars(
        select(ProviderHealth)
        .where(ProviderHealth.provider.in_(list(names)))
        .execution_options(populate_existing=True)
    ).all()


def _remember(session: Session, provider: str, now: datetime, **values: object) -> None:
    values["updated_at"] = now
    session.execute(
        insert(session, ProviderHealth)
        .values(provider=provider, **values)
        .on_conflict_do_update(index_elements=["provider"], set_=values)
    )
