"""Whether stops that change hands fit a bike and its hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.place import Location
from app.teams.fitting import Bike, Door, Lack, Load, Pace, Rest, insert, lacks, metres, patient, ride

HUB = Location(6.5, 3.35)
PACE = Pace(kilometres_per_hour=12, detour_factor=1.3, stop_seconds=300, hub_seconds=900)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
EVENING = NOON + timedelta(hours=9)

BAG = Load(3_000, 20_000)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def door(
    number: int,
    latitude: float,
    longitude: float = 3.35,
    *,
    load: Load = BAG,
    until: datetime = EVENING,
) -> Door:
    return Door(UUID(int=number), Location(latitude, longitude), load, NOON, until)


def bike(
    grams: int = 100_000, trips: int = 4, *, ends_at: datetime = EVENING, rest: Rest | None = None
) -> Bike:
    return Bike(Load(grams, 1_500_000), trips, NOON, ends_at, rest=rest)


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


def test_a_stop_on_the_way_goes_between_its_neighbours_unless_it_can_only_be_in_time_elsewhere() -> None:
    near, far, between = door(1, 6.51), door(2, 6.53), door(3, 6.52)
    assert insert([near, far], [between], HUB, HUB) == [near, between, far]
    urgent = door(3, 6.52, until=NOON + minutes(15))  # ten kilometres of street an hour and a half

    def in_time(order: Sequence[Door]) -> bool:
        return lacks(order, HUB, HUB, bike(), PACE) is None

    assert insert([near, far], [urgent], HUB, HUB, in_time) == [urgent, near, far]


def test_what_does_not_fit_is_named() -> None:
    doors = [
        door(number, 6.5 + number / 1000) for number in range(1, 11)
    ]  # 50 minutes at doors, 15 on the way
    assert lacks(doors, HUB, HUB, bike(), PACE) is None
    assert lacks(doors, HUB, HUB, bike(ends_at=NOON + minutes(60)), PACE) is Lack.TIME
    assert lacks(doors, HUB, HUB, bike(10_000), PACE) is None  # in four trips
    assert lacks(doors, HUB, HUB, bike(10_000, ends_at=NOON + minutes(100)), PACE) is Lack.TIME
    assert lacks(doors, HUB, HUB, bike(10_000, trips=3), PACE) is Lack.ROOM
    assert lacks(doors, HUB, HUB, bike(2_000), PACE) is Lack.ROOM
    bulky = [door(number, 6.501, load=Load(10, 800_000)) for number in (1, 2)]
    assert lacks(bulky, HUB, HUB, bike(trips=1), PACE) is Lack.ROOM
    assert lacks([], HUB, HUB, bike(1, ends_at=NOON), PACE) is None


def test_a_promise_is_kept_unless_it_is_broken_already() -> None:
    doors = [door(1, 6.501), door(2, 6.502, until=NOON + minutes(5))]
    assert lacks(doors, HUB, HUB, bike(), PACE) is Lack.PROMISE
    late = ride(doors, HUB, HUB, bike(), PACE).arrives_at
    assert lacks(patient(doors, late), HUB, HUB, bike(), PACE) is None
    assert lacks(patient([door(3, 6.5005), *doors], late), HUB, HUB, bike(), PACE) is Lack.PROMISE


def test_a_break_takes_its_time() -> None:
    doors = [door(number, 6.501) for number in range(1, 7)]  # half an hour at doors
    rest = Rest(NOON, NOON + minutes(20), minutes(30))
    plain, rested = (ride(doors, HUB, HUB, bike(rest=one), PACE) for one in (None, rest))
    assert rested.back_at - plain.back_at == minutes(30)
    assert lacks(doors, HUB, HUB, bike(ends_at=NOON + minutes(40)), PACE) is None
    assert lacks(doors, HUB, HUB, bike(ends_at=NOON + minutes(40), rest=rest), PACE) is Lack.TIME
