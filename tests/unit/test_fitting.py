"""Whether stops that change hands fit a bike and its hours."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.place import Location
from app.teams.fitting import Bike, Door, Pace, insert, lacks, metres

HUB = Location(6.5, 3.35)
PACE = Pace(kilometres_per_hour=12, detour_factor=1.3, stop_seconds=300, hub_seconds=900)
HOUR = 3600


def door(number: int, latitude: float, longitude: float = 3.35, grams: int = 3_000) -> Door:
    return Door(UUID(int=number), Location(latitude, longitude), grams)


DOORS = st.lists(st.tuples(st.floats(6.4, 6.6), st.floats(3.3, 3.4)), max_size=8).map(
    lambda places: [door(number, *place) for number, place in enumerate(places)]
)


@given(DOORS, st.integers(0, 8))
def test_an_inserted_stop_loses_nobody_and_costs_no_more_than_at_the_end(doors: list[Door], cut: int) -> None:
    kept, new = doors[:cut], doors[cut:]
    order = insert(kept, new, HUB, HUB)
    assert sorted(one.pickup_id for one in order) == sorted(one.pickup_id for one in doors)
    assert [one for one in order if one in kept] == kept
    if len(new) == 1:
        ways = [[HUB, *(one.location for one in each), HUB] for each in (order, [*kept, *new])]
        assert metres(ways[0], PACE) <= metres(ways[1], PACE) + 1e-6


def test_a_stop_on_the_way_goes_between_its_neighbours() -> None:
    near, far, between = door(1, 6.51), door(2, 6.53), door(3, 6.52)
    assert insert([near, far], [between], HUB, HUB) == [near, between, far]


def test_what_does_not_fit_is_named() -> None:
    doors = [
        door(number, 6.5 + number / 1000) for number in range(1, 11)
    ]  # 50 minutes at doors, 15 on the way
    assert lacks(doors, HUB, HUB, Bike(100_000, 4, 2 * HOUR), PACE) is None
    assert lacks(doors, HUB, HUB, Bike(100_000, 4, HOUR), PACE) == "time"
    assert lacks(doors, HUB, HUB, Bike(10_000, 4, 3 * HOUR), PACE) is None  # in three trips
    assert lacks(doors, HUB, HUB, Bike(10_000, 4, 2 * HOUR - 1_200), PACE) == "time"
    assert lacks(doors, HUB, HUB, Bike(10_000, 2, 9 * HOUR), PACE) == "room"
    assert lacks(doors, HUB, HUB, Bike(2_000, 9, 9 * HOUR), PACE) == "room"
    assert lacks([], HUB, HUB, Bike(1, 1, -HOUR), PACE) is None
