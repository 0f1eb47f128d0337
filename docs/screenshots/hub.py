"""Pictures of weighing in at the hub, and of bags with a code."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.bags import printing, reading, runs
from app.collectors import service as collectors
from app.collectors.models import Collector, CollectorRole
from app.container import Container
from app.kernel.phone import Phone
from app.pickups.models import Pickup
from app.routing.models import Route, RouteStop
from app.weighing.service import Limits, Submission, record
from docs.screenshots.route_sheet import a_morning
from tests.factories.day import PIN
from tests.serving import serving

_CLERK = Phone("+2348000009050")
_PHONE = {"width": 360, "height": 640}
_PAGE = {"width": 980, "height": 560}
_DOORS = ({"PET": 6_000}, {"PET": 2_500, "CAN": 800})


def take(browser: Browser, folder: Path) -> None:
    """Write `hub*.png` and `bags.png` into `folder`."""
    with tempfile.TemporaryDirectory() as place:
        container = a_morning(place)
        codes = _day_at_the_doors(container)
        with serving(container) as address:
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    base_url=address, viewport=_PHONE, is_mobile=True, has_touch=True, color_scheme=scheme
                )
                _walk(context.new_page(), codes, folder, "" if scheme == "light" else "-dark")
                context.close()
        _labels(browser, container, codes, folder)
        container.close()


def _day_at_the_doors(container: Container) -> list[str]:
    """Two stops weighed, one of them in two bags, and somebody at the hub; the codes of the run."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        rider = session.scalars(select(Collector).where(Collector.phone == "+2348000009001")).one()
        clerk = collectors.create(
            session,
            name="Bisi Ade",
            phone=_CLERK,
            language="en",
            hub_id=rider.hub_id,
            role=CollectorRole.HUB,
            now=now,
        )
        collectors.set_pin(session, clerk.id, PIN, now)
        run = runs.make(session, bags=printing.PER_PAGE, note="Surulere", by="office", now=now)
        codes = list(runs.codes_of(session, run.id))
        stops = session.scalars(
            select(Pickup)
            .join(RouteStop, RouteStop.pickup_id == Pickup.id)
            .join(Route, Route.id == RouteStop.route_id)
            .where(Route.collector_id == rider.id)
            .order_by(RouteStop.position)
        )
        for stop, grams, its in zip(stops, _DOORS, (codes[:2], codes[2:3]), strict=False):
            weighed = Submission(uuid4(), stop.id, rider.id, grams, now)
            record(session, weighed, now, container.post, Limits.of(container.settings))
            for code in its:
                reading.at_the_door(
                    session, reading_id=uuid4(), typed=code, pickup=stop, collector_id=rider.id, at=now
                )
    return codes


def _walk(page: Page, codes: list[str], folder: Path, suffix: str) -> None:
    def picture(name: str) -> None:
        page.screenshot(path=folder / f"{name}{suffix}.png", full_page=True)

    def weigh(code: str, kilograms: str) -> None:
        page.get_by_label("Bag's code").fill(code)
        page.get_by_label("Plastic bottles").fill(kilograms)
        page.get_by_role("button", name="Save weights").tap()
        page.get_by_role("heading", name=f"{code[:4]} {code[4:]}").wait_for()

    page.goto("/hub")
    page.get_by_label("Your phone number").fill("0800 000 9050")
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Sign in", exact=True).tap()
    page.get_by_role("heading", name="Weigh-in").wait_for()
    if not suffix:
        picture("hub")
    page.get_by_role("link", name="Tunde Bakare").tap()
    if suffix:
        page.get_by_text("On the scale now").wait_for()
    else:
        weigh(codes[0], "3")
        weigh(codes[1], "1.9")
        weigh(codes[2], "2.5")
    picture("hub-bags")


def _labels(browser: Browser, container: Container, codes: list[str], folder: Path) -> None:
    made = printing.sheet(
        codes, public_url="https://weighback.example", programme=container.settings.programme_name, note=""
    )
    page = browser.new_page(viewport=_PAGE)
    page.set_content(made)
    page.screenshot(path=folder / "bags.png")
    page.close()
