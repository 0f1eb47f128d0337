"""Travel times without a map: as the crow flies, with a detour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.kernel.place import EARTH_RADIUS_METRES, Location
from app.routing.ways import IntArray, Points, Ways

_METRES_PER_KILOMETRE = 1000
_SECONDS_PER_HOUR = 3600


class StraightLine:
    """Great-circle distance times `detour_factor`, at an even `kilometres_per_hour`."""

    def __init__(self, *, kilometres_per_hour: float, detour_factor: float) -> None:
        self._metres_per_second = kilometres_per_hour * _METRES_PER_KILOMETRE / _SECONDS_PER_HOUR
        self._detour_factor = detour_factor

    def between(self, points: Sequence[Location]) -> Ways:
        return StraightWays(points, self._detour_factor, self._metres_per_second)


class StraightWays:
    """Ways that are worked out when asked for."""

    def __init__(self, points: Sequence[Location], detour_factor: float, metres_per_second: float) -> None:
        latitudes = np.radians([point.latitude for point in points])
        longitudes = np.radians([point.longitude for point in points])
        self._on_sphere: npt.NDArray[np.float64] = np.stack(
            (
                np.cos(latitudes) * np.cos(longitudes),
                np.cos(latitudes) * np.sin(longitudes),
                np.sin(latitudes),
            ),
            axis=1,
        )
        self._detour_factor = detour_factor
        self._metres_per_second = metres_per_second

    @property
    def size(self) -> int:
        return len(self._on_sphere)

    def metres(self, starts: Points, ends: Points) -> IntArray:
        """Along the great circle: the chord through the sphere is 2 sin(angle / 2)."""
        here, there = self._on_sphere[np.asarray(starts, int)], self._on_sphere[np.asarray(ends, int)]
        squared = np.zeros((len(here), len(there)))
        for axis in range(3):
            squared += np.square(here[:, axis, None] - there[None, :, axis])
        angles = 2 * np.arcsin(np.minimum(1, np.sqrt(squared) / 2))
        return np.rint(EARTH_RADIUS_METRES * self._detour_factor * angles).astype(np.int64)

    def seconds(self, starts: Points, ends: Points) -> IntArray:
        return np.rint(self.metres(starts, ends) / self._metres_per_second).astype(np.int64)
