"""A cheap phone: 360x640, touch, and no script. What works here works everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app import bootstrap
from app.container import Container
from app.kernel.clock import FixedClock
from app.settings import load_settings
from tests.browser.offline import LIKE_A_PHONE, SCREEN, BadNetwork, NewPhone, Phone, Town
from tests.conftest import NOON
from tests.factories.day import PIN, Day, a_day
from tests.serving import serving


@dataclass(frozen=True)
class Site:
    address: str
    container: Container
    day: Day


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Site]:
    """The served application with a collector's day in it. The pages are the same on either database."""
    path = tmp_path / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = load_settings(environment="test", database_url=f"sqlite:///{path}", secret_key="t" * 32)
    container = bootstrap.build(settings, clock=clock)
    day = a_day(container.database, clock.now(), clock.now().date())
    with serving(container) as address:
        yield Site(address, container, day)
    container.close()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], site: Site) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": SCREEN,
        "has_touch": True,
        "is_mobile": True,
        "base_url": site.address,
        "java_script_enabled": False,
    }


@pytest.fixture
def signed_in(page: Page) -> Page:
    page.goto("/route")
    page.get_by_label("Your phone number").fill("0800 000 9001")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()
    return page


@pytest.fixture(scope="session")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    path = tmp_path_factory.mktemp("offline") / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = load_settings(environment="test", database_url=f"sqlite:///{path}", secret_key="t" * 32)
    container = bootstrap.build(settings, clock=FixedClock(NOON))
    day = a_day(container.database, NOON, NOON.date())
    network = BadNetwork()
    with serving(container, network.around) as address:
        yield Town(address, container, day, network)
    container.close()


@pytest.fixture
def phone_context(browser: Browser, town: Town) -> Iterator[BrowserContext]:
    town.network.trouble = "none"
    context = browser.new_context(**LIKE_A_PHONE, base_url=town.address)
    yield context
    context.close()


@pytest.fixture
def new_phone(phone_context: BrowserContext, town: Town) -> Iterator[NewPhone]:
    made: list[Phone] = []

    def make(at: datetime = NOON) -> Phone:
        phone = Phone.of(phone_context, town.container, town.day)
        phone.page.clock.install(time=at)
        made.append(phone)
        return phone

    yield make
    assert [phone.errors for phone in made] == [[] for _ in made]
