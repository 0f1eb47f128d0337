"""Learns each night how fast the zones are."""

from __future__ import annotations

from typing import Final

from app.container import Container
from app.kernel.clock import local_date
from app.routing import pace
from app.routing.rules import RouteRules

LEARN_PACES: Final = "learn_paces"


def learn_paces(container: Container) -> int:
    """Once a day: from all recorded stops of the last 60 days."""
    now = container.clock.now()
    today = local_date(now, container.settings.timezone)
    with container.database.unit_of_work() as session:
        if pace.learnt_on(session, container.settings.timezone) == today:
            return 0
        return pace.learn(
            session, container.travel_times, today, RouteRules.of(container.settings).stop_seconds, now
        )
