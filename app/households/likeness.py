"""Whether a home may be known already, under another phone."""

from __future__ import annotations

import math
from typing import Final
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.households.models import Household, HouseholdStatus
from app.households.service import location_of
from app.kernel.place import EARTH_RADIUS_METRES, Location, distance_metres

SAME_PLACE_METRES: Final = 25
"""About what a phone in a street is off by, and less than from one gate to the second next."""
_ALIKE = 80
"""Of 100, whatever the order of the words (`rapidfuzz.fuzz.token_set_ratio`)."""
_MOST_COMPARED = 200


def find(
    session: Session, zone_id: UUID, *, name: str, landmark: str, location: Location | None
) -> UUID | None:
    """A home of the zone within `SAME_PLACE_METRES` whose name or landmark is like these; the nearest.

    Where one of the two places is not known, a home of the very name whose landmark is like this one.
    """
    namesakes = func.lower(Household.name) == name.strip().lower()
    where = or_(namesakes, _around(location)) if location else namesakes
    rows = session.scalars(
        select(Household)
        .where(Household.zone_id == zone_id, Household.status != HouseholdStatus.LEFT, where)
        .order_by(Household.joined_at.desc(), Household.id)
        .limit(_MOST_COMPARED)
    )
    found: list[tuple[float, UUID]] = []
    for home in rows:
        there = location_of(home)
        apart = distance_metres(location, there) if location and there else None
        same_landmark = _alike(home.landmark, landmark)
        if apart is None:
            if same_landmark:
                found.append((float(SAME_PLACE_METRES), home.id))
        elif apart <= SAME_PLACE_METRES and (same_landmark or _alike(home.name, name)):
            found.append((apart, home.id))
    return min(found)[1] if found else None


def _around(location: Location) -> ColumnElement[bool]:
    """A box around the place, for the index to be spared of what is far away."""
    high = math.degrees(SAME_PLACE_METRES / EARTH_RADIUS_METRES)
    wide = high / max(math.cos(math.radians(location.latitude)), 0.01)
    return and_(
        Household.latitude.between(location.latitude - high, location.latitude + high),
        Household.longitude.between(location.longitude - wide, location.longitude + wide),
    )


def _alike(one: str, other: str) -> bool:
    return fuzz.token_set_ratio(one.casefold(), other.casefold()) >= _ALIKE
