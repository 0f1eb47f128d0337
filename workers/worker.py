"""The scheduled worker: runs every job on its nudges and its schedule, or drains all that is due."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import FrameType

import structlog

from app.container import Container
from app.kernel.clock import FixedClock
from workers.engine import BEAT_SECONDS, ROUNDS_MAX, SILENT_SECONDS, Engine, EngineJob
from workers.registry import Registry

log = structlog.get_logger()


class Worker:
    """All jobs of `registry`, between `start` and `stop`. One per process; may share it with the web faces."""

    def __init__(
        self,
        container: Container,
        registry: Registry,
        *,
        beat_seconds: float = BEAT_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        work = [
            EngineJob(job.name, partial(job.handler, container), job.cron) for job in registry.jobs.values()
        ]
        self._engine = Engine(
            container.database, work, beat_seconds=beat_seconds, silent_seconds=silent_seconds
        )

    def start(self) -> None:
        self._engine.start()

    def stop(self, *, wait_seconds: int = 10) -> None:
        self._engine.stop(wait_seconds=wait_seconds)


def run(container: Container, registry: Registry) -> None:
    """Work until SIGTERM or SIGINT, then finish what is running. Must be called in the main thread."""
    asked_to_stop = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker = Worker(container, registry)
    worker.start()
    log.info("worker_started", jobs=list(registry.jobs))
    asked_to_stop.wait()
    worker.stop()
    log.info("worker_stopped")


def drain(container: Container, registry: Registry, as_of: datetime | None = None) -> int:
    """Run every job in registration order, round after round, until a round finds nothing due.

    The clock stands still, at `as_of` or at the moment of the call. Jobs run here in this thread, not in
    the engine: a drain may go on beside a worker, in its process or another, because what is due is
    settled by the features' rows and leases alone. Returns how many things were done.
    Raises what a job raises, and `RuntimeError` where there is no end to it.
    """
    still = replace(container, clock=FixedClock(as_of or container.clock.now()))
    done = 0
    for _ in range(ROUNDS_MAX):
        done_before = done
        for job in registry.jobs.values():
            count = job.handler(still)
            if count:
                log.info("drained", job=job.name, count=count)
            done += count
        if done == done_before:
            return done
    raise RuntimeError(f"work is still due after {ROUNDS_MAX} rounds")
