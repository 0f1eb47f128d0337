"""What a campaign can be, and how it may move. Pure."""

from __future__ import annotations

import enum
from typing import Final

from app.errors import IllegalTransition


class CampaignKind(enum.StrEnum):
    NOTICE = "notice"
    """A service text: the usual sending hours."""
    ALERT = "alert"
    """A service text that cannot wait (today's collection is off): written before all other campaigns."""
    PROMOTION = "promotion"
    TIP = "tip"
    QUIZ = "quiz"

    @property
    def is_service(self) -> bool:
        """The household needs it to be served. All others are held to the promotional hours and count
        against the weekly cap, tips and quizzes too: nobody asked for them.
        """
        return self in _SERVICE


_SERVICE: Final = frozenset({CampaignKind.NOTICE, CampaignKind.ALERT})
PROMOTIONAL: Final = frozenset(CampaignKind) - _SERVICE


class CampaignStatus(enum.StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    """Its recipients are fixed; texts are being written and sent."""
    PAUSED = "paused"
    """Nothing of it is sent, what was queued included."""
    DONE = "done"
    """Every recipient was sent it, or will not be. A quiz takes answers until its end."""
    CANCELLED = "cancelled"


EDITABLE: Final = frozenset({CampaignStatus.DRAFT, CampaignStatus.SCHEDULED})
_MOVES: Final = {
    CampaignStatus.DRAFT: {CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.CANCELLED},
    CampaignStatus.SCHEDULED: {CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.CANCELLED},
    CampaignStatus.RUNNING: {CampaignStatus.PAUSED, CampaignStatus.DONE, CampaignStatus.CANCELLED},
    CampaignStatus.PAUSED: {CampaignStatus.RUNNING, CampaignStatus.CANCELLED},
    CampaignStatus.DONE: set[CampaignStatus](),
    CampaignStatus.CANCELLED: set[CampaignStatus](),
}


def check_move(before: CampaignStatus, after: CampaignStatus) -> None:
    """Raises `IllegalTransition`."""
    if after not in _MOVES[before]:
        raise IllegalTransition("a campaign", before, after)


class RecipientStatus(enum.StrEnum):
    PLANNED = "planned"
    """Still to be written, or written and taken back before it was sent."""
    WRITTEN = "written"
    """In the outbox; the outbox knows what became of it."""
    OPTED_OUT = "opted_out"
    """Had opted out by the time it was to be written."""
    CAPPED = "capped"
    """Had as many promotional texts that week as a phone may get."""
    GONE = "gone"
    """Left the service, or the phone no longer speaks for the household."""
    EXPIRED = "expired"
    """The campaign ended before its turn came."""
    CANCELLED = "cancelled"
