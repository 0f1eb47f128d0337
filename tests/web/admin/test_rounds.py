"""The office and the rounds: absences, draws before people, and a seed that nobody sees too early."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from app.container import Container
from app.places.models import Hub
from app.rotation.drawing import keep_drawn
from app.settings import Fairness
from tests.web.admin.test_promises import zone

__all__ = ["zone"]


def test_a_draw_shows_its_seed_only_once_it_is_drawn(
    office: TestClient, container: Container, zone: dict[str, Any]
) -> None:
    rider = {"name": "Tunde", "phone": "+2348000009001", "hub_id": zone["hub_id"], "capacity_grams": 1000}
    collector = office.post("/api/v1/collectors", json=rider).json()["id"]
    settings = container.settings.model_copy(update={"fairness": Fairness.ROTATE})
    object.__setattr__(container, "settings", settings)
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        hub = next(one for one in session.query(Hub) if str(one.id) == zone["hub_id"])
        keep_drawn(session, hub, now.date(), settings, now)
    [promised] = office.get("/api/v1/rounds/draws").json()["items"]
    assert promised["seed"] is None
    address = f"/api/v1/rounds/draws/{promised['id']}"
    assert office.post(address, json={"word": "x" * 81}).status_code == 422
    drawn = office.post(address, json={"word": "mango"}).json()
    assert (drawn["promise"], drawn["word"], drawn["drawn"]) == (promised["promise"], "mango", [collector])
    assert len(drawn["seed"]) == 32
    assert office.post(address, json={"word": "again"}).status_code == 409
    asked = {"hub_id": zone["hub_id"], "date": drawn["first_day"]}
    [turn] = office.get("/api/v1/rounds", params=asked).json()["zones"]
    assert turn == {"zone_id": zone["id"], "holders": [collector], "riders": [collector]}

    path = f"/api/v1/collectors/{collector}/absences"
    days = {"first_day": drawn["first_day"], "last_day": "2026-01-01", "reason": "sick"}
    assert office.post(path, json=days).json()["errors"][0]["field"] == "/last_day"
    away = office.post(path, json={**days, "last_day": drawn["first_day"]}).json()
    assert office.get(path).json()["items"] == [away]
    [turn] = office.get("/api/v1/rounds", params=asked).json()["zones"]
    assert (turn["holders"], turn["riders"]) == ([collector], [])
    assert office.delete(f"{path}/{away['id']}").status_code == 204
    assert office.get(path).json()["items"] == []
    report = {"hub_id": zone["hub_id"], "first_day": "2026-03-01", "last_day": "2026-03-31"}
    [share] = office.get("/api/v1/reports/fairness", params=report).json()["shares"]
    assert share["collector_id"] == collector
    assert (
        office.get("/api/v1/reports/fairness", params={**report, "last_day": "2026-02-01"}).status_code == 422
    )
