"""Travel times from a routing server, asked in blocks, remembered, and straight lines where it does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Final, Protocol

import httpx
import numpy as np
import numpy.typing as npt
import structlog

from app.kernel.place import Location
from app.routing.ports import TravelTimes
from app.routing.ways import TableWays, Ways

PLACES_REMEMBERED: Final = 3_000
"""All ways between so many places are some 72 MB; with the next one everything is forgotten."""
PAUSE_SECONDS: Final = 60
"""A server that failed is left alone for so long."""
_DIGITS: Final = 4
"""Decimals of a degree that tell places apart: about 11 metres."""
_UNKNOWN: Final = -1
_NO_WAY: Final = -2

Point = tuple[float, float]
"""Latitude, longitude; rounded."""
Block = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Seconds and metres from each source (row) to each target; nan where the server knows no way."""

log = structlog.get_logger()


class ServerFailed(Exception):
    """No table; the sentence says why."""


class MatrixServer(Protocol):
    name: str
    block_points: int
    """How many sources, and how many targets, one question may have."""

    def ask(self, sources: Sequence[Point], targets: Sequence[Point]) -> Block:
        """Raises `ServerFailed` and `httpx.HTTPError`."""
        ...


class ServerTimes:
    """Ways as a routing server has them. Threads may share it; they ask one after the other.

    Where the server does not answer, or a day has more than `points_max` places, all ways are `instead`'s, with a
    warning in the log; where it knows no way between two places, that way is.
    """

    def __init__(self, server: MatrixServer, instead: TravelTimes, *, points_max: int) -> None:
        self._server = server
        self._instead = instead
        self._points_max = min(points_max, PLACES_REMEMBERED)
        self._known = _Known()
        self._asking = threading.Lock()
        self._left_alone_until = 0.0

    def between(self, points: Sequence[Location]) -> Ways:
        places = [(round(one.latitude, _DIGITS), round(one.longitude, _DIGITS)) for one in points]
        if len(set(places)) > self._points_max:
            return self._otherwise(points, f"more than {self._points_max} places")
        if time.monotonic() < self._left_alone_until:
            return self._otherwise(points, "the server failed a moment ago")
        try:
            with self._asking:
                seconds, metres = self._tables(places)
        except (ServerFailed, httpx.HTTPError) as error:
            self._left_alone_until = time.monotonic() + PAUSE_SECONDS
            return self._otherwise(points, f"{type(error).__name__}: {error}")
        straight = self._instead.between(points)
        everything = np.arange(len(points))
        missing = seconds < 0
        if missing.any():
            seconds = np.where(missing, straight.seconds(everything, everything), seconds)
            metres = np.where(missing, straight.metres(everything, everything), metres)
        return TableWays(seconds, metres)

    def _tables(self, places: Sequence[Point]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        if not self._known.has_room_for(places):
            self._known = _Known()
        self._known.make_room_for(places)
        self._learn(self._known, list(dict.fromkeys(places)))
        return self._known.tables(places)

    def _learn(self, known: _Known, places: Sequence[Point]) -> None:
        size = self._server.block_points
        for first in range(0, len(places), size):
            sources = places[first : first + size]
            for start in range(0, len(places), size):
                targets = places[start : start + size]
                if known.lacks(sources, targets):
                    known.keep(sources, targets, self._server.ask(sources, targets))

    def _otherwise(self, points: Sequence[Location], why: str) -> Ways:
        log.warning("travel_times_fell_back", server=self._server.name, places=len(points), why=why)
        return self._instead.between(points)


class _Known:
    """The ways between the places seen so far, as two square tables."""

    def __init__(self) -> None:
        self._number: dict[Point, int] = {}
        self._seconds = np.full((0, 0), _UNKNOWN, dtype=np.int32)
        self._metres = np.full((0, 0), _UNKNOWN, dtype=np.int32)

    def has_room_for(self, places: Sequence[Point]) -> bool:
        return len(self._number.keys() | set(places)) <= PLACES_REMEMBERED

    def make_room_for(self, places: Sequence[Point]) -> None:
        new = [place for place in dict.fromkeys(places) if place not in self._number]
        self._number |= {place: number for number, place in enumerate(new, len(self._number))}
        more = len(self._number) - len(self._seconds)
        if more:
            self._seconds = np.pad(self._seconds, (0, more), constant_values=_UNKNOWN)
            self._metres = np.pad(self._metres, (0, more), constant_values=_UNKNOWN)

    def lacks(self, sources: Sequence[Point], targets: Sequence[Point]) -> bool:
        return bool((self._seconds[self._where(sources, targets)] == _UNKNOWN).any())

    def keep(self, sources: Sequence[Point], targets: Sequence[Point], block: Block) -> None:
        where = self._where(sources, targets)
        for table, found in zip((self._seconds, self._metres), block, strict=True):
            table[where] = np.rint(np.where(np.isnan(found), _NO_WAY, found)).astype(np.int32)

    def tables(self, places: Sequence[Point]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        where = self._where(places, places)
        seconds, metres = self._seconds[where], self._metres[where]
        same = np.array([self._number[place] for place in places])
        alike = same[:, None] == same[None, :]
        return np.where(alike, 0, seconds), np.where(alike, 0, metres)

    def _where(
        self, sources: Sequence[Point], targets: Sequence[Point]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        rows = np.array([self._number[place] for place in sources], dtype=np.intp)
        columns = np.array([self._number[place] for place in targets], dtype=np.intp)
        return rows[:, None], columns[None, :]


def table(given: object, rows: int, columns: int) -> npt.NDArray[np.float64]:
    """A server's nested lists, null for no way. Raises `ServerFailed` for any other shape."""
    try:
        found = np.array(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise ServerFailed("the answer holds no table of numbers") from error
    if found.shape != (rows, columns):
        raise ServerFailed(f"the answer's table is {found.shape}, not {(rows, columns)}")
    if (found < 0).any():
        raise ServerFailed("the answer has ways shorter than nothing")
    return found
