"""Forgets what signing in leaves behind."""

from __future__ import annotations

from typing import Final

from app.collectors.sessions import forget_ended
from app.collectors.sign_in import forget_old_tries
from app.container import Container

FORGET_SIGN_INS: Final = "forget_sign_ins"


def forget_sign_ins(container: Container) -> int:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        return forget_old_tries(session, now) + forget_ended(session, now)
