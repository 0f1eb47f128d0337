"""Every source of travel times keeps one contract; servers are asked within their limits, and may fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
import respx

from app.adapters.routing.matrix_server import ServerTimes
from app.adapters.routing.osrm import Osrm
from app.adapters.routing.straight_line import StraightLine
from app.adapters.routing.valhalla import Valhalla
from app.kernel.place import Location
from app.routing.ports import TravelTimes

STRAIGHT = StraightLine(kilometres_per_hour=12, detour_factor=1.3)
PLACES = [Location(6.5 + number * 0.003, 3.35 + number % 3 * 0.004) for number in range(7)]
EVERYTHING = np.arange(len(PLACES))

# As the services' own pages show them.
OSRM_DOCUMENTED = {
    "code": "Ok",
    "durations": [[192.6, 382.8], [0, 283.9]],
    "distances": [[1886.89, 3791.3], [0, 2838.09]],
    "sources": [],
    "destinations": [],
}
VALHALLA_SHORT = {
    "sources_to_targets": {"durations": [[0, 105], [108, 0]], "distances": [[0.0, 0.147], [0.147, 0.0]]},
    "units": "kilometers",
    "algorithm": "timedistancematrix",
}
VALHALLA_LONG = {
    "sources_to_targets": [
        [
            {"distance": 0.0, "time": 0, "to_index": 0, "from_index": 0},
            {"distance": 0.147, "time": 105, "to_index": 1, "from_index": 0},
        ],
        [
            {"distance": 0.147, "time": 108, "to_index": 0, "from_index": 1},
            {"distance": None, "time": None, "to_index": 1, "from_index": 1},
        ],
    ],
    "units": "kilometers",
}


@dataclass
class Streets:
    """A stand-in for both servers: a way takes 100 seconds and 500 metres for each 0.001 degrees between."""

    asked: list[tuple[int, int]] = field(default_factory=list)
    no_way_to: tuple[float, float] | None = None

    def way(self, start: tuple[float, float], end: tuple[float, float]) -> float | None:
        if end == self.no_way_to and start != end:
            return None
        return round(1000 * (abs(start[0] - end[0]) + abs(start[1] - end[1])), 4)

    def table(
        self, sources: list[tuple[float, float]], targets: list[tuple[float, float]]
    ) -> list[list[Any]]:
        self.asked.append((len(sources), len(targets)))
        return [[self.way(source, target) for target in targets] for source in sources]

    def osrm(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/table/v1/bike/")
        given = [tuple(map(float, one.split(","))) for one in request.url.path.rsplit("/")[-1].split(";")]
        points = [(latitude, longitude) for longitude, latitude in given]
        chosen = {
            name: [points[int(one)] for one in request.url.params[name].split(";")]
            for name in ("sources", "destinations")
        }
        ways = self.table(chosen["sources"], chosen["destinations"])
        return httpx.Response(200, json={"code": "Ok", **_named(ways, "durations", "distances", 500)})

    def valhalla(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert (body["costing"], body["units"]) == ("bicycle", "kilometers")
        points = {name: [(one["lat"], one["lon"]) for one in body[name]] for name in ("sources", "targets")}
        ways = self.table(points["sources"], points["targets"])
        return httpx.Response(
            200,
            json={"sources_to_targets": _named(ways, "durations", "distances", 0.5), "units": "kilometers"},
        )


def _named(ways: list[list[float | None]], durations: str, distances: str, length: float) -> dict[str, Any]:
    def times(factor: float) -> list[list[float | None]]:
        return [[None if way is None else way * factor for way in row] for row in ways]

    return {durations: times(100), distances: times(length)}


@pytest.fixture
def streets() -> Streets:
    return Streets()


@pytest.fixture
def network(streets: Streets) -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as network:
        network.get(url__startswith="http://osrm.test/table").mock(side_effect=streets.osrm)
        network.post("http://valhalla.test/sources_to_targets").mock(side_effect=streets.valhalla)
        yield network


def osrm() -> ServerTimes:
    server = Osrm(url="http://osrm.test/", profile="bike", block_points=3, timeout_seconds=1)
    return ServerTimes(server, STRAIGHT, points_max=50)


def valhalla() -> ServerTimes:
    server = Valhalla(url="http://valhalla.test", costing="bicycle", pairs_max=10, timeout_seconds=1)
    return ServerTimes(server, STRAIGHT, points_max=50)


SERVERS = pytest.mark.parametrize("make", [osrm, valhalla])


@pytest.mark.parametrize("make", [lambda: STRAIGHT, osrm, valhalla])
def test_ways_are_whole_never_negative_and_nothing_from_each_to_itself(
    make: Callable[[], TravelTimes], network: respx.MockRouter
) -> None:
    ways = make().between([*PLACES, PLACES[0]])
    assert ways.size == len(PLACES) + 1
    for table in (ways.seconds(range(8), range(8)), ways.metres(range(8), range(8))):
        assert table.shape == (8, 8)
        assert table.dtype == np.int64
        assert (np.diag(table) == 0).all()
        assert (table >= 0).all()
        assert table[0, 7] == 0  # the same place twice
        assert table[0, 1] > 0
        assert (table[2:4, 5:] == table[2:4][:, 5:]).all()
    assert make().between([]).size == 0
    assert make().between(PLACES[:1]).seconds([0], [0]).tolist() == [[0]]


@SERVERS
def test_a_server_is_asked_in_blocks_within_its_limit_and_never_twice_for_the_same(
    make: Callable[[], ServerTimes], network: respx.MockRouter, streets: Streets
) -> None:
    times = make()
    ways = times.between(PLACES)
    assert all(rows <= 3 and columns <= 3 for rows, columns in streets.asked)
    assert ways.seconds([0], [1]).tolist() == [[700]]
    assert ways.metres([0], [1]).tolist() == [[3500]]
    count = len(streets.asked)
    nearby = Location(PLACES[2].latitude + 0.00001, PLACES[2].longitude)
    assert times.between([PLACES[4], nearby]).seconds([0], [1]).tolist() == ways.seconds([4], [2]).tolist()
    assert len(streets.asked) == count
    times.between([*PLACES, Location(6.6, 3.4)])
    assert len(streets.asked) < 2 * count


@SERVERS
def test_where_the_server_knows_no_way_the_straight_line_is_taken(
    make: Callable[[], ServerTimes], network: respx.MockRouter, streets: Streets
) -> None:
    streets.no_way_to = (PLACES[3].latitude, PLACES[3].longitude)
    ways, straight = make().between(PLACES), STRAIGHT.between(PLACES)
    assert ways.seconds(EVERYTHING, [3]).tolist() == straight.seconds(EVERYTHING, [3]).tolist()
    assert ways.seconds([3], [0]).tolist() != straight.seconds([3], [0]).tolist()


@SERVERS
@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(400, json={"code": "TooBig", "message": "Too many table coordinates"}),
        httpx.Response(400, json={"error_code": 150, "error": "Exceeded max locations", "status_code": 400}),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(200, json={"code": "Ok", "durations": [[1]], "distances": [[1]]}),
        httpx.Response(200, json={"sources_to_targets": [[{"time": 1}]]}),
        httpx.Response(200, json={"code": "Ok", "durations": "x"}),
        httpx.Response(200, json=[1]),
    ],
    ids=str,
)
def test_a_server_that_fails_is_left_alone_for_a_while_and_the_day_is_planned_by_straight_lines(
    make: Callable[[], ServerTimes],
    answer: httpx.Response | Exception,
    streets: Streets,
    capsys: pytest.CaptureFixture[str],
) -> None:
    times, straight = make(), STRAIGHT.between(PLACES)
    behaviour = {"side_effect": answer} if isinstance(answer, Exception) else {"return_value": answer}
    with respx.mock as network:
        broken = network.route(host__regex="test").mock(**behaviour)
        ways = times.between(PLACES)
        assert (
            ways.seconds(EVERYTHING, EVERYTHING).tolist() == straight.seconds(EVERYTHING, EVERYTHING).tolist()
        )
        times.between(PLACES)
        assert broken.call_count == 1
    assert "travel_times_fell_back" in capsys.readouterr().out


def test_a_day_with_more_places_than_a_table_may_have_goes_by_straight_lines(
    network: respx.MockRouter, streets: Streets
) -> None:
    many = [Location(6.5 + number * 0.001, 3.4) for number in range(60)]
    assert osrm().between(many).size == 60
    assert streets.asked == []


def test_documented_answers_are_read() -> None:
    with respx.mock as network:
        network.get(url__startswith="http://osrm.test").respond(json=OSRM_DOCUMENTED)
        valhallas = network.post("http://valhalla.test/sources_to_targets")
        server = Osrm(url="http://osrm.test", profile="bike", block_points=3, timeout_seconds=1)
        seconds, metres = server.ask([(52.5, 13.4), (52.6, 13.4)], [(52.6, 13.4), (52.7, 13.4)])
        assert seconds.tolist() == [[192.6, 382.8], [0, 283.9]]
        assert metres.tolist() == [[1886.89, 3791.3], [0, 2838.09]]
        other = Valhalla(url="http://valhalla.test", costing="bicycle", pairs_max=9, timeout_seconds=1)
        for answer, last in ((VALHALLA_SHORT, 0), (VALHALLA_LONG, None)):
            valhallas.respond(json=answer)
            seconds, metres = other.ask([(1, 2), (3, 4)], [(1, 2), (3, 4)])
            assert seconds[:, 0].tolist() == [0, 108]
            assert metres[0].tolist() == [0, 147]
            assert np.isnan(seconds[1, 1]) == (last is None)
