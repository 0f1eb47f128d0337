"""Changing what is known of a household, field by field, as the office does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.households import service
from app.households.models import Household
from app.kernel.place import Location


@dataclass(frozen=True)
class Unchanged:
    """Where None already means something."""


UNCHANGED: Final = Unchanged()


def change(
    session: Session,
    household_id: UUID,
    *,
    name: str | None = None,
    language: str | None = None,
    zone_id: UUID | None = None,
    landmark: str | None = None,
    location: Location | Unchanged | None = UNCHANGED,
    now: datetime,
) -> Household:
    """Set what is given. In another zone, `app.pickups.service.settle` carries its pickups along.

    Raises `InvalidInput` and `NotFound`.
    """
    household = service.lock(session, household_id)
    if name is not None:
        service.rename(session, household_id, name, now)
    if language is not None:
        service.set_language(session, household_id, language, now)
    if zone_id is not None or landmark is not None or not isinstance(location, Unchanged):
        service.change_place(
            session,
            household_id,
            zone_id=zone_id or household.zone_id,
            landmark=household.landmark if landmark is None else landmark,
            location=service.location_of(household) if isinstance(location, Unchanged) else location,
            now=now,
        )
    return household
