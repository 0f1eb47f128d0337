"""The picture of a collector's own route, and of nobody else's."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from app.collectors.models import Collector
from app.container import Container
from tests.factories.day import Day

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_collector_sees_his_own_route_drawn_in_his_language(
    tunde: TestClient, container: Container, day: Day
) -> None:
    assert 'href="/route/map"' in tunde.get("/route").text
    page = tunde.get("/route/map")
    assert 'src="/route/map.svg" alt="Map of your route: 0 of 5 done"' in page.text
    assert "img-src 'self'" in page.headers["Content-Security-Policy"]
    picture = tunde.get("/route/map.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "unsafe-inline" in picture.headers["Content-Security-Policy"]
    assert re.findall(r'class="number"[^>]*>(\d)<', picture.text) == ["5", "4", "3", "2", "1"]
    for name in ("Iya Basira", "Celestial", "Tunde Bakare", "Somebody Else"):
        assert name not in picture.text
    with container.database.unit_of_work() as session:
        session.get_one(Collector, day.collector).language = "fr"
    assert "Carte de votre tourn" in tunde.get("/route/map.svg").text
    tunde.post("/route/sign-out")
    assert tunde.get("/route/map.svg").status_code == 303
