"""A phone that texts too much, or a machine that answers ours: told once, courteously, then left unanswered.

Carriers' words are never counted out: whoever calls asks only about texts that are none.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from app.messaging.models import InboxMessage, OutboxMessage
from app.settings import Settings

LOOP_TEXTS: Final = 3
"""The same text, answered the same way so often in `LOOP_WINDOW`, is a machine talking to ours."""
LOOP_WINDOW: Final = timedelta(minutes=30)
LOOP_LOOKS_BACK: Final = 12
"""Texts; two machines may take turns at a few different ones."""
KEPT_TIMES: Final = 5
"""Past so many times the day's limit a phone's texts are only counted, and carriers' words not answered, but obeyed."""

_SHORTEST_TELLING = 15
"""Letters. A shorter text is judged only letter for letter: an amount tried again is no machine."""
_ALIKE_PERCENT = 90
_COUNTERS = re.compile(r"\w*\d[\w:.,/-]*")
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

_inbox = cast("Table", InboxMessage.__table__)
_outbox = cast("Table", OutboxMessage.__table__)
_BEFORE = (
    select(_inbox.c.body, _outbox.c.body.label("reply"))
    .outerjoin(_outbox, _outbox.c.in_reply_to_id == _inbox.c.id)
    .where(_inbox.c.phone == bindparam("of_phone"), _inbox.c.id != bindparam("but_row"))
    .where(_inbox.c.received_at > bindparam("since"))
    .order_by(_inbox.c.id.desc())
    .limit(LOOP_LOOKS_BACK)
)


class Chatter(enum.Enum):
    """How the next text of a phone is met."""

    FINE = "fine"
    TELL_DAY = "tell that the day's texts are used up"
    TELL_BURST = "tell to wait some minutes"
    SILENCE = "silence"


@dataclass(frozen=True)
class Limits:
    """How many texts (or turns) of one phone are answered."""

    per_minute: int
    per_hour: int
    per_day: int

    @classmethod
    def of(cls, settings: Settings, *, shop: bool = False) -> Limits:
        """A shop is busier than a household: for its phone the day's limit alone holds, and it is another."""
        if shop:
            most = settings.texts_per_merchant_phone_per_day
            return cls(settings.inbound_texts_per_phone_per_minute, most, most)
        return cls(
            settings.inbound_texts_per_phone_per_minute,
            settings.inbound_texts_per_phone_per_hour,
            settings.inbound_texts_per_phone_per_day,
        )

    def judge(
        self,
        today: int,
        now: datetime,
        lately: Callable[[], Sequence[datetime]],
        told_since: Callable[[datetime], bool],
    ) -> Chatter:
        """How to meet what has just come in.

        `today` counts it and all before it that day; `lately` gives when they came, newest first, at least
        `per_hour` + 1 of them; `told_since` whether the phone was asked to wait after a moment. Both are called
        only for a phone busy enough.
        """
        if today > self.per_day:
            return Chatter.TELL_DAY if today == self.per_day + 1 else Chatter.SILENCE
        if today <= min(self.per_minute, self.per_hour):
            return Chatter.FINE
        moments = lately()
        minute = sum(moment > now - _MINUTE for moment in moments)
        hour = sum(moment > now - _HOUR for moment in moments)
        if minute <= self.per_minute and hour <= self.per_hour:
            return Chatter.FINE
        return Chatter.SILENCE if told_since(now - _HOUR) else Chatter.TELL_BURST


def judge_text(session: Session, phone: str, today: int, limits: Limits, now: datetime) -> Chatter:
    """How to meet the text of `phone` that was just received; `today` counts it."""

    def lately() -> Sequence[datetime]:
        newest = select(InboxMessage.received_at).where(InboxMessage.phone == phone)
        return session.scalars(newest.order_by(InboxMessage.id.desc()).limit(limits.per_hour + 1)).all()

    def told_since(moment: datetime) -> bool:
        told = (
            select(OutboxMessage.id)
            .where(OutboxMessage.phone == phone, OutboxMessage.template == BURST_KEY)
            .where(OutboxMessage.created_at > moment)
        )
        return session.execute(told.limit(1)).first() is not None

    return limits.judge(today, now, lately, told_since)


BURST_KEY: Final = "limit.burst"
"""The catalogue's text that asks to wait some minutes."""


def goes_in_circles(
    session: Session, phone: str, body: str, reply: str, *, row_id: UUID, now: datetime
) -> bool:
    """Whether texts like this one (the inbox row `row_id`) were answered like this before: two machines talking.

    A counter or a time stamp in it makes no difference. Short texts must be the same to the letter, with nothing
    in between.
    """
    rows = session.connection().execute(
        _BEFORE, {"of_phone": phone, "but_row": row_id, "since": now - LOOP_WINDOW}
    )
    before = [(row.body, row.reply in (reply, None)) for row in rows]
    if sum(c.isalpha() for c in body) < _SHORTEST_TELLING:
        before = before[: LOOP_TEXTS - 1]
    alike = sum(same_reply and _alike(body, text) for text, same_reply in before)
    return alike >= LOOP_TEXTS - 1


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(sum(c.isalpha() for c in text) for text in (one, other)) < _SHORTEST_TELLING:
        return False
    bare = [_COUNTERS.sub("#", text.casefold()) for text in (one, other)]
    return fuzz.ratio(*bare) >= _ALIKE_PERCENT
