"""A collector's day on a cheap phone without script, and what the pages must be for sun, gloves and old eyes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.pickups.models import Pickup
from app.weighing.models import Weighing, WeighingLine
from tests.browser.conftest import Site
from tests.browser.offline import SCREEN
from tests.factories.day import PIN

SMALLEST_TARGET_PIXELS = 56
SMALLEST_TYPE_PIXELS = 18
SMALLEST_GAP_PIXELS = 8


def test_a_whole_day_without_script(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/route")
    page.get_by_label("Your phone number").fill("0800 000 9001")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.get_by_text("0 of 5 done")).to_be_visible()

    # A slip of the finger: everything typed is still there, and the field says what is wrong.
    page.get_by_role("link", name="Next stop").tap()
    expect(page.get_by_role("heading", name="Iya Basira")).to_be_visible()
    page.get_by_label("Plastic bottles").fill("2,5")
    page.get_by_label("Aluminium cans").fill("0..3")
    page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_label("Plastic bottles")).to_have_value("2,5")
    expect(page.get_by_label("Aluminium cans")).to_have_value("0..3")
    expect(page.get_by_label("Aluminium cans")).to_have_accessible_description(
        "Write the weight like 2.5 or 2,5."
    )

    # Pressed twice in a hurry.
    page.get_by_label("Aluminium cans").fill("0.3")
    page.get_by_role("button", name="Save weights").dblclick()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Total")).to_contain_text("N480")

    page.get_by_role("link", name="Next stop").tap()
    page.get_by_text("Could not collect").tap()
    page.get_by_label("Nobody home").tap()
    page.get_by_label("Note, if you like").fill("Gate locked")
    page.get_by_role("button", name="Save as not collected").tap()
    expect(page.get_by_text("Not collected: Nobody home")).to_be_visible()

    for _ in range(3):
        page.get_by_role("link", name="Next stop").tap()
        page.get_by_label("Plastic bottles").fill("1")
        page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_text("All stops are done")).to_be_visible()
    page.get_by_role("link", name="Back to the list").tap()
    expect(page.get_by_text("5 of 5 done")).to_be_visible()

    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_label("Your PIN")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Your PIN")).to_be_visible()

    assert weighed(site) == {0: [300, 2_500], 2: [1_000], 3: [1_000], 4: [1_000]}
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {
        urlsplit(site.address).netloc
    }


def test_going_back_and_saving_again_counts_once(signed_in: Page, site: Site) -> None:
    page = signed_in
    page.get_by_role("link", name="Next stop").tap()
    page.get_by_label("Plastic bottles").fill("2,5")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    saved_at = page.url
    again = page.request.post(
        sent.value.url,
        data=sent.value.post_data,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert again.url == saved_at
    page.go_back()
    # The browser may show the old form or ask anew; either way the stop is not weighed twice.
    button = page.get_by_role("button", name="Save weights")
    if button.is_visible():
        page.get_by_label("Plastic bottles").fill("2,5")
        button.tap()
    expect(page.get_by_role("listitem").filter(has_text="Total")).to_contain_text("2.5kg")
    assert weighed(site) == {0: [2_500]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_in_the_sun_and_hit_with_a_glove(
    browser: Browser, site: Site, scheme: str
) -> None:
    """Without our script, but with script switched on, because the checks themselves are scripts."""
    context = browser.new_context(
        viewport=SCREEN,
        has_touch=True,
        is_mobile=True,
        base_url=site.address,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.route("**/route/sheet-*.js", lambda route: route.abort())
    page.goto("/route/sign-in")
    check(page)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("Your phone number").fill("0800 000 9001")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.get_by_text("0 of 5 done")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Next stop").tap()
    expect(page.get_by_role("heading", name="Iya Basira")).to_be_visible()
    check(page)
    page.get_by_text("Could not collect").tap()
    page.get_by_label("Plastic bottles").fill("x")
    page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("Plastic bottles").fill("100.255")
    page.get_by_label("Aluminium cans").fill("20.25")
    page.get_by_role("button", name="Save weights").tap()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Back to the list").tap()
    expect(page.get_by_text("1 of 5 done")).to_be_visible()
    check(page)
    page.goto("/route/stops/nothing")
    check(page)
    context.close()


def check(page: Page) -> None:
    """No finding of axe (contrast at 7:1 included), nothing to scroll sideways, type and targets large enough."""
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]
    small = page.evaluate(
        """([type, target]) => {
          const seen = element => element.getClientRects().length > 0;
          const name = element => element.tagName + ': ' + (element.innerText || element.name || '').trim();
          const texts = [...document.body.querySelectorAll('*')].filter(element => seen(element) &&
            [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
          const targets = [...document.querySelectorAll('a, button, summary, label.choice, input, textarea')]
            .filter(element => seen(element) && !element.closest('label.choice input') && element.type !== 'radio');
          return [
            ...texts.filter(element => parseFloat(getComputedStyle(element).fontSize) < type).map(name),
            ...targets.filter(element => element.getBoundingClientRect().height < target).map(name),
          ];
        }""",
        [SMALLEST_TYPE_PIXELS, SMALLEST_TARGET_PIXELS],
    )
    assert small == []
    close = page.evaluate(
        """gap => {
          const targets = [...document.querySelectorAll('#sheet button, #sheet .button, #sheet input, #sheet textarea')]
            .filter(element => element.getClientRects().length && !element.parentElement.closest('.button'));
          const boxes = targets.map(element => [element, element.getBoundingClientRect()]);
          const near = (one, other) => Math.max(other.left - one.right, one.left - other.right,
            other.top - one.bottom, one.top - other.bottom);
          return boxes.flatMap(([element, box], at) => boxes.slice(at + 1)
            .filter(([, other]) => near(box, other) < gap - 0.5)
            .map(([other]) => element.innerText + ' | ' + other.innerText));
        }""",
        SMALLEST_GAP_PIXELS,
    )
    assert close == []


def weighed(site: Site) -> dict[int, list[int]]:
    """The grams of each weighing, by the stop's place in the day."""
    found: dict[int, list[int]] = {}
    with site.container.database.unit_of_work() as session:
        rows = session.execute(
            select(Pickup.id, WeighingLine.grams)
            .join(Weighing, Weighing.pickup_id == Pickup.id)
            .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
            .order_by(WeighingLine.grams)
        )
        for pickup_id, grams in rows:
            found.setdefault(site.day.pickups.index(pickup_id), []).append(grams)
    return found
