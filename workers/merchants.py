"""Pays merchants what they are owed, on the day of each week that the settings name."""

from __future__ import annotations

from app.container import Container
from app.merchants.settling import SETTLE_MERCHANTS, SettlementRules, everybody, settle

__all__ = ["SETTLE_MERCHANTS", "settle_merchants"]


def settle_merchants(container: Container) -> int:
    """Each merchant in a unit of work of its own; once on that day."""
    rules, now = SettlementRules.of(container.settings), container.clock.now()
    if not rules.is_time(now):
        return 0
    with container.database.unit_of_work() as session:
        owed = everybody(session)
    done = 0
    for merchant_id in owed:
        with container.database.unit_of_work() as session:
            outcome = settle(
                session,
                merchant_id,
                rules=rules,
                jobs=container.jobs,
                owed_until=now,
                now=now,
                once_a_day=True,
            )
        done += outcome.settlement_id is not None
    return done
