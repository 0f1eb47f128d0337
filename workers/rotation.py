"""Draws the rounds of each hub when their time has come."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.container import Container
from app.kernel.clock import local_date
from app.places import service as places
from app.places.models import Hub
from app.rotation.drawing import keep_drawn
from app.settings import Fairness

DRAW_ROUNDS: Final = "draw_rounds"


def draw_rounds(container: Container) -> int:
    """Each hub in a unit of work of its own."""
    settings, now = container.settings, container.clock.now()
    if settings.fairness is Fairness.OFF:
        return 0
    with container.database.unit_of_work() as session:
        hub_ids = session.scalars(select(Hub.id).where(Hub.active).order_by(Hub.id)).all()
    done = 0
    for hub_id in hub_ids:
        with container.database.unit_of_work() as session:
            today = local_date(now, places.hub_timezone(session, hub_id) or settings.timezone)
            done += keep_drawn(session, places.hub(session, hub_id), today, settings, now)
    return done
