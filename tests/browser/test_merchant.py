"""A shop takes vouchers on a cheap phone without script; what the page must be for eyes, thumbs and readers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app import bootstrap
from app.kernel.clock import FixedClock
from app.rewards.vouchers import codes
from app.settings import load_settings
from tests.browser.offline import SCREEN
from tests.merchants.stall import PIN, Stall, a_stall
from tests.serving import serving

SMALLEST_TARGET_PIXELS = 56


@dataclass(frozen=True)
class Site:
    address: str
    stall: Stall


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Site]:
    """The served application with a shop in it."""
    path = tmp_path / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = load_settings(environment="test", database_url=f"sqlite:///{path}", secret_key="t" * 32)
    container = bootstrap.build(settings, clock=clock)
    stall = a_stall(container)
    with serving(container) as address:
        yield Site(address, stall)
    container.close()


def enter(page: Page) -> None:
    page.goto("/merchant")
    page.get_by_label("Your phone number").fill("0800 000 0100")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()


def test_a_shops_day_without_script(page: Page, site: Site) -> None:
    enter(page)
    code = site.stall.vouchers[0].code
    field = page.get_by_label("Code on the voucher")
    field.fill(code[:-1])
    page.get_by_role("button", name="Take a voucher").tap()
    expect(field).to_have_accessible_description(
        "10 digits, with or without spaces A voucher's code has 10 digits. Please check it and send it again. "
        "Nothing was taken."
    )
    expect(field).to_have_value(code[:-1])
    field.fill(codes.spoken(code))
    page.get_by_role("button", name="Take a voucher").dblclick()
    expect(page.get_by_role("alert")).to_contain_text(f"ending {code[-4:]}")
    assert site.stall.market.owed(site.stall.shop) == 50_000
    page.get_by_role("link", name="Statement").tap()
    expect(page.get_by_role("row", name="Owed after")).to_contain_text("N500")
    page.get_by_role("link", name="Back to the vouchers").tap()
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_label("Your PIN")).to_be_visible()


def test_every_page_fits_thumbs_and_readers_by_day_and_by_night(browser: Browser, site: Site) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(
            base_url=site.address,
            viewport=SCREEN,
            is_mobile=True,
            has_touch=True,
            color_scheme=scheme,
        )
        page = context.new_page()
        page.goto("/merchant/sign-in")
        look(page)
        enter(page)
        page.get_by_label("Code on the voucher").fill("12345")
        page.get_by_role("button", name="Take a voucher").tap()
        expect(page.get_by_role("alert")).to_be_visible()
        look(page)
        page.goto("/merchant/statement")
        look(page)
        context.close()


def look(page: Page) -> None:
    found: Any = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        f"""[...document.querySelectorAll("a, button, input:not([type=hidden])")]
        .filter(one => one.getBoundingClientRect().height < {SMALLEST_TARGET_PIXELS})
        .map(one => one.outerHTML)"""
    )
    assert small == []
