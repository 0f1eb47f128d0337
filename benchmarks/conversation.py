"""How fast people are answered: turns of the pure engine, and USSD turns through the whole service.

The engine's figure is turns per second in one process, with the facts at hand: understanding what was typed,
finding who hears it, deciding, and writing the answer, as a text and as a screen. The service's figure is USSD
turns against the bare floor of `benchmarks.inbound`, with many callers at once; `within_300ms` is the share of
turns that a caller waited at most 300 ms for. Example:

    .venv/bin/python -m benchmarks.conversation --callers 50 --seconds 4 --json conversation.json
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from app.conversation.catalogue import Catalogue
from app.conversation.engine import Position
from app.conversation.rendering import as_text
from app.conversation.screens import as_screens
from app.conversation.states import Step
from app.flows import longest, registry
from app.settings import load_settings
from benchmarks.inbound import server, signed_requests
from benchmarks.load import Outcome, drive
from benchmarks.setting import PHONES, USSD_PATH, fresh_database
from tests import postgres

PATIENCE_MS: Final = 300
TARGET_WITHIN: Final = 0.95
WARM_UP_SECONDS: Final = 1.0
SAID: Final = ("BALANCE", "balans pls", "when una go come", "ina so in gaya muku wani abu", "2", "STOP IT")
CALLS: Final = (("", "3"), ("", "2", "2*1"), ("", "5"), ("", "1"))
"""What gateways send in ordinary calls: balance, a pickup, prices, the next pickup."""


def engine_turns(seconds: float) -> dict[str, float]:
    """Turns per second of the engine alone, per channel."""
    catalogue = Catalogue.load(registry.TEXTS, load_settings(environment="test").languages)
    engine = registry.engine(catalogue)
    facts = longest.longest_facts(catalogue)
    rates = {}
    for channel in ("text", "screen"):
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            said = SAID[done % len(SAID)]
            route = engine.route(engine.understand(said, Position()), Position())
            outcome = engine.run(route, facts)
            while not isinstance(outcome, Step):
                outcome = engine.run(outcome, facts)
            if outcome.reply and channel == "text":
                as_text(outcome.reply, catalogue, "en")
            elif outcome.reply:
                as_screens(outcome.reply, catalogue, "en")
            done += 1
        rates[channel] = done / (time.perf_counter() - started)
    return rates


def calls(caller: int, callers: int) -> Iterator[bytes]:
    """An endless row of USSD calls of one caller after the other, as raw HTTP, each turn after the one before."""
    for number in itertools.count():
        phone = PHONES[(caller + number * callers) % len(PHONES)]
        session_id = f"ATUid_{caller}_{number}_{time.time_ns()}"
        for text in CALLS[number % len(CALLS)]:
            form = {
                "sessionId": session_id,
                "phoneNumber": phone,
                "networkCode": "62130",
                "serviceCode": "*347*55#",
                "text": text,
            }
            body = urlencode(form).encode()
            yield (
                f"POST {USSD_PATH} HTTP/1.1\r\nHost: ussd.example.org\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body


def compare(dialect: str, *, seconds: float, rounds: int, callers: int) -> dict[str, Outcome]:
    """USSD turns of the service and bare inserts in turn, on a fresh database of `dialect` each."""
    outcomes = {"weighback": Outcome(), "floor": Outcome()}
    with ExitStack() as stack:
        postgresql = stack.enter_context(postgres.server(durable=True)) if dialect == "postgresql" else None
        ports = {
            side: stack.enter_context(server(side, stack.enter_context(fresh_database(dialect, postgresql))))
            for side in outcomes
        }
        asked = {
            "weighback": [calls(caller, callers) for caller in range(callers)],
            "floor": [signed_requests()] * callers,
        }
        for side, port in ports.items():
            asyncio.run(drive(port, asked[side], WARM_UP_SECONDS))
        for number in range(rounds):
            for side in sorted(ports, reverse=bool(number % 2)):
                outcomes[side].add(asyncio.run(drive(ports[side], asked[side], seconds)))
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4, help="length of one round of one side")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side")
    parser.add_argument("--callers", type=int, default=50, help="sessions under way at once")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()

    console = Console()
    figures: dict[str, object] = {
        "load_average": os.getloadavg(),
        "target_within_300ms": TARGET_WITHIN,
        "engine_turns_per_second": {
            channel: round(rate) for channel, rate in engine_turns(options.seconds).items()
        },
    }
    console.print(f"The engine alone, turns/s: {figures['engine_turns_per_second']}")
    table = Table("database", "side", "turns/s", "median ms", "95th ms", "within 300 ms", "failures", "ratio")
    for dialect in options.databases.split(","):
        outcomes = compare(dialect, seconds=options.seconds, rounds=options.rounds, callers=options.callers)
        for side, outcome in outcomes.items():
            row = {
                "per_second": round(outcome.per_second, 1),
                "median_ms": round(outcome.percentile_ms(50), 2),
                "p95_ms": round(outcome.percentile_ms(95), 2),
                "within_300ms": round(outcome.share_within(PATIENCE_MS), 4),
                "failures": outcome.failures,
                "ratio_to_floor": round(outcome.per_second / outcomes["floor"].per_second, 3),
            }
            figures[f"{dialect}/{side}"] = row
            table.add_row(dialect, side, *(str(value) for value in row.values()))
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
