"""A day at the office, noun by noun, on both databases."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.collectors.models import Collector
from app.container import Container
from app.kernel import pins
from tests.web.admin.test_promises import enrol, zone

__all__ = ["zone"]


def _pickups(office: TestClient, household: dict[str, Any], **filters: str) -> list[dict[str, Any]]:
    found = office.get("/api/v1/pickups", params={"household_id": household["id"], "limit": 200, **filters})
    items: list[dict[str, Any]] = found.json()["items"]
    return sorted(items, key=lambda one: one["date"])


def test_a_household_is_enrolled_changed_paused_and_let_go(office: TestClient, zone: dict[str, Any]) -> None:
    made = enrol(office, zone)
    assert made["phones"][0]["phone"] == "+2348000000001"
    assert made["balance_minor"] == 0
    address = f"/api/v1/households/{made['id']}"
    assert [one["date"] for one in _pickups(office, made)][:2] == ["2026-03-06", "2026-03-10"]

    changed = office.patch(
        address, json={"name": "Mama Ada", "language": "pcm", "location": {"latitude": 6.5, "longitude": 3.4}}
    )
    assert (changed.json()["name"], changed.json()["language"]) == ("Mama Ada", "pcm")
    assert (changed.json()["landmark"], changed.json()["latitude"]) == ("Blue gate", 6.5)
    assert office.patch(address, json={"language": "xx"}).json()["errors"][0]["field"] == "/language"

    added = office.post(f"{address}/phones", json={"phone": "08000000009"}).json()
    assert [one["phone"] for one in added["phones"]] == ["+2348000000001", "+2348000000009"]
    assert office.post(f"{address}/phones", json={"phone": "08000000009"}).json() == added

    assert office.post(f"{address}/pause", json={"until": "2026-04-01"}).json()["status"] == "paused"
    assert {one["status"] for one in _pickups(office, made)} == {"cancelled"}
    assert office.post(f"{address}/resume").json()["status"] == "active"
    assert {one["status"] for one in _pickups(office, made)} == {"scheduled"}
    assert office.post(f"{address}/leave").json()["status"] == "left"
    assert office.get("/api/v1/households", params={"status": "active"}).json()["items"] == []


def test_a_pickup_asked_for_twice_is_one_and_moves_only_where_it_may(
    office: TestClient, zone: dict[str, Any]
) -> None:
    household = enrol(office, zone)
    first = office.post("/api/v1/pickups", json={"household_id": household["id"]}).json()
    assert office.post("/api/v1/pickups", json={"household_id": household["id"]}).json() == first
    address = f"/api/v1/pickups/{first['id']}"
    assert office.patch(address, json={"status": "declined"}).json()["status"] == "declined"
    refused = office.patch(address, json={"status": "missed", "missed_reason": "nobody_home"})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/docs#problem-illegal-transition"
    assert office.patch(address, json={"status": "missed"}).status_code == 422
    assert office.patch(address, json={"status": "collected"}).json()["errors"][0]["field"] == "/status"


def test_a_pickup_given_another_day_stands_there_alone_and_the_household_hears_of_it(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household = enrol(office, zone)
    friday = _pickups(office, household)[0]
    address = f"/api/v1/pickups/{friday['id']}/reschedule"
    not_served = office.post(address, json={"date": "2026-03-07"})
    assert not_served.json()["errors"][0]["field"] == "/date"
    assert office.post(address, json={"date": "2026-03-02"}).status_code == 422

    office.post(
        "/api/v1/exceptions",
        json={"zone_id": zone["id"], "date": "2026-03-07", "kind": "extra", "reason": "Make-up day"},
    )
    moved = office.post(address, json={"date": "2026-03-07"}).json()
    assert (moved["date"], moved["status"]) == ("2026-03-07", "scheduled")
    assert office.get(f"/api/v1/pickups/{friday['id']}").json()["status"] == "cancelled"
    assert office.post(address, json={"date": "2026-03-10"}).status_code == 409
    texts = office.get("/api/v1/messages", params={"phone": "08000000001", "direction": "out"}).json()[
        "items"
    ]
    assert [text["template"] for text in texts] == ["pickup.moved"]


def test_a_holiday_moves_pickups_once_and_taking_it_away_moves_them_back(
    office: TestClient, zone: dict[str, Any]
) -> None:
    household = enrol(office, zone)
    holiday = {"date": "2026-03-06", "kind": "closed", "moved_to": "2026-03-07", "reason": "Holiday"}
    made = office.post("/api/v1/exceptions", json=holiday)
    assert made.status_code == 201
    assert office.post("/api/v1/exceptions", json=holiday).status_code == 409
    first = _pickups(office, household)[0]
    assert (first["date"], first["moved_from"]) == ("2026-03-07", "2026-03-06")
    assert office.delete(f"/api/v1/exceptions/{made.json()['id']}").status_code == 204
    assert _pickups(office, household)[0]["date"] == "2026-03-06"
    nonsense = office.post("/api/v1/exceptions", json=holiday | {"moved_to": "2026-03-06"})
    assert nonsense.json()["errors"][0]["field"] == "/moved_to"


def test_a_collector_can_sign_in_once_a_pin_is_set_and_the_pin_is_never_shown(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    new = {"name": "Tunde", "phone": "08000009001", "hub_id": zone["hub_id"], "capacity_grams": 150_000}
    made = office.post("/api/v1/collectors", json=new).json()
    assert made["has_pin"] is False
    assert office.post("/api/v1/collectors", json=new).status_code == 409
    address = f"/api/v1/collectors/{made['id']}"
    assert office.put(f"{address}/pin", json={"pin": "12"}).json()["errors"][0]["field"] == "/pin"
    assert office.put(f"{address}/pin", json={"pin": "4711"}).status_code == 204
    shown = office.get(address)
    assert shown.json()["has_pin"] is True
    assert "4711" not in shown.text
    with container.database.unit_of_work() as session:
        row = session.scalars(select(Collector)).one()
        assert row.pin_hash is not None
        assert pins.verify("4711", row.pin_hash)
    assert office.patch(address, json={"active": False}).json()["active"] is False


def test_a_rate_is_set_from_a_day_on_and_never_in_the_past(office: TestClient) -> None:
    material = office.post("/api/v1/materials", json={"code": "PET", "name": "Plastic bottles"}).json()
    rate = {"material_id": material["id"], "amount_minor_per_kilogram": 12000, "valid_from": "2026-03-03"}
    assert office.post("/api/v1/rates", json=rate).status_code == 201
    assert office.post("/api/v1/rates", json=rate).status_code == 409
    past = office.post("/api/v1/rates", json=rate | {"valid_from": "2026-03-02"})
    assert past.json()["type"] == "/docs#problem-refused"
    assert len(office.get("/api/v1/rates", params={"material_id": material["id"]}).json()["items"]) == 1


def test_redeeming_needs_a_key_and_credit(office: TestClient, zone: dict[str, Any]) -> None:
    household = enrol(office, zone)
    wish = {
        "household_id": household["id"],
        "reward_code": "AIRTIME",
        "amount_minor": 50000,
        "payee_phone": "08000000001",
    }
    assert office.post("/api/v1/redemptions", json=wish).json()["errors"][0]["field"] == "Idempotency-Key"
    unknown = office.post("/api/v1/redemptions", json=wish, headers={"Idempotency-Key": "a"})
    assert unknown.json()["errors"][0]["field"] == "/reward_code"


def test_a_day_is_planned_and_planned_again_without_shuffling(
    office: TestClient, zone: dict[str, Any]
) -> None:
    household = enrol(office, zone)
    nobody = office.post("/api/v1/routes", json={"date": "2026-03-06"}).json()
    assert nobody["routes"] == []
    assert [one["why"] for one in nobody["unplanned"]] == ["no_collector"]
    new = {"name": "Tunde", "phone": "08000009001", "hub_id": zone["hub_id"], "capacity_grams": 150_000}
    office.post("/api/v1/collectors", json=new)
    planned = office.post("/api/v1/routes", json={"date": "2026-03-06"}).json()
    assert planned["added"] == 1
    friday = _pickups(office, household)[0]
    assert [one["pickup_id"] for one in planned["routes"][0]["stops"]] == [friday["id"]]
    assert friday["status"] == "routed"
    again = office.post("/api/v1/routes", json={"date": "2026-03-06", "zone": "SUR"}).json()
    assert again["added"] == 0
    assert len(office.get("/api/v1/routes", params={"date": "2026-03-06"}).json()["items"]) == 1
    unknown = office.post("/api/v1/routes", json={"date": "2026-03-06", "zone": "XXX"})
    assert unknown.json()["errors"][0]["field"] == "/zone"
