"""A small closed-loop HTTP/1.1 client: pre-built requests over kept-open connections, latencies out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What one round measured."""

    seconds: float = 0
    latencies_seconds: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies_seconds) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """Nearest-rank percentile, in milliseconds."""
        ordered = sorted(self.latencies_seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def share_within(self, milliseconds: float) -> float:
        """Of all that was asked, failures included."""
        asked = len(self.latencies_seconds) + self.failures
        return sum(latency * 1000 <= milliseconds for latency in self.latencies_seconds) / max(1, asked)

    def add(self, other: Outcome) -> None:
        self.seconds += other.seconds
        self.latencies_seconds += other.latencies_seconds
        self.failures += other.failures


async def drive(port: int, requests: Sequence[Iterator[bytes]], seconds: float) -> Outcome:
    """Send each of `requests` over a connection of its own until `seconds` have passed, one at a time.

    The same iterator may stand there several times: its requests are then shared out.
    """
    outcome = Outcome()
    started = time.perf_counter()
    await asyncio.gather(*(_converse(port, each, started + seconds, outcome) for each in requests))
    outcome.seconds = time.perf_counter() - started
    return outcome


async def _converse(port: int, requests: Iterator[bytes], until: float, outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.perf_counter() < until:
            request = next(requests)
            sent = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_content_length(head))
            if head.startswith(b"HTTP/1.1 200"):
                outcome.latencies_seconds.append(time.perf_counter() - sent)
            else:
                outcome.failures += 1
    finally:
        writer.close()
        await writer.wait_closed()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without a length")
