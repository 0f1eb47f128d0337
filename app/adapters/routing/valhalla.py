"""Ways by Valhalla's matrix service: https://valhalla.github.io/valhalla/api/matrix/api-reference/
(`POST /sources_to_targets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Any

import httpx

from app.adapters.routing.matrix_server import Block, Point, ServerFailed, table

_METRES_PER_KILOMETRE = 1000


class Valhalla:
    """`pairs_max` as the server's `max_matrix_location_pairs` (2,500 unless it was set otherwise)."""

    name = "valhalla"

    def __init__(self, *, url: str, costing: str, pairs_max: int, timeout_seconds: float) -> None:
        self.block_points = isqrt(pairs_max)
        self._address = f"{url.rstrip('/')}/sources_to_targets"
        self._costing = costing
        self._client = httpx.Client(timeout=timeout_seconds)

    def ask(self, sources: Sequence[Point], targets: Sequence[Point]) -> Block:
        answer = self._client.post(
            self._address,
            json={
                "sources": [{"lat": latitude, "lon": longitude} for latitude, longitude in sources],
                "targets": [{"lat": latitude, "lon": longitude} for latitude, longitude in targets],
                "costing": self._costing,
                "units": "kilometers",
                "verbose": False,
            },
        )
        try:
            body = answer.json()
        except ValueError as error:
            raise ServerFailed(f"Valhalla answered {answer.status_code} without JSON") from error
        if answer.is_error or not isinstance(body, dict):
            why = body.get("error", "") if isinstance(body, dict) else ""
            raise ServerFailed(f"Valhalla answered {answer.status_code}: {why}")
        seconds, kilometres = _tables(body.get("sources_to_targets"))
        shape = (len(sources), len(targets))
        return table(seconds, *shape), table(kilometres, *shape) * _METRES_PER_KILOMETRE


def _tables(found: Any) -> tuple[Any, Any]:
    """Short answers hold two tables; older servers know long ones alone, with an object for each pair."""
    if isinstance(found, dict):
        return found.get("durations"), found.get("distances")
    try:
        return (
            [[pair["time"] for pair in row] for row in found],
            [[pair["distance"] for pair in row] for row in found],
        )
    except (TypeError, KeyError) as error:
        raise ServerFailed("Valhalla's answer holds no times and distances") from error
