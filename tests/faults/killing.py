"""Running workers that die, from a test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class DoomedWorkers:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def work_until_step(self, fatal_step: int, minutes_ahead: int = 0) -> bool:
        """Have a worker drain, killed at that step. False = it was done before it got there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{fatal_step} {minutes_ahead}\n")
        self._process.stdin.flush()
        outcome = self._process.stdout.readline().strip()
        assert outcome in {"killed", "done"}, f"the worker ended otherwise: {outcome!r}"
        return outcome == "killed"


@contextmanager
def doomed_workers(jobs: list[str], settings: Mapping[str, str]) -> Iterator[DoomedWorkers]:
    """Workers that know `jobs` only; `settings` without their prefix."""
    environment = os.environ | {f"WEIGHBACK_{name}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.doomed_worker", *jobs],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield DoomedWorkers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()
