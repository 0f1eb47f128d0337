"""Pays what was asked for, and asks after what is on its way."""

from __future__ import annotations

from app.container import Container
from app.payouts.driver import drive
from app.payouts.service import JOB as SETTLE_PAYOUTS
from app.rewards.announcing import office_of

__all__ = ["SETTLE_PAYOUTS", "settle_payouts"]


def settle_payouts(container: Container) -> int:
    office = office_of(container.settings, container.payment_providers, container.post)
    return drive(container.database, office, container.clock)
