"""Where a household is looked for: coordinates, plus code, landmark, zone; and how the first visit mends it."""

from __future__ import annotations

import pytest

from app.db import Database
from app.errors import Conflict, InvalidInput
from app.households.pinning import drop_pin
from app.kernel.place import Location
from app.places import landmarks
from app.places.models import Zone
from app.routing.whereabouts import Whereabouts
from tests.conftest import NOON
from tests.factories import neighbourhood

MOSQUE = Location(6.52, 3.38)


def test_a_household_is_looked_for_where_it_is_best_known(database: Database) -> None:
    """Its own coordinates before its landmark before its zone's centre, each with how far off it may be."""
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, NOON)
        home = neighbourhood.household(session, NOON, zone.id)  # "Blue gate by the mosque"

        def found() -> Location:
            return Whereabouts.load(session, [zone.id]).of(home, zone)

        assert (found().source, found().uncertainty_metres) == ("zone", 1_500)
        mosque = landmarks.create(
            session, zone_id=zone.id, name="Central mosque", location=MOSQUE, aliases=["the mosque"], now=NOON
        )
        assert (found().source, found().latitude, found().uncertainty_metres) == ("landmark", 6.52, 150)
        with pytest.raises(Conflict):
            landmarks.create(session, zone_id=zone.id, name="THE  MOSQUE", location=MOSQUE, now=NOON)
        # Two by that name: nobody can tell which is meant.
        landmarks.create(session, zone_id=zone.id, name="Blue gate", location=MOSQUE, now=NOON)
        assert found().source == "zone"
        drop_pin(session, home.id, Location(6.521, 3.381, "pin", 8), near=_centre(zone), now=NOON)
        assert (found().source, found().uncertainty_metres) == ("pin", 8)
        landmarks.change(session, zone.id, mosque.id, {"active": False})
        assert found().source == "pin"


def test_a_vague_pin_does_not_spoil_an_exact_one_and_a_wild_one_is_refused(database: Database) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, NOON)
        home = neighbourhood.household(session, NOON, zone.id)
        near = _centre(zone)
        drop_pin(session, home.id, Location(6.521, 3.381, "pin", 8), near=near, now=NOON)
        drop_pin(session, home.id, Location(6.5212, 3.381, "pin", 90), near=near, now=NOON)
        assert home.latitude == 6.521
        drop_pin(session, home.id, Location(6.53, 3.381, "pin", 90), near=near, now=NOON)
        assert home.latitude == 6.53  # they say different things: the newer counts
        for wild in (Location(9.06, 7.49, "pin", 5), Location(6.521, 3.381, "pin", 900)):
            with pytest.raises(InvalidInput):
                drop_pin(session, home.id, wild, near=near, now=NOON)
        assert home.latitude == 6.53


def _centre(zone: Zone) -> Location:
    return Location(zone.latitude, zone.longitude)
