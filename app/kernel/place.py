"""Where something is on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_RADIUS_METRES = 6_371_008.8
"""Mean radius R1, IUGG."""
FARTHEST_FROM_ZONE_METRES = 15_000
"""A place beyond that is a slip of the finger, or another town's."""


@dataclass(frozen=True)
class Location:
    """A point in WGS 84 degrees, with how it was learnt and how far off it may be."""

    latitude: float
    longitude: float
    source: str = "unknown"
    uncertainty_metres: int | None = None


def distance_metres(a: Location, b: Location) -> float:
    """Great-circle distance (haversine formula)."""
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat = (phi_b - phi_a) / 2
    half_lon = math.radians(b.longitude - a.longitude) / 2
    h = math.sin(half_lat) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_METRES * math.asin(math.sqrt(h))


def bearing_degrees(start: Location, end: Location) -> float:
    """The direction in which one sets out from `start` along the great circle; 0 is north, 90 east."""
    phi_a, phi_b = math.radians(start.latitude), math.radians(end.latitude)
    across = math.radians(end.longitude - start.longitude)
    east = math.sin(across) * math.cos(phi_b)
    north = math.cos(phi_a) * math.sin(phi_b) - math.sin(phi_a) * math.cos(phi_b) * math.cos(across)
    return math.degrees(math.atan2(east, north)) % 360
