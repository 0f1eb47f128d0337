"""A collector's phone before the real pages, over a database of its own."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest
from fastapi.testclient import TestClient

from app import bootstrap
from app.collectors import service as collectors
from app.collectors.models import CollectorRole
from app.container import Container
from app.kernel.phone import Phone
from app.main import create_app
from app.settings import load_settings
from tests.factories.day import PIN, Day, a_day

MORNING = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
"""A Tuesday; 08:00 in Lagos."""
CLERK: Final = Phone("+2348000009050")
"""At the hub."""


@dataclass
class MovableClock:
    at: datetime

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(MORNING)


@pytest.fixture
def container(database_url: str, clock: MovableClock) -> Iterator[Container]:
    settings = load_settings(environment="test", database_url=database_url, secret_key="t" * 32)
    container = bootstrap.build(settings, clock=clock)
    yield container
    container.close()


@pytest.fixture
def day(container: Container, clock: MovableClock) -> Day:
    return a_day(container.database, clock.now(), clock.now().date())


@pytest.fixture
def phone(container: Container, day: Day) -> TestClient:
    """A browser that nobody has signed in with."""
    return a_phone(container)


@pytest.fixture
def tunde(phone: TestClient) -> TestClient:
    """A browser that the collector of `day` has signed in with."""
    assert sign_in(phone).status_code == 303
    return phone


@pytest.fixture
def clerk(container: Container, day: Day, clock: MovableClock) -> TestClient:
    """A browser at the hub's scale, signed in."""
    with container.database.unit_of_work() as session:
        taken_on = collectors.create(
            session,
            name="Bisi Ade",
            phone=CLERK,
            language="en",
            hub_id=day.hub_id,
            role=CollectorRole.HUB,
            now=clock.now(),
        )
        collectors.set_pin(session, taken_on.id, PIN, clock.now())
    phone = a_phone(container)
    assert sign_in(phone, CLERK).status_code == 303
    return phone


def a_phone(container: Container) -> TestClient:
    return TestClient(create_app(container), raise_server_exceptions=False, follow_redirects=False)


def sign_in(phone: TestClient, number: str = "0800 000 9001", pin: str = PIN) -> httpx.Response:
    answer: httpx.Response = phone.post("/route/sign-in", data={"phone": number, "pin": pin})
    return answer


def form_in(page: httpx.Response) -> dict[str, str]:
    """The fields of the page's form with what is in them, as a browser would send them."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "radio" or " checked" in tag:
            fields[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, text in re.findall(
        r'<textarea [^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL
    ):
        fields[name] = html.unescape(text)
    return fields
