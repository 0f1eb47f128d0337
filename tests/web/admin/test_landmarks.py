"""The office and where people live: landmarks and plus codes, by hand and by file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.bulk.households_in import import_households
from app.bulk.landmarks_in import import_landmarks
from app.container import Container
from app.households.models import Household
from app.kernel.place import Location, distance_metres
from app.places import pluscodes
from app.places.models import Landmark
from tests.web.admin.test_promises import zone

__all__ = ["zone"]


def test_the_office_gives_plus_codes_and_keeps_landmarks(office: TestClient, zone: dict[str, Any]) -> None:
    path = f"/api/v1/zones/{zone['id']}/landmarks"
    body = {"name": "Central mosque", "aliases": ["Mosque"], "latitude": 6.5, "longitude": 3.4}
    made = office.post(path, json=body).json()
    assert office.post(path, json=body).status_code == 409
    assert office.patch(f"{path}/{made['id']}", json={"aliases": []}).json()["aliases"] == []
    assert office.patch(f"{path}/{made['id']}", json={"aliases": ["!"]}).status_code == 422
    assert [one["name"] for one in office.get(path).json()["items"]] == ["Central mosque"]
    code = pluscodes.of(Location(zone["latitude"], zone["longitude"]))
    new = {"phone": "08000000001", "name": "Ada", "zone_id": zone["id"], "landmark": "gate"}
    home = office.post("/api/v1/households", json={**new, "plus_code": code[4:]}).json()
    assert (home["location_source"], home["plus_code"], home["location_uncertainty_metres"]) == (
        "plus_code",
        code,
        10,
    )
    both = {"location": {"latitude": 6.5, "longitude": 3.4}, "plus_code": code}
    address = f"/api/v1/households/{home['id']}"
    assert office.patch(address, json=both).json()["errors"][0]["field"] == "/plus_code"
    assert office.patch(address, json={"plus_code": "nonsense"}).status_code == 422
    assert office.patch(address, json={"location": None}).json()["plus_code"] is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_landmarks_and_plus_codes_come_by_file(
    container: Container, zone: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "landmarks.csv"
    file.write_text(
        "zone,name,latitude,longitude,plus_code,aliases,uncertainty_metres\n"
        'SUR,Total station,6.5,3.36,,"Total|Total Itire",80\n'
        f"sur,Cele church,,,{pluscodes.of(Location(6.501, 3.361))[4:]},,\n"
        "SUR,Nowhere,,,,,\n"
        "XXX,Elsewhere,6.5,3.36,,,\n"
        "SUR,Total,6.5,3.36,,,\n"
        "SUR,Far,6.5,3.36,,,many\n"
    )
    for results in (
        ["made", "made", "refused", "refused", "refused", "refused"],
        ["known", "known", "refused", "refused", "refused", "refused"],
    ):
        assert [one.result for one in import_landmarks(container, file)] == results
    with container.database.unit_of_work() as session:
        first, second = session.scalars(select(Landmark).order_by(Landmark.id))
        assert (first.aliases, first.uncertainty_metres) == (["Total", "Total Itire"], 80)
        assert distance_metres(Location(second.latitude, second.longitude), Location(6.501, 3.361)) < 10
    people = tmp_path / "people.csv"
    code = pluscodes.of(Location(6.502, 3.362))
    people.write_text(
        f"phone,name,zone,landmark,plus_code\n08000000501,Ada,SUR,gate,{code[4:]}\n08000000502,Bo,SUR,gate,??\n"
    )
    assert [one.result for one in import_households(container, people)] == ["made", "refused"]
    with container.database.unit_of_work() as session:
        ada = session.scalars(select(Household).where(Household.name == "Ada")).one()
        assert ada.location_source == "plus_code"
        assert ada.latitude == pytest.approx(6.502, abs=1e-4)
