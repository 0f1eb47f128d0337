"""Asks providers what is left of our float, and warns before it runs out."""

from __future__ import annotations

from app.container import Container
from app.payouts.floats.watching import JOB as WATCH_FLOATS
from app.payouts.floats.watching import watch

__all__ = ["WATCH_FLOATS", "watch_floats"]


def watch_floats(container: Container) -> int:
    return watch(
        container.database,
        container.payment_providers,
        container.settings.float_warning_days,
        container.clock,
    )
