"""What the service says of a record, by which its phone may let go of it; who sent it; and what decides."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from app.pickups.timetable import Timetable
from app.settings import Settings
from app.weighing.doubting import Judge
from app.weighing.models import Via
from app.weighing.service import Limits


class Answer(enum.StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Why(enum.StrEnum):
    """Why a record was refused, or what else its collector should know of it."""

    MALFORMED = "malformed"
    UNKNOWN_STOP = "unknown-stop"
    WEIGHTS = "weights"
    """Too heavy, nothing at all, or a material that there is not."""
    DAY = "day"
    """The stop is still to come, or long past."""
    UNKNOWN_RECORD = "unknown-record"
    """It corrects what the service does not have, or what somebody else weighed."""
    PHONE = "phone"
    """A number that no phone can have."""
    ZONE = "zone"
    """An area that is not served."""
    TOO_MANY = "too-many"
    """More than one person does in a day."""
    KNOWN_PHONE = "known-phone"
    """The phone speaks for a home already; nothing was made, and what is weighed there is that home's."""
    SAME_PLACE = "same-place"
    """Taken, though it may be a home that is known under another phone: the office looks at it."""
    OPTED_OUT = "opted-out"
    """Taken, though the phone takes no texts: only a text of its own can end that."""


@dataclass(frozen=True)
class Sender:
    collector_id: UUID
    via: Via
    sent_at: datetime | None = None
    """By the phone's own clock."""


@dataclass(frozen=True)
class Rules:
    limits: Limits
    secret: str
    """Makes the handover codes."""
    judge: Judge
    """Whose credit is to be looked at first."""
    region: str
    """ISO 3166 alpha-2, of national phone numbers."""
    languages: tuple[str, ...]
    """The first is spoken with whoever names another."""
    programme: str
    timetable: Timetable

    @classmethod
    def of(cls, settings: Settings, judge: Judge) -> Self:
        return cls(
            Limits.of(settings),
            settings.secret_key.get_secret_value(),
            judge,
            settings.region,
            tuple(settings.languages),
            settings.programme_name,
            Timetable.of(settings),
        )


@dataclass(frozen=True)
class Taken:
    answer: Answer
    why: Why | None = None
    off_route: bool = False
    pickup_id: UUID | None = None
    """The stop that it is about, where there is one."""
