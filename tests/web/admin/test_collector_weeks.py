"""A collector's week and zones, as the office writes them down."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from tests.web.admin.test_promises import zone

__all__ = ["zone"]


def test_the_office_writes_a_week_and_nonsense_is_refused_in_a_sentence(
    office: TestClient, zone: dict[str, Any]
) -> None:
    new = {"name": "Tunde", "phone": "08000009001", "hub_id": zone["hub_id"], "capacity_grams": 150_000}
    made = office.post("/api/v1/collectors", json=new).json()
    assert made["capacity_litres"] == 1_500
    address = f"/api/v1/collectors/{made['id']}"
    assert office.patch(address, json={"capacity_litres": 900}).json()["capacity_litres"] == 900
    assert office.patch(address, json={"capacity_litres": 0}).status_code == 422
    shift = {"weekday": 1, "starts_at": "07:00", "ends_at": "15:00"}
    rest = {"break_from": "11:00", "break_until": "13:00", "break_minutes": 30}
    set_one = office.put(f"{address}/shifts", json={"shifts": [shift | rest]})
    assert set_one.json()["shifts"] == [shift | rest]
    assert office.get(f"{address}/shifts").json() == set_one.json()
    for wrong in (
        [shift, shift],
        [shift | {"ends_at": "07:00"}],
        [shift | {"break_minutes": 30}],
        [shift | rest | {"break_until": "14:45"}],
        [shift | rest | {"break_from": "06:00"}],
    ):
        refused = office.put(f"{address}/shifts", json={"shifts": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/shifts"), wrong
    assert office.get(f"{address}/shifts").json() == set_one.json()
    known = office.put(f"{address}/zones", json={"zone_ids": [zone["id"]]})
    assert known.json() == office.get(f"{address}/zones").json() == {"zone_ids": [zone["id"]]}
    nowhere = office.put(f"{address}/zones", json={"zone_ids": [made["id"]]})
    assert nowhere.json()["errors"][0]["field"] == "/zone_ids"
    assert office.put(f"{address}/shifts", json={"shifts": []}).json() == {"shifts": []}
