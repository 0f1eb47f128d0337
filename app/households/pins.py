"""The household's PIN: four digits by which it shows that a phone is still, or already, theirs."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.households import service
from app.households.models import HouseholdPin
from app.kernel import pins
from app.settings import Settings

DIGITS: Final = 4
LONGEST_LOCKOUT: Final = timedelta(days=1)
"""Ten thousand PINs at five tries a day take years."""
_MOST_DOUBLINGS: Final = 20


class Verdict(enum.Enum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    """Not even looked at: too many were wrong before."""
    NONE = "none"
    """There is no PIN to compare with."""


@dataclass(frozen=True)
class Checked:
    verdict: Verdict
    tries_left: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class PinLimits:
    tries: int
    """Wrong ones between lockouts."""
    lockout: timedelta
    """The first one; each further one lasts twice as long, up to `LONGEST_LOCKOUT`."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.pin_tries, timedelta(minutes=settings.pin_lockout_minutes))


def set_pin(session: Session, household_id: UUID, typed: str, now: datetime) -> None:
    """Give the household this PIN, in place of any other.

    Raises `InvalidInput` (field `pin`) unless it is four digits that are not the first that others would
    try, and `NotFound`.
    """
    try:
        digits = pins.check_pin(typed, shortest=DIGITS, longest=DIGITS)
    except pins.NotAPin as error:
        raise InvalidInput("pin", str(error)) from error
    if pins.is_weak(digits):
        raise InvalidInput("pin", "that PIN is among the first that others would try")
    service.lock(session, household_id)
    pin = session.get(HouseholdPin, household_id) or HouseholdPin(household_id=household_id)
    pin.pin_hash = pins.hash_pin(digits)
    pin.tries = 0
    pin.locked_until = None
    pin.set_at = now
    session.add(pin)
    session.flush()


def clear(session: Session, household_id: UUID) -> bool:
    """Forget the household's PIN, as when it was forgotten; whether there was one. Raises `NotFound`."""
    service.lock(session, household_id)
    pin = session.get(HouseholdPin, household_id)
    if pin is None:
        return False
    session.delete(pin)
    session.flush()
    return True


def has_pin(session: Session, household_id: UUID) -> bool:
    return session.get(HouseholdPin, household_id) is not None


def check(session: Session, household_id: UUID, typed: str, *, limits: PinLimits, now: datetime) -> Checked:
    """Whether `typed` is the household's PIN; a wrong one is counted.

    The count counts only if it is committed: whoever calls this must not undo it along with what the PIN was
    to allow. Slow on purpose.
    """
    pin = session.get(HouseholdPin, household_id, with_for_update=True, populate_existing=True)
    if pin is None:
        return Checked(Verdict.NONE)
    if pin.locked_until is not None and pin.locked_until > now:
        return Checked(Verdict.LOCKED, locked_until=pin.locked_until)
    if pins.verify(typed.strip(), pin.pin_hash):
        pin.tries = 0
        pin.locked_until = None
        session.flush()
        return Checked(Verdict.RIGHT)
    pin.tries += 1
    pin.locked_until = None
    left = -pin.tries % limits.tries
    if not left:
        doublings = min(pin.tries // limits.tries - 1, _MOST_DOUBLINGS)
        longest = max(limits.lockout, LONGEST_LOCKOUT)
        pin.locked_until = now + min(limits.lockout * 2**doublings, longest)
    session.flush()
    return Checked(Verdict.WRONG if left else Verdict.LOCKED, left, pin.locked_until)
