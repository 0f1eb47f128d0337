"""The hub staff's and the collector's own pages, for sun, gloves and old eyes, by day and by night."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from app.collectors import service as collectors
from app.collectors.models import CollectorRole
from app.kernel.phone import Phone
from tests.browser.conftest import Site
from tests.browser.offline import SCREEN
from tests.browser.test_routesheet import check
from tests.factories.day import PIN


def test_the_hubs_and_ones_own_page_can_be_read_in_the_sun_and_hit_with_a_glove(
    browser: Browser, site: Site
) -> None:
    """Without our script, but with script switched on, because the checks themselves are scripts."""
    with site.container.database.unit_of_work() as session:
        now = site.container.clock.now()
        clerk = collectors.create(
            session,
            name="Bisi Ade",
            phone=Phone("+2348000009050"),
            language="en",
            hub_id=site.day.hub_id,
            role=CollectorRole.HUB,
            now=now,
        )
        collectors.set_pin(session, clerk.id, PIN, now)
    context = browser.new_context(viewport=SCREEN, has_touch=True, is_mobile=True, base_url=site.address)
    page = context.new_page()
    page.route("**/route/sheet-*.js", lambda route: route.abort())
    enter(page, "0800 000 9050")
    expect(page.get_by_role("heading", name="Who brings material?")).to_be_visible()
    by_day_and_night(page)
    page.get_by_role("link", name="Tunde Bakare").tap()
    page.get_by_label("Plastic bottles").fill("x")
    page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    by_day_and_night(page)
    page.get_by_label("Plastic bottles").fill("4.5")
    page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_text("does not agree")).to_be_visible()
    by_day_and_night(page)
    context.clear_cookies()
    enter(page, "0800 000 9001")
    page.get_by_role("link", name="My work").tap()
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    by_day_and_night(page)
    context.close()


def enter(page: Page, phone: str) -> None:
    page.goto("/route/sign-in")
    page.get_by_label("Your phone number").fill(phone)
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()


def by_day_and_night(page: Page) -> None:
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        check(page)
