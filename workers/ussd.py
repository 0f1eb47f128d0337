"""Follows up USSD sessions that fell silent."""

from __future__ import annotations

from typing import Final

from app.container import Container
from app.flows import dropped

FOLLOW_UP_USSD: Final = "follow_up_ussd"


def follow_up_ussd(container: Container) -> int:
    """Each session in a unit of work of its own, for each holds its phone's turn."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        due = dropped.silent(session, container.talk, now)
    for row_id in due:
        with container.database.unit_of_work() as session:
            dropped.drop_silent(session, container.talk, row_id, now)
    return len(due)
