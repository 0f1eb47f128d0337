"""Ways by OSRM's table service: https://project-osrm.org/docs/ (`GET /table/v1/{profile}/{coordinates}`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from app.adapters.routing.matrix_server import Block, Point, ServerFailed, table


class Osrm:
    """`block_points` as the server's `--max-table-size` (100 unless it was started otherwise)."""

    name = "osrm"

    def __init__(self, *, url: str, profile: str, block_points: int, timeout_seconds: float) -> None:
        self.block_points = block_points
        self._address = f"{url.rstrip('/')}/table/v1/{profile}"
        self._client = httpx.Client(timeout=timeout_seconds)

    def ask(self, sources: Sequence[Point], targets: Sequence[Point]) -> Block:
        coordinates = ";".join(
            f"{longitude:.4f},{latitude:.4f}" for latitude, longitude in (*sources, *targets)
        )
        answer = self._client.get(
            f"{self._address}/{coordinates}",
            params={
                "sources": ";".join(map(str, range(len(sources)))),
                "destinations": ";".join(str(len(sources) + number) for number in range(len(targets))),
                "annotations": "duration,distance",
            },
        )
        body = _read(answer)
        if body.get("code") != "Ok":
            raise ServerFailed(f"OSRM says {body.get('code')}: {body.get('message', '')}")
        shape = (len(sources), len(targets))
        return table(body.get("durations"), *shape), table(body.get("distances"), *shape)


def _read(answer: httpx.Response) -> dict[str, Any]:
    """Errors come with their sentence in the same shape, under a 4xx status."""
    try:
        body = answer.json()
    except ValueError as error:
        raise ServerFailed(f"OSRM answered {answer.status_code} without JSON") from error
    if not isinstance(body, dict):
        raise ServerFailed(f"OSRM answered {answer.status_code} without an object")
    return body
