"""The office's pictures and exports of a day's routes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.bulk import maps
from app.container import Container
from app.errors import NotFound
from app.routing.models import RouteStop
from tests.conftest import NOON
from tests.factories.day import a_day

DAY = NOON.date()


def test_a_day_is_drawn_and_exported_without_a_name_and_each_time_written_down(
    office: TestClient, container: Container, tmp_path: Path
) -> None:
    made = a_day(container.database, NOON, DAY)
    asked = {"date": DAY.isoformat()}
    picture = office.get("/api/v1/routes/map", params=asked)
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "2 routes with 6 stops from Surulere" in picture.text
    found = office.get("/api/v1/routes/geojson", params=asked | {"hub_id": str(made.hub_id)})
    assert found.headers["Content-Type"] == "application/geo+json"
    features = json.loads(found.text)["features"]
    kinds = [one["properties"]["kind"] for one in features]
    assert (kinds.count("hub"), kinds.count("route"), kinds.count("stop")) == (1, 2, 6)
    unknown = [one for one in features if one["properties"].get("location_source") == "zone"]
    assert len(unknown) == 2
    gpx = office.get("/api/v1/routes/gpx", params=asked)
    assert gpx.headers["Content-Type"] == "application/gpx+xml"
    assert len(ET.fromstring(gpx.content).findall("{*}rte")) == 2
    for answer in (picture, found, gpx):
        assert "Basira" not in answer.text
        assert "+234" not in answer.text
    assert office.get("/api/v1/routes/map").status_code == 422
    nobody = {"date": "2026-01-01", "hub_id": str(made.collector)}
    assert office.get("/api/v1/routes/gpx", params=nobody).status_code == 404
    with container.database.unit_of_work() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "exported")).all()
        assert [event.detail["as"] for event in events] == ["map", "geojson", "gpx"]
        stops = len(session.scalars(select(RouteStop)).all())
    assert maps.export(container, "geojson", DAY, "sur") == found.text
    assert stops == 6
    with pytest.raises(NotFound):
        maps.export(container, "svg", DAY, "NOWHERE")


def test_the_book_of_a_day_is_there_for_the_office(office: TestClient, container: Container) -> None:
    made = a_day(container.database, NOON, DAY)
    asked = {"date": DAY.isoformat(), "hub_id": str(made.hub_id)}
    stops = office.get("/api/v1/routes/book", params=asked).json()["stops"]
    assert [one["pickup_id"] for one in stops[:5]] == [str(one) for one in made.pickups]
    assert {one["planned_for_id"] for one in stops} == {str(made.collector), str(made.other)}
    assert all(one["moves"] == [] and one["visited_by_id"] is None for one in stops)
    nowhere = {**asked, "hub_id": str(made.collector)}
    assert office.get("/api/v1/routes/book", params=nowhere).status_code == 404
