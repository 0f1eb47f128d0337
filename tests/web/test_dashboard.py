"""The dashboard: sums that agree with the rows, and nothing about a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app import bootstrap
from app.container import Container
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.main import create_app
from app.settings import load_settings
from app.weighing import service as weighing
from tests.factories import street
from tests.factories.bills import a_text
from tests.factories.street import a_street


@pytest.fixture
def container(database_url: str, clock: FixedClock) -> Iterator[Container]:
    container = bootstrap.build(load_settings(environment="test", database_url=database_url), clock)
    yield container
    container.close()


def _cells(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>.*?</t[dh]>", page)]


def test_the_pictures_show_the_days_sums_and_nobodys_name(container: Container) -> None:
    now = container.clock.now()
    place = a_street(container.database, now)
    with container.database.unit_of_work() as session:
        street.a_household(session, place.zone_id, "+2348000000002", now)
        bag = weighing.Submission(
            new_id(), place.pickup_id, place.collector_id, {"PET": 2_500, "CAN": 400}, now
        )
        weighing.record(session, bag, now, container.post, weighing.Limits.of(container.settings))
        a_text(session, now, template="help", price_micros=8_500_000, parts=2)
    page = TestClient(create_app(container)).get("/dashboard")
    cells = _cells(page.text)
    assert cells[cells.index("Collected") + 1] == "1"
    assert "2.5 kg" in cells
    assert "0.4 kg" in cells
    assert "₦370" in cells
    assert cells[cells.index("Written") + 10] == "2", "the receipt, and the help, today"
    assert cells[cells.index("help") : cells.index("help") + 3] == ["help", "1", "₦8.50"]
    for personal in ("Amina", "green gate", "+234", "0800 000"):
        assert personal not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_an_empty_service_has_a_dashboard_and_a_first_page(container: Container) -> None:
    visitor = TestClient(create_app(container))
    assert "Nothing yet." in visitor.get("/dashboard").text
    assert "/route" in visitor.get("/").text
