"""Looks for what does not fit, each night, and lets go of held credit that nobody looked at in time."""

from __future__ import annotations

from app.container import Container
from app.integrity import held_credits, nightly
from app.integrity.held_credits import JOB as RELEASE_HELD_CREDITS
from app.integrity.nightly import JOB as LOOK_FOR_FINDINGS

__all__ = ["LOOK_FOR_FINDINGS", "RELEASE_HELD_CREDITS", "look_for_findings", "release_held_credits"]


def look_for_findings(container: Container) -> int:
    """Yesterday, once."""
    rules, now = nightly.Rules.of(container.settings), container.clock.now()
    with container.database.unit_of_work() as session:
        day = nightly.due(session, rules, now)
        if day is None:
            return 0
        nightly.look(session, day, rules, now)
    return 1


def release_held_credits(container: Container) -> int:
    desk = held_credits.Desk.of(
        container.settings, held_credits.SYSTEM, container.post, container.clock.now()
    )
    with container.database.unit_of_work() as session:
        return held_credits.release_due(session, desk)
