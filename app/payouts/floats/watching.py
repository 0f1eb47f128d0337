"""The worker's part: ask each provider what is left of our float, and warn before it runs out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.db.conflict import insert
from app.kernel.clock import Clock
from app.payouts.floats.forecasting import Forecast, forecast
from app.payouts.floats.models import FloatStanding, Level
from app.payouts.health import forget_short, short_from
from app.payouts.ports import PaymentProvider
from app.payouts.telling import BalanceTeller, Told

JOB: Final = "watch_floats"
ASK_EVERY: Final = timedelta(minutes=10)
WARN_AGAIN_AFTER: Final = timedelta(days=1)
_BAD: Final = frozenset({Level.LOW, Level.OUT})

log = structlog.get_logger()


def watch(
    database: Database, providers: Mapping[str, PaymentProvider], warning_days: int, clock: Clock
) -> int:
    """Ask whoever was not asked lately, and judge every float; how many were judged. May be killed anywhere."""
    now = clock.now()
    with database.unit_of_work() as session:
        due = _due(session, providers, now)
    if not due:
        return 0
    told = asyncio.run(_ask({name: providers[name] for name in due}))
    with database.unit_of_work() as session:
        for name in due:
            tried(session, name, told.get(name), now)
        for one in judge(session, providers, warning_days, now):
            _warn(session, one, now)
    return len(due)


def judge(
    session: Session, providers: Mapping[str, PaymentProvider], warning_days: int, now: datetime
) -> list[Forecast]:
    """How every provider's float stands and will stand, in order of preference."""
    smallest = {name: provider.capabilities.minimum_minor for name, provider in providers.items()}
    return forecast(session, list(providers), smallest, warning_days, now)


def tried(session: Session, provider: str, told: Told | None, at: datetime) -> None:
    """Keep what a provider said that it held for us at `at`; None = it offers no such call."""
    values: dict[str, object] = {"tried_at": at}
    if told is not None:
        values["failure"] = told.failure
        if told.failure is None:
            values |= {"balance_minor": told.balance_minor, "told_at": at}
        else:
            log.warning("float.not_told", provider=provider, failure=told.failure)
    session.execute(
        insert(session, FloatStanding)
        .values(provider=provider, level=Level.UNKNOWN, **values)
        .on_conflict_do_update(index_elements=["provider"], set_=values)
    )
    short = short_from(session, [provider], at).get(provider)
    if (
        told is not None
        and told.balance_minor is not None
        and short is not None
        and told.balance_minor >= short
    ):
        forget_short(session, provider, at)


def _due(session: Session, providers: Mapping[str, PaymentProvider], now: datetime) -> list[str]:
    lately = session.scalars(
        select(FloatStanding.provider).where(FloatStanding.tried_at > now - ASK_EVERY)
    ).all()
    return [name for name in providers if name not in lately]


async def _ask(providers: Mapping[str, PaymentProvider]) -> dict[str, Told]:
    """Everybody at once. A mistake in an adapter is no word on the float."""

    async def one(name: str, teller: BalanceTeller) -> tuple[str, Told]:
        try:
            return name, await teller.balance()
        except Exception:
            log.exception("float.adapter_failed", provider=name)
            return name, Told(failure="adapter_failed")

    tellers = {name: found for name, found in providers.items() if isinstance(found, BalanceTeller)}
    return dict(await asyncio.gather(*(one(name, teller) for name, teller in tellers.items())))


def _warn(session: Session, one: Forecast, now: datetime) -> None:
    """Once when it gets worse, and each day while it stays so."""
    row = session.get(FloatStanding, one.float.provider, populate_existing=True)
    if row is None:
        return
    lately = row.warned_at is not None and now - row.warned_at < WARN_AGAIN_AFTER
    if one.level in _BAD and not (lately and row.level is one.level):
        log.error(
            "float.warning",
            level=one.level.value,
            provider=one.float.provider,
            known_minor=one.float.known_minor,
            days_left=one.days_left,
        )
        row.warned_at = now
    row.level = one.level
    session.flush()
