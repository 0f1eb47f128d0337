"""A phone with the sheet on it, before a service that the network in between can cut off, garble or replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from sqlalchemy import select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.container import Container
from app.weighing.models import Visit, WeighingLine
from tests.conftest import NOON
from tests.factories.day import PIN, Day, Rider, a_rider

SCREEN: ViewportSize = {"width": 360, "height": 640}
LIKE_A_PHONE: dict[str, Any] = {"viewport": SCREEN, "has_touch": True, "is_mobile": True}
HELD_MILLISECONDS = 6_100
LONGEST_WAIT_MILLISECONDS = 360_000
STEP_MILLISECONDS = 30_000
"""Less than the phone's patience with an answer, which is real and takes its own time."""
_BEFORE_LONG = """async arg => {
    for (let tries = 0; tries < 500; tries++) {
        if (await (CONDITION)(arg)) return true;
        await new Promise(done => setTimeout(done, 20));
    }
    return false;
}"""
_PORTAL = b"<!doctype html><title>Free WiFi</title><p>Accept our terms"


class BadNetwork:
    """Between the socket and the application. `trouble`: none, `lost` (the answer, once it is given), `portal`."""

    def __init__(self) -> None:
        self.trouble = "none"
        self.app: ASGIApp

    def around(self, app: ASGIApp) -> ASGIApp:
        self.app = app
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.trouble == "none":
            await self.app(scope, receive, send)
        elif self.trouble == "portal":
            headers = [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(_PORTAL))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": _PORTAL})
        else:
            await self.app(scope, receive, _without_its_end(send))


def _without_its_end(send: Send) -> Send:
    async def cut(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)  # the length is promised, and the line goes dead

    return cut


@dataclass
class Phone:
    """One browser of one rider, on her sheet. Its clock is the test's."""

    page: Page
    container: Container
    day: Day
    taps: int = 0
    errors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext, container: Container, day: Day) -> Phone:
        phone = cls(context.new_page(), container, day)
        phone.page.on("pageerror", lambda error: phone.errors.append(str(error)))
        return phone

    def sign_in(self, rider: Rider) -> None:
        self.page.goto("/route/sign-in")
        self.page.get_by_label("Your phone number").fill(rider.phone)
        self.page.get_by_label("Your PIN").fill(PIN)
        self.page.get_by_role("button", name="Sign in", exact=True).tap()
        self.ready()

    def ready(self) -> None:
        """Until the sheet would open without network."""
        expect(self.page.get_by_role("heading", name="Today")).to_be_visible()
        self.page.evaluate(
            """async () => {
                await navigator.serviceWorker.ready;
                while (!(await (await caches.open('sheet')).match('/route'))) await new Promise(r => setTimeout(r, 20));
            }"""
        )

    def tap(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=role == "button").tap()  # type: ignore[arg-type]  # a role by its name
        self.taps += 1

    def weigh(self, kilograms: str, material: str = "Plastic bottles") -> None:
        self.tap("link", material)
        for key in kilograms:
            self.tap("button", key)
        self.save()

    def save(self) -> None:
        self.tap("button", "Save weights")
        expect(self.page.get_by_role("status").filter(has_text="Saved:")).to_be_visible()

    def next_stop(self) -> None:
        self.page.goto("/route#")
        self.tap("link", "Next stop")

    def wait(self, milliseconds: int = HELD_MILLISECONDS) -> None:
        """Let so much of the phone's time pass, and what is due then happen."""
        self.page.clock.run_for(milliseconds)
        self.page.wait_for_function("() => !busy")

    def unsent(self, number: int) -> None:
        """As the phone itself counts it, in its store."""
        self.holds(
            "async number => (await all('records')).filter(one => !one.answer).length === number", number
        )

    def holds(self, condition: str, arg: object = None) -> None:
        """Before long. For what the page answers later: `wait_for_function` takes a promise for an answer."""
        held = self.page.evaluate(_BEFORE_LONG.replace("CONDITION", condition), arg)
        assert held, f"it never came to hold that {condition} ({arg})"

    def sent(self, until: Callable[[], bool]) -> None:
        """Send again and again, as the phone does by itself in time."""
        for _ in range(2 * LONGEST_WAIT_MILLISECONDS // STEP_MILLISECONDS):
            if until():
                return
            self.wait(STEP_MILLISECONDS)
        raise AssertionError(
            f"never sent: {self.page.evaluate('async () => JSON.stringify([trouble, await all(`records`)])')}"
        )

    def all_sent(self) -> None:
        self.sent(lambda: self.page.evaluate("async () => (await all('records')).every(one => one.answer)"))


def weighed(container: Container, pickups: tuple[UUID, ...]) -> dict[int, list[int]]:
    """Grams of each visit by the stop's place in `pickups`; empty where it was missed."""
    found: dict[int, list[int]] = {}
    with container.database.unit_of_work() as session:
        rows = session.execute(
            select(Visit.pickup_id, WeighingLine.grams)
            .outerjoin(WeighingLine, WeighingLine.weighing_id == Visit.id)
            .where(Visit.pickup_id.in_(pickups))
            .order_by(WeighingLine.grams)
        )
        for pickup_id, grams in rows:
            found.setdefault(pickups.index(pickup_id), []).extend([grams] if grams else [])
    return found


@dataclass
class Town:
    """One service for all tests of this file; each has a rider, and stops, of its own."""

    address: str
    container: Container
    day: Day
    network: BadNetwork
    riders: int = 0

    def rider(self, stops: int = 2) -> Rider:
        self.riders += 1
        with self.container.database.unit_of_work() as session:
            return a_rider(session, self.day, NOON, self.riders, stops)

    def visits(self, rider: Rider) -> list[Visit]:
        with self.container.database.unit_of_work() as session:
            return list(session.scalars(select(Visit).where(Visit.pickup_id.in_(rider.pickups))))


NewPhone = Callable[..., Phone]
