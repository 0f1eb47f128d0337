"""How fast a sender may send, over all workers and restarts: slots handed out one after the other.

The generic cell rate algorithm (ITU-T I.371) without a burst: the stored moment is when the next text may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import conflict
from app.messaging.models import SenderPace

CLOCKS_DIFFER_BY: Final = timedelta(seconds=30)
"""Of the machines that workers run on. A moment further off is the mark of a wrong clock, and passed over."""


@dataclass(frozen=True)
class Pace:
    per_second: float
    horizon: timedelta
    """No slot is handed out that is further away; it must lie well within a lease."""


def reserve(session: Session, sender: str, count: int, wall: datetime, pace: Pace) -> list[datetime]:
    """Up to `count` moments, in real time, at which `sender` may send; fewer where they would lie too far off.

    A slot whose holder dies is lost, which only slows the sender down.
    """
    if not count:
        return []
    session.execute(
        conflict.insert(session, SenderPace)
        .values(sender=sender, next_at=wall)
        .on_conflict_do_nothing(index_elements=["sender"])
    )
    mine = SenderPace.sender == sender
    next_at = session.scalars(select(SenderPace.next_at).where(mine).with_for_update()).one()
    interval = timedelta(seconds=1 / pace.per_second)
    furthest = wall + pace.horizon + interval  # that anybody with a right clock can have stored
    first = wall if next_at > furthest + CLOCKS_DIFFER_BY else max(next_at, wall)
    slots = [first + interval * number for number in range(count)]
    slots = [slot for slot in slots if slot <= wall + pace.horizon]
    if slots:
        session.execute(update(SenderPace).where(mine).values(next_at=slots[-1] + interval))
    return slots
