"""Pictures of the collectors' pages."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from app import bootstrap, migrate
from app.kernel.clock import FixedClock
from app.settings import load_settings
from tests.factories.day import PIN, a_day
from tests.serving import serving

_MORNING = datetime(2026, 11, 24, 7, 15, tzinfo=UTC)
_ALSO_DARK = ("stop", "today")
_PHONE = {"width": 360, "height": 640}


def take(browser: Browser, folder: Path) -> None:
    """Write `route-*.png` into `folder`: a phone of 360x640, by day and, where it matters, by night."""
    with tempfile.TemporaryDirectory() as place:
        settings = load_settings(
            environment="test", database_url=f"sqlite:///{place}/weighback.sqlite3", secret_key="t" * 32
        )
        container = bootstrap.build(settings, clock=FixedClock(_MORNING))
        migrate.upgrade(container.database)
        a_day(container.database, _MORNING, _MORNING.date())
        with serving(container) as address:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    base_url=address,
                    viewport=_PHONE,
                    device_scale_factor=1,
                    is_mobile=True,
                    has_touch=True,
                    java_script_enabled=False,
                    color_scheme=scheme,
                )
                _walk(context.new_page(), folder, "" if scheme == "light" else "-dark")
                context.close()
        container.close()


def _walk(page: Page, folder: Path, suffix: str) -> None:
    def picture(name: str) -> None:
        if suffix and name not in _ALSO_DARK:
            return
        page.screenshot(path=folder / f"route-{name}{suffix}.png", full_page=True)

    page.goto("/route")
    picture("sign-in")
    page.get_by_label("Your phone number").fill("0800 000 9001")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()
    page.get_by_role("link", name="Next stop").tap()
    page.get_by_label("Plastic bottles").fill("2,5")
    page.get_by_label("Aluminium cans").fill("0.35kg")
    picture("stop")
    page.get_by_label("Cardboard").fill("12..5")
    page.get_by_role("button", name="Save weights").tap()
    picture("mistake")
    page.get_by_label("Cardboard").fill("12.5")
    page.get_by_role("button", name="Save weights").tap()
    picture("saved")
    page.get_by_role("link", name="Next stop").tap()
    page.get_by_text("Could not collect").tap()
    page.get_by_label("Nobody home").tap()
    picture("could-not-collect")
    page.get_by_role("button", name="Save as not collected").tap()
    page.get_by_role("link", name="Back to the list").tap()
    picture("today")
