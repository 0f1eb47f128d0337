"""Routes as pictures and files: whole, readable, and valid for other programs."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import date
from uuid import UUID
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.place import Location
from app.pickups.statuses import PickupStatus
from app.routing.exporting import geojson, gpx
from app.routing.frame import APART, WIDTH, spread
from app.routing.picture import draw, words_of
from app.routing.tracks import DayTracks, Depot, Track, TrackStop

HUB = Location(6.5, 3.35, "hub")
SVG, GPX = "{http://www.w3.org/2000/svg}", "{http://www.topografix.com/GPX/1/1}"


def track(number: int, places: Sequence[tuple[float, float]], *, trips: int = 1) -> Track:
    stops = tuple(
        TrackStop(
            place,
            1 + place * trips // (len(places) + 1),
            UUID(int=number * 1000 + place),
            Location(*at, "landmark" if place == 2 else "pin", 150 if place == 2 else None),
            (PickupStatus.COLLECTED, PickupStatus.MISSED, PickupStatus.ROUTED)[place % 3],
        )
        for place, at in enumerate(places, 1)
    )
    return Track(UUID(int=number), UUID(int=number), f"Rider <{number}> & co", HUB, stops, 4_200)


def day(*tracks: Track) -> DayTracks:
    return DayTracks(date(2026, 12, 1), (Depot("SUR", "Surulere", HUB),), tracks)


def drawn(one: DayTracks) -> ET.Element:
    return ET.fromstring(draw(one, words_of(one)))


STREET = [(6.5 + number * 0.002, 3.35 + number % 3 * 0.003) for number in range(1, 8)]


def test_a_picture_says_what_it_shows_and_shows_every_stop_in_order() -> None:
    picture = drawn(day(track(1, STREET), track(2, STREET[:3])))
    labelled = (picture.get("aria-labelledby") or "").split()
    assert [element.get("id") for element in picture[:2]] == labelled
    assert "2 routes with 10 stops from Surulere, 8.4 km" in (picture[1].text or "")
    texts = [element.text for element in picture.iter(f"{SVG}text")]
    # Of each route the third is a cross, for it was missed on the way (place % 3 == 1).
    assert {"2", "3", "5", "6", "N", "Surulere", "500 m"} <= set(texts)
    assert "Rider <1> & co (7)" in texts
    assert len(picture.findall(f"{SVG}polyline")) == 2
    assert len([one for one in picture.iter(f"{SVG}circle") if "vague" in (one.get("class") or "")]) == 2


def test_north_is_up_east_is_right_and_the_scale_is_true() -> None:
    picture = drawn(day(track(1, [(6.51, 3.35), (6.5, 3.36)])))
    line = picture.find(f"{SVG}polyline")
    assert line is not None
    hub, north, east, _ = [tuple(map(float, one.split(","))) for one in (line.get("points") or "").split()]
    assert north[1] < hub[1]
    assert math.isclose(north[0], hub[0], abs_tol=0.2)
    assert east[0] > hub[0]
    assert math.isclose(east[1], hub[1], abs_tol=0.2)
    bar = next(one for one in picture.iter(f"{SVG}path") if (one.get("d") or "").endswith("v-4"))
    [length] = map(float, re.findall(r"h([\d.]+)v", bar.get("d") or ""))
    written = next(one.text or "" for one in picture.iter(f"{SVG}text") if (one.text or "").endswith(" m"))
    metres = 0.01 * math.pi / 180 * 6_371_008.8
    assert math.isclose(length / int(written.removesuffix(" m")), (hub[1] - north[1]) / metres, rel_tol=0.01)


def test_a_place_in_the_sea_is_left_out_and_said_and_an_empty_day_is_a_picture_too() -> None:
    picture = drawn(day(track(1, [*STREET, (0.0, 0.0)])))
    texts = [element.text for element in picture.iter(f"{SVG}text")]
    assert "1 stops lie too far off to be shown" in texts
    assert len(drawn(day()).findall(f"{SVG}polyline")) == 0
    assert len(drawn(DayTracks(date(2026, 12, 1), (), ())).findall(f"{SVG}text")) == 2


PLACES = st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), max_size=12)


@given(PLACES)
def test_whatever_the_places_every_number_in_the_picture_lies_within_it(
    places: list[tuple[float, float]],
) -> None:
    near = [(6.5 + latitude / 400, 3.35 + longitude / 800) for latitude, longitude in places]
    for one in (day(track(1, places)), day(track(1, near))):
        picture = drawn(one)
        height = float((picture.get("viewBox") or "").split()[3])
        for circle in picture.iter(f"{SVG}circle"):
            assert 0 <= float(circle.get("cx") or "nan") <= WIDTH
            assert 0 <= float(circle.get("cy") or "nan") <= height


@given(st.integers(2, 20))
def test_stops_at_one_door_do_not_cover_each_other(count: int) -> None:
    spots = list(spread({UUID(int=number): (180.0, 150.0) for number in range(count)}).values())
    apart = min(math.dist(one, other) for number, one in enumerate(spots) for other in spots[:number])
    assert apart > APART * 0.5
    assert len(set(spots)) == count


def test_geojson_is_as_its_standard_says() -> None:
    """RFC 7946: longitude first, no `crs`, every feature with geometry and properties."""
    found = json.loads(geojson(day(track(1, STREET, trips=2))))
    assert set(found) == {"type", "features"}
    assert all(set(one) == {"type", "geometry", "properties"} for one in found["features"])
    hub, line, *stops = found["features"]
    assert hub["geometry"] == {"type": "Point", "coordinates": [3.35, 6.5]}
    coordinates = line["geometry"]["coordinates"]
    assert line["geometry"]["type"] == "LineString"
    assert coordinates[0] == coordinates[-1] == [3.35, 6.5]
    assert coordinates.count([3.35, 6.5]) == 3  # and once in between, to empty the box
    assert [one["properties"]["position"] for one in stops] == list(range(1, 8))
    assert stops[1]["properties"]["location_uncertainty_metres"] == 150


def test_gpx_is_as_its_schema_says() -> None:
    """GPX 1.1: waypoints before routes, in each route the name before the number before the points."""
    root = ET.fromstring(gpx(day(track(1, STREET, trips=2), track(2, STREET[:2]))).encode())
    assert (root.tag, root.get("version"), root.get("creator")) == (f"{GPX}gpx", "1.1", "Weighback")
    assert [one.tag for one in root] == [f"{GPX}wpt", f"{GPX}rte", f"{GPX}rte"]
    first = root[1]
    assert [one.tag for one in first[:3]] == [f"{GPX}name", f"{GPX}number", f"{GPX}rtept"]
    names = [one.findtext(f"{GPX}name") for one in first.findall(f"{GPX}rtept")]
    assert names == ["hub", "1", "2", "3", "hub", "4", "5", "6", "7", "hub"]
    assert (first[3].get("lat"), first[3].get("lon")) == ("6.502000", "3.353000")
