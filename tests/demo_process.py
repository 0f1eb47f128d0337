"""`weighback demo` as a process, for whoever wants to use it as a visitor does."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "demo"]
STARTS_WITHIN_SECONDS = 120
ENDS_WITHIN_SECONDS = 30


@dataclass
class Demo:
    process: subprocess.Popen[str]
    visitor: httpx.Client
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def office(self) -> dict[str, str]:
        """Headers that let the API's caller in."""
        key = re.search(r"API key +(wb_\S+)", self.said())
        assert key is not None, self.said()
        return {"Authorization": f"Bearer {key[1]}"}

    def texts(self, phone: str) -> str:
        return self.visitor.get("/simulator/thread", params={"phone": phone}).text

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(ENDS_WITHIN_SECONDS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def environment(**given: str) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("WEIGHBACK_")}
    # The tree under test, whatever else is installed.
    return {
        **bare,
        "COLUMNS": "120",
        "PYTHONPATH": str(ROOT),
        **{f"WEIGHBACK_{name.upper()}": value for name, value in given.items()},
    }


@contextmanager
def demo(folder: Path, *options: str, **given: str) -> Iterator[Demo]:
    """A demo in `folder` that answers; ended, in the hard way if need be, with the block."""
    port = free_port()
    log = folder / "said.txt"
    with log.open("w") as said:
        process = subprocess.Popen(
            [*COMMAND, "--port", str(port), *options],
            cwd=folder,
            env=environment(**given),
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=60) as visitor:
            started = Demo(process, visitor, log)
            _wait_for_it(started)
            yield started
    finally:
        process.kill()
        process.wait()


def _wait_for_it(started: Demo) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while "Ctrl-C" not in started.said():
        assert started.process.poll() is None, started.said()
        assert time.monotonic() < deadline, started.said()
        time.sleep(0.05)
    assert started.visitor.get("/readyz").status_code == 200
