"""A pin dropped at the door: where a household really lives, as somebody stood there."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.households import service
from app.households.models import Household
from app.kernel.place import FARTHEST_FROM_ZONE_METRES, Location, distance_metres

SOURCE: Final = "pin"
WORST_METRES: Final = 500
"""A position less exact than that says no more than a landmark does."""


def drop_pin(
    session: Session, household_id: UUID, location: Location, *, near: Location, now: datetime
) -> Household:
    """Take `location` for where the household lives, whatever was thought before.

    Only an earlier pin that is more exact stays where the new one does not contradict it. `near` is the zone's
    centre. Raises `NotFound`, and `InvalidInput` for a place that is too far off or too vague to be of use.
    """
    if (location.uncertainty_metres or 0) > WORST_METRES:
        raise InvalidInput("place", f"The position is only known to {location.uncertainty_metres} metres.")
    if distance_metres(location, near) > FARTHEST_FROM_ZONE_METRES:
        raise InvalidInput("place", "The position is far outside the zone.")
    household = service.lock(session, household_id)
    before = service.location_of(household)
    if before is not None and before.source == SOURCE and _says_more(before, location):
        return household
    household.latitude, household.longitude = location.latitude, location.longitude
    household.location_source = SOURCE
    household.location_uncertainty_metres = location.uncertainty_metres
    household.updated_at = now
    session.flush()
    return household


def _says_more(before: Location, new: Location) -> bool:
    known, fresh = before.uncertainty_metres or 0, new.uncertainty_metres or 0
    return known < fresh and distance_metres(before, new) <= known + fresh
