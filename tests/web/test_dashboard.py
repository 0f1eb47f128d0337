"""The dashboard: sums that agree with the rows, and nothing about a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import bootstrap
from app.collectors.models import Collector
from app.container import Container
from app.insights.service_days import Asked, Proposal, Schedule
from app.kernel.clock import FixedClock
from app.kernel.ids import new_id
from app.main import create_app
from app.places.models import Hub
from app.settings import load_settings
from app.web.dashboard import hubs
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


def test_a_hub_has_a_page_of_how_evenly_its_riding_is_shared(container: Container) -> None:
    now = container.clock.now()
    place = a_street(container.database, now)
    with container.database.unit_of_work() as session:
        bag = weighing.Submission(new_id(), place.pickup_id, place.collector_id, {"PET": 2_500}, now)
        weighing.record(session, bag, now, container.post, weighing.Limits.of(container.settings))
        hub, rider = session.scalars(select(Hub)).one().code, session.get_one(Collector, place.collector_id)
        name = rider.name
    visitor = TestClient(create_app(container))
    assert f'href="/dashboard/hubs/{hub}"' in visitor.get("/dashboard").text
    page = visitor.get(f"/dashboard/hubs/{hub.lower()}").text
    assert re.findall(r"\d+\.?\d* kg", page) == ["2.5 kg"]
    assert "Gini 0.00" in page
    assert name not in page
    assert "1 of 1 zones have too little history" in page
    assert visitor.get("/dashboard/hubs/NONE").status_code == 404


def test_days_of_service_are_drawn_as_they_are_and_as_proposed() -> None:
    now, proposed = Schedule((1, 4), 0.5, 2.0, 30.0), Schedule((1,), 2.0, 6.0, 9.5)
    figure = hubs.days(
        [Proposal(new_id(), "SUR", 24, 20.0, now, proposed), Proposal(new_id(), "NEW", 1, 2.0, None, None)],
        Asked(),
    )
    assert figure.picture.count("<rect") == 2
    assert "saves 20.5 km a week. 1 of 2 zones have too little history." in figure.note
    assert figure.rows == [
        ("SUR", ["Tue Fri, every 0.5 weeks, 30.0 km", "Tue, every 2 weeks, 9.5 km", "20.5 km"])
    ]
