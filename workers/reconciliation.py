"""Compares yesterday's payments with each provider's statement and the book."""

from __future__ import annotations

from app.container import Container
from app.reconciliation.nightly import JOB as RECONCILE_PAYOUTS
from app.reconciliation.nightly import reconcile_due
from app.rewards.announcing import office_of

__all__ = ["RECONCILE_PAYOUTS", "reconcile_payouts"]


def reconcile_payouts(container: Container) -> int:
    office = office_of(container.settings, container.payment_providers, container.post)
    return reconcile_due(container.database, office, container.settings.timezone, container.clock)
