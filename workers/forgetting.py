"""Forgets what need not be kept: what signing in leaves behind, and keys of requests long answered."""

from __future__ import annotations

from typing import Final

from app.access.once import forget_old_keys
from app.collectors import links
from app.collectors.sessions import forget_ended
from app.container import Container
from app.fieldwork import photos
from app.merchants import sign_in
from app.signing_in.tries import forget_old_tries

FORGET_OLD: Final = "forget_old"


def forget_old(container: Container) -> int:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        return (
            forget_old_tries(session, now)
            + forget_ended(session, now)
            + sign_in.forget_ended(session, now)
            + forget_old_keys(session, now)
            + links.forget_ended(session, now)
            + photos.forget_old(session, container.settings.visit_photo_days, now)
        )
