"""A day's routes for other programs: GeoJSON (RFC 7946) and GPX 1.1 (Topografix). No names of households."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

from app.kernel.place import Location
from app.routing.tracks import DayTracks, Track

_DIGITS = 6
"""Decimals of a degree: a tenth of a metre (RFC 7946, section 11.2, asks for no more)."""
_GPX = "http://www.topografix.com/GPX/1/1"
GEOJSON_TYPE = "application/geo+json"
GPX_TYPE = "application/gpx+xml"


def geojson(day: DayTracks) -> str:
    """A FeatureCollection: each route as a line, each stop and hub as a point. Longitude comes first."""
    features = [
        _feature("Point", _position(hub.location), kind="hub", code=hub.code, name=hub.name)
        for hub in day.hubs
    ]
    for track in day.tracks:
        about = {"route_id": str(track.route_id), "collector_id": str(track.collector_id)}
        line = [_position(place) for place in track.path()]
        facts = {"date": day.date.isoformat(), "stops": len(track.stops), "metres": track.distance_metres}
        features.append(_feature("LineString", line, kind="route", **about, **facts))
        features += (
            _feature(
                "Point",
                _position(stop.location),
                kind="stop",
                **about,
                position=stop.position,
                trip=stop.trip,
                pickup_id=str(stop.pickup_id),
                status=stop.status.value,
                location_source=stop.location.source,
                location_uncertainty_metres=stop.location.uncertainty_metres,
            )
            for stop in track.stops
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def gpx(day: DayTracks) -> str:
    """Hubs as waypoints, and a route with its points for each collector."""
    ET.register_namespace("", _GPX)
    root = ET.Element(f"{{{_GPX}}}gpx", {"version": "1.1", "creator": "Weighback"})
    for hub in day.hubs:
        _point(root, "wpt", hub.location, hub.name)
    for number, track in enumerate(day.tracks, 1):
        route = ET.SubElement(root, f"{{{_GPX}}}rte")
        ET.SubElement(route, f"{{{_GPX}}}name").text = f"{day.date.isoformat()} {track.collector}"
        ET.SubElement(route, f"{{{_GPX}}}number").text = str(number)
        for name, place in _named_path(track):
            _point(route, "rtept", place, name)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _named_path(track: Track) -> list[tuple[str, Location]]:
    numbers = iter(track.stops)
    return [
        ("hub", place) if place is track.hub else (str(next(numbers).position), place)
        for place in track.path()
    ]


def _point(parent: ET.Element, kind: str, place: Location, name: str) -> None:
    at = {"lat": f"{place.latitude:.{_DIGITS}f}", "lon": f"{place.longitude:.{_DIGITS}f}"}
    point = ET.SubElement(parent, f"{{{_GPX}}}{kind}", at)
    ET.SubElement(point, f"{{{_GPX}}}name").text = name


def _position(place: Location) -> list[float]:
    return [round(place.longitude, _DIGITS), round(place.latitude, _DIGITS)]


def _feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }
