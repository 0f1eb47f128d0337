"""A link in a text signs a collector in once; seeing it, asking for somebody else's or guessing it gains nothing."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.collectors.models import Collector
from app.container import Container
from app.fieldwork import inviting
from app.messaging.models import OutboxMessage
from tests.factories.day import Day
from tests.web.routesheet.conftest import MovableClock, a_phone, sign_in

NUMBER = "0800 000 9001"


def ask(phone: TestClient, number: str = NUMBER) -> None:
    answer = phone.post("/route/sign-in/link", data={"phone": number})
    assert answer.status_code == 200
    assert "a text with a link is on its way" in answer.text


def links(container: Container) -> list[str]:
    with container.database.unit_of_work() as session:
        bodies = session.scalars(
            select(OutboxMessage.body)
            .where(OutboxMessage.template == "collector.link")
            .order_by(OutboxMessage.id)
        ).all()
    return [re.findall(r"/route/in/[\w-]+", body)[0] for body in bodies]


def test_a_link_signs_in_once_by_its_button_alone(container: Container, phone: TestClient, day: Day) -> None:
    ask(phone)
    [link] = links(container)
    for _ in range(3):  # previews and scanners look at it
        assert "Hello Tunde Bakare" in a_phone(container).get(link).text
    assert phone.post(link, data={"pin": ""}).headers["Location"] == "/route"
    assert "Iya Basira" in phone.get("/route").text
    again = a_phone(container)
    assert again.post(link, data={"pin": ""}).status_code == 401
    assert again.get(link).status_code == 401
    assert sign_in(a_phone(container)).status_code == 303, "the PIN is still the one it was"


def test_a_link_is_good_for_a_quarter_of_an_hour_and_only_the_last_one(
    container: Container, phone: TestClient, day: Day, clock: MovableClock
) -> None:
    ask(phone)
    clock.pass_(minutes=5)
    ask(phone)
    first, second = links(container)
    assert phone.post(first, data={"pin": ""}).status_code == 401
    clock.pass_(minutes=14)
    assert phone.get(second).status_code == 200
    clock.pass_(minutes=2)
    assert phone.post(second, data={"pin": ""}).status_code == 401


def test_whoever_has_no_pin_yet_has_a_day_and_chooses_one(
    container: Container, phone: TestClient, day: Day, clock: MovableClock
) -> None:
    with container.database.unit_of_work() as session:
        collector = session.get_one(Collector, day.collector)
        collector.pin_hash = None
        inviting.send_link(session, collector, container.settings, container.post, clock.now())
    [link] = links(container)
    clock.pass_(hours=23)
    assert phone.post(link, data={"pin": ""}).status_code == 422
    assert "too easy to guess" in phone.post(link, data={"pin": "1234"}).text
    assert phone.post(link, data={"pin": "12"}).status_code == 422
    assert phone.post(link, data={"pin": "4711"}).status_code == 303
    assert sign_in(a_phone(container), pin="4711").status_code == 303


@pytest.mark.parametrize("number", [NUMBER, "0800 000 7777"])
def test_nobody_learns_whose_number_it_is_nor_sends_many_texts(
    container: Container, phone: TestClient, day: Day, number: str
) -> None:
    for _ in range(2):
        ask(phone, number)
    ask(phone, number)
    refused = phone.post("/route/sign-in/link", data={"phone": number})
    assert refused.status_code == 429
    assert len(links(container)) == (3 if number == NUMBER else 0)
