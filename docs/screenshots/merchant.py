"""Pictures of the merchants' page."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from app import bootstrap, migrate
from app.kernel.clock import FixedClock
from app.rewards.vouchers import codes
from app.settings import load_settings
from tests.merchants.stall import PIN, Stall, a_stall
from tests.serving import serving

_MORNING = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
_ALSO_DARK = ("taken",)
_PHONE = {"width": 360, "height": 640}


def take(browser: Browser, folder: Path) -> None:
    """Write `merchant-*.png` into `folder`: a phone of 360x640, by day and, where it matters, by night."""
    for scheme in ("light", "dark"):
        with tempfile.TemporaryDirectory() as place:
            settings = load_settings(
                environment="test", database_url=f"sqlite:///{place}/weighback.sqlite3", secret_key="t" * 32
            )
            container = bootstrap.build(settings, clock=FixedClock(_MORNING))
            migrate.upgrade(container.database)
            stall = a_stall(container)
            with serving(container) as address:
                context = browser.new_context(
                    base_url=address,
                    viewport=_PHONE,
                    device_scale_factor=1,
                    is_mobile=True,
                    has_touch=True,
                    java_script_enabled=False,
                    color_scheme=scheme,
                )
                _walk(context.new_page(), stall, folder, "" if scheme == "light" else "-dark")
                context.close()
            container.close()


def _walk(page: Page, stall: Stall, folder: Path, suffix: str) -> None:
    def picture(name: str) -> None:
        if suffix and name not in _ALSO_DARK:
            return
        page.screenshot(path=folder / f"merchant-{name}{suffix}.png", full_page=True)

    def takes(typed: str) -> None:
        page.get_by_label("Code on the voucher").fill(typed)
        page.get_by_role("button", name="Take a voucher").tap()
        expect(page.get_by_role("alert")).to_be_visible()

    page.goto("/merchant")
    picture("sign-in")
    page.get_by_label("Your phone number").fill(stall.shop.phone)
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()
    first, second, _ = stall.vouchers
    takes(codes.spoken(first.code))
    takes(second.code[:-1] + str((int(second.code[-1]) + 1) % 10))
    picture("slip")
    takes(codes.spoken(second.code))
    picture("taken")
    page.get_by_role("link", name="Statement").tap()
    expect(page.get_by_role("heading", name="Statement")).to_be_visible()
    picture("statement")
