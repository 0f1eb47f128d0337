"""Writes the reminders that are due."""

from __future__ import annotations

from app.container import Container
from app.reminders import service as reminders

WRITE_REMINDERS = "write_reminders"


def write_reminders(container: Container) -> int:
    done = 0
    while True:
        with container.database.unit_of_work() as session:
            written = reminders.write_due(session, container.clock.now(), container.post, container.settings)
        if not written:
            return done
        done += written
