"""Who decides about payouts, by which rule."""

from __future__ import annotations

from app.access.keys import Caller
from app.container import Container
from app.payouts.manual import Desk
from app.rewards.announcing import Announcer


def desk_of(container: Container, caller: Caller) -> Desk:
    settings = container.settings
    return Desk(
        caller.actor,
        settings.payout_second_person_above_minor,
        Announcer.of(settings, container.post),
        container.clock.now(),
    )
