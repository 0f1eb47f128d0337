"""Travel times without a map: as the crow flies, with a detour."""

from __future__ import annotations

from collections.abc import Sequence

from app.kernel.place import Location, distance_metres
from app.routing.ports import Ways

_METRES_PER_KILOMETRE = 1000
_SECONDS_PER_HOUR = 3600


class StraightLine:
    """Great-circle distance times `detour_factor`, at an even `kilometres_per_hour`."""

    def __init__(self, *, kilometres_per_hour: float, detour_factor: float) -> None:
        self._metres_per_second = kilometres_per_hour * _METRES_PER_KILOMETRE / _SECONDS_PER_HOUR
        self._detour_factor = detour_factor

    def between(self, points: Sequence[Location]) -> Ways:
        metres = [[0] * len(points) for _ in points]
        for row, start in enumerate(points):
            for column in range(row):
                way = round(distance_metres(start, points[column]) * self._detour_factor)
                metres[row][column] = metres[column][row] = way
        seconds = [[round(way / self._metres_per_second) for way in row] for row in metres]
        return Ways(seconds, metres)
