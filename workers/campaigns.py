"""Writes the weekly tip and quiz, begins the campaigns whose time has come, and feeds the outbox with the running ones."""

from __future__ import annotations

from app.campaigns import sending, weekly
from app.campaigns.sending import JOB as SEND_CAMPAIGNS
from app.container import Container

__all__ = ["SEND_CAMPAIGNS", "send_campaigns"]


def send_campaigns(container: Container) -> int:
    """A step of each campaign, in a unit of work of its own."""
    now = container.clock.now()
    desk = sending.Desk(container.post, container.catalogue, sending.Rules.of(container.settings))
    with container.database.unit_of_work() as session:
        done = weekly.write_due(session, desk, container.settings, now)
        due = sending.due(session, now)
    for campaign_id in due:
        with container.database.unit_of_work() as session:
            done += sending.advance(session, campaign_id, desk, now)
    return done
