"""How long each float will last.

A provider's day is the greatest of three: what it paid a day over the last 7 days, over the last 28 days, and its
share of what households have not spent yet, as if they spent all of it within `CREDIT_SPENT_WITHIN_DAYS`. Days before
its first payment in a window are not counted. Its share is its part of all payments of 28 days; where nothing was
paid yet, the most preferred provider has all of it. Days left are what is known of the float over that day, rounded down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ledger import totals
from app.payouts.floats.models import Level
from app.payouts.floats.standing import Float, floats
from app.payouts.models import TOOK_FLOAT, Payout, PayoutAttempt

WINDOWS_DAYS: Final = (7, 28)
CREDIT_SPENT_WITHIN_DAYS: Final = 30
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Forecast:
    """A float, and what will become of it."""

    float: Float
    per_day_minor: int
    days_left: int | None
    """None where the float is unknown, or nothing is ever asked of it."""
    level: Level


@dataclass(frozen=True)
class Spent:
    amount_minor: int = 0
    days: int = 1
    """Since the first payment in the window, at least one."""

    @property
    def per_day_minor(self) -> int:
        return -(-self.amount_minor // self.days)


def forecast(
    session: Session,
    providers: Sequence[str],
    smallest_minor: dict[str, int],
    warning_days: int,
    now: datetime,
) -> list[Forecast]:
    """One for each of `providers`, which are in order of preference.

    `smallest_minor` is the smallest payment each can make.
    """
    known = floats(session, providers, now)
    windows = [_spent(session, now, days) for days in WINDOWS_DAYS]
    outstanding_minor = totals.outstanding(session)
    in_all = sum(spent.amount_minor for spent in windows[-1].values())
    made = []
    for rank, name in enumerate(providers):
        spent = [window.get(name, Spent()) for window in windows]
        share = spent[-1].amount_minor / in_all if in_all else float(rank == 0)
        to_come = round(outstanding_minor * share / CREDIT_SPENT_WITHIN_DAYS)
        per_day = max(to_come, *(one.per_day_minor for one in spent))
        made.append(_judged(known[name], per_day, smallest_minor.get(name, 1), warning_days))
    return made


def _judged(one: Float, per_day_minor: int, smallest_minor: int, warning_days: int) -> Forecast:
    known = one.known_minor
    days = None if known is None or not per_day_minor else max(0, known) // per_day_minor
    if one.most_minor is not None and one.most_minor < smallest_minor:
        level = Level.OUT
    elif known is None:
        level = Level.UNKNOWN
    else:
        level = Level.LOW if days is not None and days < warning_days else Level.ENOUGH
    return Forecast(one, per_day_minor, days, level)


def _spent(session: Session, now: datetime, days: int) -> dict[str, Spent]:
    """What each provider paid in the last `days`, by when it was sent."""
    rows = session.execute(
        select(PayoutAttempt.provider, func.sum(Payout.amount_minor), func.min(PayoutAttempt.created_at))
        .join(Payout, Payout.id == PayoutAttempt.payout_id)
        .where(
            PayoutAttempt.created_at > now - days * _DAY,
            PayoutAttempt.result.in_(TOOK_FLOAT),
        )
        .group_by(PayoutAttempt.provider)
    )
    return {name: Spent(int(amount), max(1, -(-(now - first) // _DAY))) for name, amount, first in rows}
