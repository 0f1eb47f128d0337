"""Pays what was asked for, asks after what is on its way, and reports what has been on it for too long."""

from __future__ import annotations

from app.container import Container
from app.payouts import alarms
from app.payouts.alarms import JOB as WATCH_PAYOUTS
from app.payouts.driver import drive
from app.payouts.service import JOB as SETTLE_PAYOUTS
from app.rewards import overdue
from app.rewards.announcing import office_of

__all__ = ["SETTLE_PAYOUTS", "WATCH_PAYOUTS", "settle_payouts", "watch_payouts"]


def settle_payouts(container: Container) -> int:
    office = office_of(container.settings, container.payment_providers, container.post)
    return drive(container.database, office, container.clock)


def watch_payouts(container: Container) -> int:
    """Writes into the log alone: a drain has nothing more to do after it."""
    with container.database.unit_of_work() as session:
        alarms.watch(session, container.clock.now())
        overdue.watch(session, container.clock.now())
    return 0
