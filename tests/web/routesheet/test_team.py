"""The team's page, as two collectors use it."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.collectors.models import Collector
from app.container import Container
from app.routing.models import RouteStop
from tests.factories.day import Day
from tests.web.routesheet.conftest import a_phone, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ngozi(container: Container, day: Day) -> TestClient:
    phone = a_phone(container)
    assert sign_in(phone, "0800 000 9002").status_code == 303
    return phone


def offer_on(page: str) -> str:
    found = re.search(r'action="(/route/team/offers/[\w-]+)"', page)
    assert found
    return found[1]


def test_a_collector_hands_stops_to_a_colleague_on_the_sheet(
    tunde: TestClient, ngozi: TestClient, container: Container, day: Day
) -> None:
    assert 'href="/route/team"' in tunde.get("/route").text
    assert "Nobody offers you stops" in ngozi.get("/route/team").text
    sent = tunde.post(
        "/route/team/offers",
        data={f"stop-{day.pickups[0]}": "1", f"stop-{day.pickups[1]}": "1", "do": "offer"},
    )
    assert sent.headers["Location"] == "/route/team?done=offered"
    assert "the stops stay yours" in tunde.get("/route/team?done=offered").text
    page = ngozi.get("/route/team").text
    assert "Offers stops in Ojuelegba: 2" in page
    assert "Iya Basira" not in page  # a colleague's households are shown to who has them
    taken = ngozi.post(offer_on(page), data={"do": "take"})
    assert taken.headers["Location"] == "/route/team?done=taken"
    assert "Iya Basira" in ngozi.get("/route").text
    assert "Iya Basira" not in tunde.get("/route").text
    again = ngozi.post(offer_on(page), data={"do": "take"})
    assert again.status_code == 409
    assert "Ngozi Eze was faster" in again.text
    with container.database.unit_of_work() as session:
        rows = session.scalars(select(RouteStop).where(RouteStop.pickup_id.in_(day.pickups[:2])))
        assert all(row.arrives_at is not None for row in rows)  # when, was worked out at once


def test_mistakes_are_sentences_and_every_language_has_them(
    tunde: TestClient, ngozi: TestClient, container: Container, day: Day
) -> None:
    assert tunde.post("/route/team/offers", data={"do": "offer"}).status_code == 422
    assert (
        tunde.post("/route/team/offers", data={"do": "offer", f"stop-{day.foreign}": "1"}).status_code == 409
    )
    assert tunde.post("/route/team/offers", data={"do": "offer", "stop-x": "1"}).status_code == 403
    swap = {"do": "round", "kind": "swap", "to": str(day.other)}
    assert tunde.post("/route/team/offers", data=swap).status_code == 303
    for language in container.settings.languages:
        with container.database.unit_of_work() as session:
            for one in session.scalars(select(Collector)):
                one.language = language
        page = ngozi.get("/route/team")
        assert ngozi.post(offer_on(page.text), data={"do": "answer"}).status_code == 422
        assert "Iya Basira" not in page.text
        for said in ("offered", "taken", "answered", "withdrawn", "stood-down", "nonsense"):
            assert tunde.get(f"/route/team?done={said}").status_code == 200
    offered = offer_on(ngozi.get("/route/team").text)
    assert ngozi.post(offered, data={"do": "answer", f"stop-{day.foreign}": "1"}).status_code == 303
    for language in ("sw", "en"):
        with container.database.unit_of_work() as session:
            for one in session.scalars(select(Collector)):
                one.language = language
        assert 'value="agree"' not in ngozi.get("/route/team").text
    page = tunde.get("/route/team").text
    assert "Gives in return stops in Ojuelegba: 1" in page
    assert "Somebody Else" not in page
    assert "Tunde Bakare has to agree" in ngozi.get("/route/team").text
    assert tunde.post(offered, data={"do": "agree"}).status_code == 303
    assert tunde.post("/route/team/stand-down").headers["Location"] == "/route/team?done=stood-down"
    assert tunde.post("/route/team/offers", data={"do": "round"}).status_code in (403, 409)
