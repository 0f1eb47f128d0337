"""Laying a piece of the earth out in a picture: degrees to pixels, and neighbours far enough apart to be read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.kernel.place import EARTH_RADIUS_METRES, Location

WIDTH: Final = 360
TALLEST: Final = 420
LOWEST: Final = 200
MARGIN: Final = 22
APART: Final = 14.0
"""Pixels between the middles of two numbered stops."""
_NARROWEST_METRES: Final = 300
_TOUCHING: Final = 0.1
_PUSHES: Final = 15
_TURN: Final = 2.4
"""Radians, near the golden angle: many at one spot part in as many directions."""

Spot = tuple[float, float]
"""Pixels from the left and from the top."""


@dataclass(frozen=True)
class Frame:
    """How degrees become pixels."""

    middle: Location
    pixels_per_metre: float
    height: int

    @classmethod
    def around(cls, places: Sequence[Location]) -> Frame:
        if not places:
            return cls(Location(0, 0), (WIDTH - 2 * MARGIN) / _NARROWEST_METRES, LOWEST)
        north, south = max(p.latitude for p in places), min(p.latitude for p in places)
        east, west = max(p.longitude for p in places), min(p.longitude for p in places)
        middle = Location((north + south) / 2, (east + west) / 2)
        tall = max(math.radians(north - south) * EARTH_RADIUS_METRES, _NARROWEST_METRES)
        shrunk = math.cos(math.radians(middle.latitude))
        wide = max(math.radians(east - west) * EARTH_RADIUS_METRES * shrunk, _NARROWEST_METRES)
        scale = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - 3 * MARGIN) / tall)
        return cls(middle, scale, round(min(max(tall * scale + 3 * MARGIN, LOWEST), TALLEST)))

    def point(self, place: Location) -> Spot:
        east = math.radians(place.longitude - self.middle.longitude) * EARTH_RADIUS_METRES
        east *= math.cos(math.radians(self.middle.latitude))
        north = math.radians(place.latitude - self.middle.latitude) * EARTH_RADIUS_METRES
        # The scale and the arrow stand below, in a margin of their own.
        return (
            WIDTH / 2 + east * self.pixels_per_metre,
            (self.height - MARGIN) / 2 - north * self.pixels_per_metre,
        )


def spread(at: Mapping[UUID, Spot]) -> dict[UUID, Spot]:
    """Pushed apart where they would cover each other, by a few pixels: neighbours on one street stay legible."""
    keys = sorted(at)
    spots = {key: list(at[key]) for key in keys}
    for _ in range(_PUSHES):
        for number, one in enumerate(keys):
            for other in keys[:number]:
                _part(spots[one], spots[other], _TURN * number)
    edge = APART / 2
    return {key: (min(max(x, edge), WIDTH - edge), max(y, edge)) for key, (x, y) in spots.items()}


def _part(one: list[float], other: list[float], angle: float) -> None:
    across, down = one[0] - other[0], one[1] - other[1]
    apart = math.hypot(across, down)
    if apart >= APART:
        return
    if apart > _TOUCHING:
        angle = math.atan2(down, across)
    push = (APART - apart) / 2
    for spot, sign in ((one, push), (other, -push)):
        spot[0] += sign * math.cos(angle)
        spot[1] += sign * math.sin(angle)
