"""The office hears of a broken bike on the phone, and of whom nobody could come to."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from app.container import Container
from tests.web.admin.test_promises import enrol, zone
from workers.routing import follow_day

__all__ = ["zone"]


def test_the_office_says_that_a_bike_broke_and_reads_who_was_given_another_day(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household = enrol(office, zone)
    new = {"name": "Tunde", "phone": "08000009001", "hub_id": zone["hub_id"], "capacity_grams": 150_000}
    office.post("/api/v1/collectors", json=new)
    office.post(
        "/api/v1/exceptions",
        json={"zone_id": zone["id"], "date": "2026-03-04", "kind": "extra", "reason": "Make-up day"},
    )
    first = office.get("/api/v1/pickups", params={"household_id": household["id"]}).json()["items"][-1]
    assert (
        office.post(f"/api/v1/pickups/{first['id']}/reschedule", json={"date": "2026-03-04"}).status_code
        == 200
    )
    (route,) = office.post("/api/v1/routes", json={"date": "2026-03-04", "seed": 1}).json()["routes"]
    assert route["stops"][0]["trip"] == 1
    assert route["stops"][0]["arrives_at"] >= "2026-03-04T07:00"
    address = f"/api/v1/routes/{route['id']}/troubles"
    made = office.post(address, json={"kind": "bike_broken"})
    assert made.status_code == 201
    assert office.post(address, json={"kind": "bike_broken"}).json() == made.json()
    assert office.get(address).json() == {"items": [made.json()]}
    assert office.post(f"{address}/box_full/resolve").status_code == 404
    plan = office.post("/api/v1/routes", json={"date": "2026-03-04"}).json()
    assert [one["why"] for one in plan["unplanned"]] == ["no_collector"]
    assert office.post(f"{address}/bike_broken/resolve").json()["resolved_at"] is not None
    assert office.get("/api/v1/routes/unserved", params={"date": "2026-03-04"}).json()["items"] == []
    assert follow_day(container) == 0, "that day is not today"
