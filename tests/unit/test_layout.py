"""Who goes where, without a database."""

from __future__ import annotations

from app.adapters.routing.nearest_neighbour import NearestNeighbour
from app.adapters.routing.straight_line import StraightLine
from app.kernel.ids import new_id
from app.kernel.place import Location
from app.routing.layout import Stop, StopState, lay_out

HUB = Location(6.50, 3.37)
RIDER = new_id()


def stop(north: float, state: StopState = StopState.AHEAD, *, there: bool = True) -> Stop:
    place = Location(HUB.latitude + north, HUB.longitude)
    return Stop(new_id(), place, state, collector_id=RIDER if there else None)


def test_a_collector_goes_on_from_where_the_last_stop_was() -> None:
    done, beside_hub, beside_done = stop(0.10, StopState.DONE), stop(0.01), stop(0.09, there=False)
    (day,) = lay_out(
        HUB,
        [RIDER],
        [done, beside_hub],
        [beside_done],
        optimiser=NearestNeighbour(),
        travel_times=StraightLine(kilometres_per_hour=12, detour_factor=1),
    )
    assert day.stops == (done, beside_done, beside_hub)
    there_and_back = 2 * 0.10 * 111_195
    assert abs(day.distance_metres - there_and_back) < 100


def test_what_is_off_comes_last_and_costs_no_way() -> None:
    off, ahead = stop(0.50, StopState.OFF), stop(0.01)
    (day,) = lay_out(
        HUB,
        [RIDER],
        [off, ahead],
        [],
        optimiser=NearestNeighbour(),
        travel_times=StraightLine(kilometres_per_hour=12, detour_factor=1),
    )
    assert day.stops == (ahead, off)
    assert day.distance_metres < 2_300
