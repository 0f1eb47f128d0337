"""How long a collector waits for the first view of a day's sheet, on a phone and a network as they are.

`python -m benchmarks.first_view --json first_view.json`: Chromium with the network emulated as EDGE (240 kbit/s,
840 ms) and the CPU six times slower, over the DevTools protocol; a sheet of 30 stops, nothing in the cache. Measured is
the first contentful paint (Paint Timing, W3C), the bytes that came, and how long until the sheet would open without
network. The emulation adds the latency to each request, but none for making the connection.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import shutil
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from playwright.sync_api import Browser, sync_playwright

from app import bootstrap, migrate
from app.kernel.clock import FixedClock
from app.kernel.place import Location
from app.settings import load_settings
from tests.factories.day import PIN, a_day, another_route
from tests.serving import serving

EDGE = {"offline": False, "latency": 840, "downloadThroughput": 240_000 / 8, "uploadThroughput": 240_000 / 8}
SLOWER = 6
STOPS = 30
MOST_MILLISECONDS = 2_500
_MORNING = datetime(2026, 11, 24, 7, 15, tzinfo=UTC)


def first_view(browser: Browser, address: str, number: str) -> dict[str, Any]:
    """One visit with an empty cache. Milliseconds and bytes."""
    context = browser.new_context(
        base_url=address, viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.request.post("/route/sign-in", form={"phone": number, "pin": PIN})
    protocol = context.new_cdp_session(page)
    arrived: list[int] = []
    protocol.on("Network.loadingFinished", lambda event: arrived.append(int(event["encodedDataLength"])))
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", EDGE)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto("/route", wait_until="load")
    paint = page.evaluate(
        """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))
            .observe({type: 'paint', buffered: true}))"""
    )
    total = sum(arrived)
    ready = page.evaluate(
        """async () => {
            await navigator.serviceWorker.ready;
            while (!(await (await caches.open('sheet')).match('/route'))) await new Promise(r => setTimeout(r, 50));
            return performance.now();
        }"""
    )
    context.close()
    return {"first_view_milliseconds": round(paint), "ready_milliseconds": round(ready), "bytes": total}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    parser.add_argument("--visits", type=int, default=5, help="how many; the median counts (5)")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        settings = load_settings(
            environment="test", database_url=f"sqlite:///{place}/weighback.sqlite3", secret_key="t" * 32
        )
        container = bootstrap.build(settings, clock=FixedClock(_MORNING))
        migrate.upgrade(container.database)
        day = a_day(container.database, _MORNING, _MORNING.date())
        dice = random.Random(1)
        homes: list[tuple[str, str, Location | None]] = [
            (
                f"Home {dice.randrange(10**6)}",
                f"Gate {dice.randrange(99)}, road {dice.randrange(10**4)}, by the {dice.choice(['church', 'mosque', 'borehole'])}",
                Location(6.5 + dice.random() / 50, 3.35 + dice.random() / 50, "plus_code", 15),
            )
            for _ in range(STOPS)
        ]
        with container.database.unit_of_work() as session:
            number = another_route(session, day, _MORNING, homes)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        with serving(container) as address:
            visits = [first_view(browser, address, number) for _ in range(asked.visits)]
        browser.close()
        container.close()
    figures = {name: statistics.median(visit[name] for visit in visits) for name in visits[0]}
    figures |= {"visits": visits, "load": os.getloadavg()[0], "limit_milliseconds": MOST_MILLISECONDS}
    print(json.dumps({name: value for name, value in figures.items() if name != "visits"}, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
