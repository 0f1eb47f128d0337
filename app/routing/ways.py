"""How long the ways between points are, asked in blocks: a big day never holds a table of all pairs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
Points: TypeAlias = Sequence[int] | IntArray
"""Numbers of points, in the order in which they were given; 0 is the first."""

_BLOCK_ROWS = 256


class Ways(Protocol):
    """The ways between points. Equal points may lie at one place; from each to itself the way is 0.

    Several threads may ask at once.
    """

    @property
    def size(self) -> int:
        """How many points there are."""
        ...

    def seconds(self, starts: Points, ends: Points) -> IntArray:
        """From each of `starts` (row) to each of `ends` (column). Never negative."""
        ...

    def metres(self, starts: Points, ends: Points) -> IntArray:
        """As `seconds`."""
        ...


class TableWays:
    """Ways that are known pair by pair: from a routing server, or small enough to write down."""

    def __init__(self, seconds: npt.ArrayLike, metres: npt.ArrayLike | None = None) -> None:
        """Square tables, rows are starts; without `metres` they equal the seconds. Raises `ValueError`."""
        self._seconds = np.asarray(seconds, dtype=np.int32)
        self._metres = self._seconds if metres is None else np.asarray(metres, dtype=np.int32)
        shape = self._seconds.shape
        if len(shape) != 2 or shape[0] != shape[1] or self._metres.shape != shape:  # noqa: PLR2004 - rows, columns
            raise ValueError("a table of ways is square, and has as many metres as seconds")
        if shape[0] and (self._seconds.min() < 0 or self._metres.min() < 0):
            raise ValueError("no way is shorter than nothing")

    @property
    def size(self) -> int:
        return len(self._seconds)

    def seconds(self, starts: Points, ends: Points) -> IntArray:
        return _block(self._seconds, starts, ends)

    def metres(self, starts: Points, ends: Points) -> IntArray:
        return _block(self._metres, starts, ends)


def _block(table: npt.NDArray[np.int32], starts: Points, ends: Points) -> IntArray:
    found: IntArray = table[np.asarray(starts, int)[:, None], np.asarray(ends, int)].astype(np.int64)
    return found


def nearest(ways: Ways, points: Points, count: int) -> IntArray:
    """The `count` (or all others, where fewer) nearest of `points` to each of them, by seconds there.

    Row and values are places within `points`; the nearest first, of equals the one that comes first.
    """
    among = np.asarray(points, dtype=np.int64)
    count = max(0, min(count, len(among) - 1))
    found = np.empty((len(among), count), dtype=np.int64)

    def fill(first: int) -> None:
        rows = np.arange(first, min(first + _BLOCK_ROWS, len(among)))
        # One number to sort by: seconds first, then the place.
        keys = ways.seconds(among[rows], among) * len(among)
        keys += np.arange(len(among))
        keys[np.arange(len(rows)), rows] = np.iinfo(np.int64).max
        if count < len(among) - 1:
            keys.partition(count, axis=1)
            keys = keys[:, :count]
        found[rows] = np.sort(keys, axis=1)[:, :count] % len(among)

    # What takes the time is done outside the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(fill, range(0, len(among), _BLOCK_ROWS)):
            pass
    return found


def path_metres(ways: Ways, path: Sequence[int]) -> int:
    """Along `path`, from point to point."""
    return sum(int(ways.metres([start], [end])[0, 0]) for start, end in pairwise(path))
