"""The demo's pages in a real browser: readable by everybody on every screen, and alive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, expect

from tests.demo_process import Demo, demo

NEW = "%2B2348000000588"
SCREENS = ((360, 640), (1280, 800))
CHEAP_PHONE: ViewportSize = {"width": 360, "height": 640}
AIRTIME_MINOR = 5_000
"""The least that can be had."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def desk(browser: Browser, running: Demo) -> Iterator[Page]:
    """A desktop browser with script, on the demo."""
    context = browser.new_context(base_url=str(running.visitor.base_url))
    yield context.new_page()
    context.close()


def somebody_with_credit(running: Demo) -> str:
    """A phone of theirs, for an address."""
    everybody = "/api/v1/households?status=active&limit=200"
    homes = running.visitor.get(everybody, headers=running.office()).json()["items"]
    return quote(
        next(
            phone["phone"]
            for home in homes
            for phone in home["phones"]
            if home["balance_minor"] >= AIRTIME_MINOR and phone["language"] == "en"
        )
    )


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


def _remember(asked: set[str], request: Request) -> None:
    asked.add(request.url)


@pytest.mark.parametrize("path", ["/", "/simulator", "/dashboard"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_every_screen(
    browser: Browser, running: Demo, path: str, scheme: str
) -> None:
    for width, height in SCREENS:
        context = browser.new_context(
            base_url=str(running.visitor.base_url),
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        complaints: list[str] = []
        asked: set[str] = set()
        page.on("console", partial(_note, complaints))
        page.on("request", partial(_remember, asked))
        page.goto(path)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == [], "the strict policy blocks something of ours"
        assert all(url.startswith(str(running.visitor.base_url)) for url in asked), "a third party is asked"
        context.close()


def test_a_text_and_its_answer_appear_without_leaving_the_page(desk: Page) -> None:
    desk.goto(f"/simulator?phone={NEW}")
    desk.get_by_label("Your text").fill("JOIN")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("log")).to_contain_text("Choose your language")
    expect(desk.get_by_label("Your text")).to_have_value("")
    desk.get_by_label("Your text").fill("1")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_role("log")).to_contain_text("What is your name")
    desk.get_by_role("button", name="MENU").click()
    expect(desk.get_by_role("log").get_by_role("listitem").last).not_to_contain_text("What is your name")
    expect(desk.get_by_label("Your text")).to_be_visible()


def test_the_phone_works_without_script(browser: Browser, running: Demo) -> None:
    context = browser.new_context(base_url=str(running.visitor.base_url), java_script_enabled=False)
    page = context.new_page()
    page.goto("/simulator?phone=%2B2348000000587")
    page.get_by_label("Your text").fill("JOIN")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Choose your language")
    for key in "*347*55#":
        page.get_by_role("button", name=key, exact=True).click()
    page.get_by_role("button", name="Call · Send").click()
    screen = page.get_by_role("status")
    expect(screen).to_contain_text("CON")
    page.get_by_label("Your keys").fill("1")
    page.get_by_role("button", name="Call · Send").click()
    expect(screen).to_contain_text("screen 2")
    page.get_by_role("button", name="Hang up").click()
    expect(screen).to_have_text("The line is free.")
    expect(page.get_by_text("The end of the call")).to_be_visible()
    context.close()


def test_on_a_cheap_phone_a_call_is_cut_finished_by_text_or_carried_on(
    browser: Browser, running: Demo
) -> None:
    context = browser.new_context(
        base_url=str(running.visitor.base_url), viewport=CHEAP_PHONE, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"/simulator?phone={somebody_with_credit(running)}")
    screen = page.get_by_role("status")
    page.get_by_role("button", name="*347*55*3#").tap()
    expect(screen).to_contain_text("credit is N")
    page.get_by_role("button", name="Hang up").tap()
    page.get_by_role("button", name="*347*55#").tap()
    for keys in ("4", "1", "50"):
        for key in keys:
            page.locator("#keypad").get_by_role("button", name=key, exact=True).tap()
        page.get_by_role("button", name="Call · Send").tap()
        expect(page.get_by_label("Your keys")).to_have_value("")
    expect(screen).to_contain_text("Send Airtime of N50")
    expect(screen).to_contain_text("of 182")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= CHEAP_PHONE["width"]
    page.get_by_role("button", name="Lose signal").tap()
    expect(screen).to_contain_text("Connection problem")
    expect(page.get_by_role("log")).to_contain_text("Send Airtime of N50")
    page.get_by_role("button", name="*347*55#").tap()
    expect(screen).to_contain_text("Carry on")
    page.get_by_label("Your keys").fill("1")
    page.keyboard.press("Enter")
    expect(screen).to_contain_text("Send Airtime of N50")
    context.close()
