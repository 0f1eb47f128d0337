"""Pictures of the collectors' pages."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from app import bootstrap, migrate
from app.container import Container
from app.kernel.clock import FixedClock
from app.settings import load_settings
from tests.factories.day import PIN, a_day
from tests.serving import serving

_MORNING = datetime(2026, 11, 24, 7, 15, tzinfo=UTC)
_ALSO_DARK = ("stop", "today", "keys", "enrol")
_PHONE = {"width": 360, "height": 640}


def take(browser: Browser, folder: Path) -> None:
    """Write `route-*.png` into `folder`: a phone of 360x640, by day and, where it matters, by night."""
    with tempfile.TemporaryDirectory() as place:
        container = a_morning(place)
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
    with tempfile.TemporaryDirectory() as place:
        container = a_morning(place)
        with serving(container) as address:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    base_url=address, viewport=_PHONE, is_mobile=True, has_touch=True, color_scheme=scheme
                )
                context.grant_permissions(["geolocation"])
                context.set_geolocation({"latitude": 6.5021, "longitude": 3.3591, "accuracy": 14})
                _walk_without_network(context.new_page(), folder, "" if scheme == "light" else "-dark")
                context.close()
        container.close()


def a_morning(place: str) -> Container:
    settings = load_settings(
        environment="test", database_url=f"sqlite:///{place}/weighback.sqlite3", secret_key="t" * 32
    )
    container = bootstrap.build(settings, clock=FixedClock(_MORNING))
    migrate.upgrade(container.database)
    a_day(container.database, _MORNING, _MORNING.date())
    return container


def _walk_without_network(page: Page, folder: Path, suffix: str) -> None:
    """What the script shows, once the network is gone: `route-app-*.png`."""

    def picture(name: str, *, full_page: bool = False) -> None:
        if not suffix or name in _ALSO_DARK:
            page.screenshot(path=folder / f"route-app-{name}{suffix}.png", full_page=full_page)

    page.goto("/route")
    page.get_by_label("Your phone number").fill("0800 000 9001")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in", exact=True).tap()
    page.get_by_role("heading", name="Today").wait_for()
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.ready;
            while (!(await caches.match('/route/enrol'))) await new Promise(done => setTimeout(done, 20));
        }"""
    )
    page.context.set_offline(True)
    page.get_by_role("link", name="Next stop").tap()
    page.get_by_role("link", name="Could not collect").wait_for()
    picture("stop", full_page=True)
    page.get_by_role("link", name="Plastic bottles").tap()
    for key in "2.5":
        page.get_by_role("button", name=key, exact=True).tap()
    picture("keys")
    page.get_by_role("button", name="Save weights").tap()
    page.get_by_text("Saved: Iya Basira").wait_for()
    picture("saved")
    page.get_by_role("link", name="Could not collect").tap()
    page.get_by_role("button", name="Nobody home").wait_for()
    picture("could-not-collect", full_page=True)
    page.get_by_role("button", name="Nobody home").tap()
    page.get_by_text("Saved: Mr Chukwuemeka").wait_for()
    page.goto("/route#q")
    page.get_by_role("button", name="Send now").wait_for()
    picture("queue")
    page.goto("/route#")
    page.get_by_role("link", name="Next stop").wait_for()
    picture("today")
    page.goto("/route/enrol")
    page.get_by_role("button", name="take this place").tap()
    page.get_by_text("within 14 m").wait_for()
    page.get_by_label("Their phone number").fill("0800 000 0777")
    page.get_by_label("Name to greet").fill("Baba Sule")
    page.get_by_label("House number, street").fill("Yellow house behind the borehole")
    page.get_by_label("They say yes").check()
    picture("enrol", full_page=True)
    page.get_by_role("button", name="Enrol", exact=True).tap()
    page.get_by_role("heading", name="Baba Sule").wait_for()
    picture("enrolled", full_page=True)


def _walk(page: Page, folder: Path, suffix: str) -> None:
    def picture(name: str) -> None:
        if suffix and name not in _ALSO_DARK:
            return
        page.screenshot(path=folder / f"route-{name}{suffix}.png", full_page=True)

    page.goto("/route")
    picture("sign-in")
    page.get_by_label("Your phone number").fill("0800 000 9001")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in", exact=True).tap()
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
