"""Waiting for something to happen, with a deadline, never by sleeping and hoping."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120.0
"""Generous: it costs nothing where all goes well, and a busy machine is no fault of the code."""
_LOOK_EVERY_SECONDS = 0.01


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Return as soon as `happened()` is true; fail the test, naming `what`, if it stays false."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s for this to happen: {what}")
        time.sleep(_LOOK_EVERY_SECONDS)
