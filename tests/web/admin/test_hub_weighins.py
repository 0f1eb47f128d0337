"""The office reads what was weighed in, and answers a case once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.container import Container
from app.integrity import hub_weighins
from app.integrity.hub_day import Allowance
from app.kernel.ids import new_id
from tests.web.admin.test_promises import zone

__all__ = ["zone"]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_load_without_stops_is_a_case_that_the_office_answers_once(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    office.post("/api/v1/materials", json={"code": "PET", "name": "Plastic bottles"})
    new = {"name": "Tunde", "phone": "08000009001", "hub_id": zone["hub_id"]}
    rider = office.post("/api/v1/collectors", json=new).json()
    clerk = office.post("/api/v1/collectors", json=new | {"phone": "08000009050", "role": "hub"}).json()
    assert (rider["role"], clerk["role"]) == ("rider", "hub")
    load = hub_weighins.Load(
        id=new_id(),
        hub_id=UUID(zone["hub_id"]),
        brought_by=UUID(rider["id"]),
        collector_id=UUID(clerk["id"]),
        date=date(2026, 3, 3),
        grams={"PET": 4_000},
        at=container.clock.now(),
    )
    rules = hub_weighins.Rules("Africa/Lagos", Allowance(5, 50), 1_000_000)
    with container.database.unit_of_work() as session:
        hub_weighins.weigh_in(session, load, rules)
    (item,) = office.get("/api/v1/hub-weighins", params={"date": "2026-03-03"}).json()["items"]
    assert (item["grams"], item["weighed_by"]) == ({"PET": 4_000}, clerk["id"])
    assert office.get(f"/api/v1/hub-weighins/{item['id']}").json() == item
    asked = {"collector_id": rider["id"], "date": "2026-03-03"}
    (material,) = office.get("/api/v1/hub-weighins/day", params=asked).json()["materials"]
    assert (material["difference_grams"], material["allowed_grams"], material["agrees"]) == (
        4_000,
        250,
        False,
    )
    (case,) = office.get("/api/v1/cases", params={"status": "open"}).json()["items"]
    address = f"/api/v1/cases/{case['id']}"
    answered = office.post(f"{address}/answer", json={"answer": "His phone was off; the stops came later."})
    assert (answered.status_code, answered.json()["status"]) == (200, "closed")
    assert office.post(f"{address}/answer", json={"answer": "Again."}).status_code == 409
    assert office.get(address).json() == answered.json()
    actions = [
        one["action"]
        for one in office.get("/api/v1/audit-events", params={"object_id": case["id"]}).json()["items"]
    ]
    assert actions.count("closed") == 1
