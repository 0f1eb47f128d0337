"""Signed webhooks per second: the service against a bare endpoint that makes the same inserts.

Both run under the same server on the same kind of database, and take turns within one run, so that
whatever else the machine does falls on both. Example:

    .venv/bin/python -m benchmarks.inbound --seconds 5 --rounds 4 --json inbound.json

PostgreSQL is the one that the tests use (see tests/postgres.py).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table
from twilio.request_validator import RequestValidator

from benchmarks.floor import PATH
from benchmarks.load import Outcome, drive
from benchmarks.setting import PHONES, PUBLIC_URL, TOKEN, environment, fresh_database
from tests import postgres

TEXTS = ("BALANCE", "NEXT", "RATES", "what is this?")
WARM_UP_SECONDS = 1.0
START_TIMEOUT_SECONDS = 30
TARGET_RATIO = 0.6
COMMANDS = {
    "weighback": [sys.executable, "-c", "from app.cli import main; main()", "serve", "--host", "127.0.0.1"],
    "floor": [
        *(sys.executable, "-m", "uvicorn", "--factory", "benchmarks.floor:create_app"),
        *("--log-level", "warning", "--no-access-log"),
    ],
}


def signed_requests() -> Iterator[bytes]:
    """An endless stream of distinct, genuinely signed texts, as raw HTTP."""
    validator = RequestValidator(TOKEN)
    for number in itertools.count():
        form = {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "AccountSid": "AC00000000000000000000000000000000",
            "From": PHONES[number % len(PHONES)],
            "To": "+2348000009999",
            "Body": TEXTS[(number + number // len(PHONES)) % len(TEXTS)],
            "NumMedia": "0",
            "NumSegments": "1",
        }
        body = urlencode(form).encode()
        signature = validator.compute_signature(PUBLIC_URL + PATH, form)
        yield (
            f"POST {PATH} HTTP/1.1\r\nHost: sms.example.org\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


@contextmanager
def server(side: str, database_url: str) -> Iterator[int]:
    """One of the two servers in a process of its own; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [*COMMANDS[side], "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=os.environ | environment(database_url), stdout=log, stderr=log
        )
        try:
            if not _listens(port, process):
                log.seek(0)
                raise SystemExit(f"the {side} server did not start:\n{log.read().decode()}")
            yield port
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_SECONDS)


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def compare(dialect: str, *, seconds: float, rounds: int, connections: int) -> dict[str, Outcome]:
    """Both sides in turn, `rounds` times `seconds` each, on a fresh database of `dialect` each."""
    outcomes = {side: Outcome() for side in COMMANDS}
    with ExitStack() as stack:
        postgresql = stack.enter_context(postgres.server(durable=True)) if dialect == "postgresql" else None
        databases = [stack.enter_context(fresh_database(dialect, postgresql)) for _ in COMMANDS]
        ports = {
            side: stack.enter_context(server(side, url))
            for side, url in zip(COMMANDS, databases, strict=True)
        }
        requests = signed_requests()
        for port in ports.values():
            asyncio.run(drive(port, [requests] * connections, WARM_UP_SECONDS))
        for number in range(rounds):
            for side in sorted(ports, reverse=bool(number % 2)):
                batch = iter(list(itertools.islice(requests, int(seconds * 3000))))
                outcomes[side].add(asyncio.run(drive(ports[side], [batch] * connections, seconds)))
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4, help="length of one round of one side")
    parser.add_argument("--rounds", type=int, default=4, help="rounds of each side")
    parser.add_argument("--connections", type=int, default=8, help="texts under way at once")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()

    table = Table("database", "side", "texts/s", "median ms", "99th ms", "failures", "ratio to floor")
    figures: dict[str, object] = {"load_average": os.getloadavg(), "target_ratio": TARGET_RATIO}
    for dialect in options.databases.split(","):
        outcomes = compare(
            dialect, seconds=options.seconds, rounds=options.rounds, connections=options.connections
        )
        for side, outcome in outcomes.items():
            row = {
                "per_second": round(outcome.per_second, 1),
                "median_ms": round(outcome.percentile_ms(50), 2),
                "p99_ms": round(outcome.percentile_ms(99), 2),
                "failures": outcome.failures,
                "ratio_to_floor": round(outcome.per_second / outcomes["floor"].per_second, 3),
            }
            figures[f"{dialect}/{side}"] = row
            table.add_row(dialect, side, *(str(value) for value in row.values()))
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
