"""`python -m docs.screenshots`: take all pictures of the documentation anew, into this folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from docs.screenshots import demo, hub, merchant, route_sheet

FOLDER = Path(__file__).parent
FACES = (route_sheet, hub, merchant, demo)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            # As root Chromium refuses to build its sandbox; containers give it too little shared memory.
            args=["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        for face in FACES:
            face.take(browser, FOLDER)
        browser.close()


main()
