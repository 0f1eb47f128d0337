"""Where each household is looked for: where it is known to live, else at its landmark, else in its zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from sqlalchemy.orm import Session

from app.households import service as households
from app.households.models import Household
from app.kernel.place import Location
from app.places import landmarks
from app.places.landmarks import Landmarks
from app.places.models import Zone

ZONE: Final = "zone"
ZONE_UNCERTAINTY_METRES: Final = 1_500
"""A household of which only the zone is known is somewhere around its centre."""


@dataclass(frozen=True)
class Whereabouts:
    """For the households of some zones. Each answer says its source and how far off it may be."""

    known: Landmarks

    @classmethod
    def load(cls, session: Session, zone_ids: Iterable[UUID]) -> Self:
        """In one query."""
        return cls(landmarks.load(session, zone_ids))

    def of(self, household: Household, zone: Zone) -> Location:
        """Always a place, be it the zone's centre (`source` is `ZONE`)."""
        return self.found(household) or self.centre(zone)

    def named(self, household: Household, zone: Zone) -> Location:
        """As `of`, where its own coordinates cannot be right."""
        meant = self.known.meant(household.zone_id, household.landmark)
        return meant.location if meant else self.centre(zone)

    @staticmethod
    def centre(zone: Zone) -> Location:
        return Location(zone.latitude, zone.longitude, ZONE, ZONE_UNCERTAINTY_METRES)

    def found(self, household: Household) -> Location | None:
        """As `of`; None where no more than the zone is known."""
        own = households.location_of(household)
        if own is not None:
            return own
        meant = self.known.meant(household.zone_id, household.landmark)
        return meant.location if meant else None
