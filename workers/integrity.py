"""Looks for what does not fit, each night, and lets go of held credit that nobody looked at in time."""

from __future__ import annotations

from app.container import Container
from app.integrity import held_credits
from app.integrity.held_credits import JOB as RELEASE_HELD_CREDITS

__all__ = ["RELEASE_HELD_CREDITS", "release_held_credits"]


def release_held_credits(container: Container) -> int:
    desk = held_credits.Desk.of(
        container.settings, held_credits.SYSTEM, container.post, container.clock.now()
    )
    with container.database.unit_of_work() as session:
        return held_credits.release_due(session, desk)
