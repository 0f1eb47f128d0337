"""Each night: yesterday with every provider, by its API where it has one; and the days before that did not agree."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from app.db import Database
from app.kernel.clock import Clock, local_date
from app.payouts.calling import Office
from app.payouts.ports import PaymentProvider
from app.payouts.telling import StatementFailed, StatementTeller
from app.reconciliation.models import Source
from app.reconciliation.service import MARGIN, Day, Report, Statement, latest, reconcile, report

JOB: Final = "reconcile_payouts"
ACTOR: Final = "nightly"
BEGINS_AFTER: Final = timedelta(hours=3)
"""After midnight: providers bring their lists up to date."""
DAYS_BACK: Final = 4
"""So long a day that did not agree is compared again each night."""

log = structlog.get_logger()


def reconcile_due(database: Database, office: Office, timezone: str, clock: Clock) -> int:
    """Compare all that is due; how many days were compared. May be killed anywhere, and run twice."""
    now = clock.now()
    today = local_date(now, timezone)
    begins = Day("", today, timezone).start + BEGINS_AFTER
    if now < begins:
        return 0
    done = 0
    for provider in office.providers:
        for back in range(1, DAYS_BACK + 1):
            on = today - timedelta(days=back)
            if _is_due(database, provider, on, begins, yesterday=back == 1):
                done += _by_api(database, office, Day(provider, on, timezone), now)
    return done


def by_api(database: Database, office: Office, day: Day, by: str, now: datetime) -> Report:
    """Ask the provider for its statement, outside any transaction, and compare.

    A provider without such a call is compared with the book alone. Raises `StatementFailed`.
    """
    statement = asyncio.run(_ask(office.providers[day.provider], day))
    with database.unit_of_work() as session:
        return reconcile(session, office, day, statement, by=by, now=now)


def _by_api(database: Database, office: Office, day: Day, now: datetime) -> int:
    try:
        by_api(database, office, day, ACTOR, now)
    except StatementFailed as error:
        log.warning(
            "reconciliation.no_statement", provider=day.provider, date=str(day.date), reason=str(error)
        )
        return 0
    except Exception:
        log.exception("reconciliation.failed", provider=day.provider, date=str(day.date))
        return 0
    return 1


def _is_due(database: Database, provider: str, on: date, begins: datetime, *, yesterday: bool) -> bool:
    """Yesterday once; a day before it again tonight where it was compared by API and did not agree."""
    with database.unit_of_work() as session:
        last = latest(session, provider, on)
        if last is None:
            return yesterday
        if last.checked_at >= begins or last.source is not Source.API:
            return False
        return bool(report(session, last.id).differences)


async def _ask(provider: PaymentProvider, day: Day) -> Statement:
    if not isinstance(provider, StatementTeller):
        return Statement(Source.NONE, [])
    return Statement(Source.API, await provider.statement(day.start - MARGIN, day.end + MARGIN))
