"""Pictures of the demo's own faces: the first page, the phone, the dashboard, the API."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.demo_process import demo

DESKTOP = {"width": 1200, "height": 1000}
WITH_SWITCHES = {"width": 1200, "height": 1340}
FACES = (("start", "/"), ("dashboard", "/dashboard"), ("api", "/docs"))
NEIGHBOUR = "+2348000000100"


def take(browser: Browser, folder: Path) -> None:
    """Write `start.png`, `simulator.png`, `dashboard.png` and `api.png` into `folder`."""
    with tempfile.TemporaryDirectory() as place, demo(Path(place)) as running:
        context = browser.new_context(base_url=str(running.visitor.base_url), viewport=DESKTOP)
        page = context.new_page()
        for name, path in FACES:
            page.goto(path)
            page.screenshot(path=folder / f"{name}.png")
        page.set_viewport_size(WITH_SWITCHES)
        phone = f"/simulator?phone={NEIGHBOUR.replace('+', '%2B')}"
        page.goto(phone)
        for word, answer in (("BALANCE", "your credit is"), ("NEXT", "Your next pickup")):
            page.get_by_role("button", name=word, exact=True).click()
            answers = page.get_by_role("log").get_by_role("listitem").filter(has_text="Weighback:")
            expect(answers.last).to_contain_text(answer)
        page.get_by_role("button", name="*347*55#").click()
        expect(page.get_by_role("status")).to_contain_text("CON")
        page.get_by_role("button", name="Duplicate delivery").click()
        expect(page.get_by_text("Trouble is on")).to_be_visible()
        page.goto(phone)  # the switch had led further down
        page.screenshot(path=folder / "simulator.png")
        context.close()
