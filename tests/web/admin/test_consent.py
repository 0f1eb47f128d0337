"""The log of who may be texted, and what an office may write into it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.container import Container
from app.messaging import contacts
from tests.web.admin.test_promises import enrol, zone

__all__ = ["zone"]

ADA, STRANGER = "+2348000000001", "+2348000000077"
ASKED = {"phone": "0800 000 0001", "how": "door", "reason": "Told Tunde: no more texts."}


def _listed(office: TestClient, **filters: Any) -> list[tuple[str, bool, str]]:
    found = office.get("/api/v1/consent-events", params=filters)
    assert found.status_code == 200, found.text
    return [(one["phone"], one["agreed"], one["source"]) for one in found.json()["items"]]


def test_the_office_writes_down_an_opt_out_that_was_spoken(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household = enrol(office, zone)
    address = f"/api/v1/households/{household['id']}"
    assert office.get(address).json()["phones"][0]["opted_out_at"] is None
    made = office.post("/api/v1/consent-events", json=ASKED)
    assert made.status_code == 201
    event = made.json()
    assert (event["phone"], event["agreed"], event["source"]) == (ADA, False, "office:door")
    assert event["reason"] == ASKED["reason"]
    assert event["recorded_by"].startswith("office ")
    assert office.get(address).json()["phones"][0]["opted_out_at"] == event["occurred_at"]
    with container.database.unit_of_work() as session:
        assert contacts.opted_out(session, ADA)
    assert office.get(f"/api/v1/consent-events/{event['id']}").json() == event
    assert office.post("/api/v1/consent-events", json=ASKED).status_code == 409


def test_nobody_can_agree_for_somebody_else(container: Container, office: TestClient) -> None:
    refused = office.post("/api/v1/consent-events", json=ASKED | {"agreed": True})
    assert refused.status_code == 422
    assert "START or JOIN themselves" in refused.text
    assert _listed(office) == []


def test_the_log_is_read_by_phone_and_by_household(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household, now = enrol(office, zone), container.clock.now()
    with container.database.unit_of_work() as session:
        contacts.agreed(session, ADA, "text", now)
        contacts.opt_out(session, STRANGER, "gateway:twilio", now)
        contacts.opt_out(session, ADA, "twilio:STOP", now)
    of_ada = [(ADA, False, "twilio:STOP"), (ADA, True, "text")]
    assert _listed(office, phone="08000000001") == of_ada
    assert _listed(office, household_id=household["id"]) == of_ada
    assert _listed(office, agreed=True) == of_ada[1:]
    assert _listed(office, until=now.isoformat()) == []
    page = office.get("/api/v1/consent-events", params={"limit": 2}).json()
    rest = office.get("/api/v1/consent-events", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [one["phone"] for one in (*page["items"], *rest["items"])] == [ADA, STRANGER, ADA]
    trail = office.get("/api/v1/audit-events", params={"object_type": "consent-event"}).json()["items"]
    assert {one["action"] for one in trail} == {"listed"}
    assert "0800" not in str(trail)


@pytest.mark.parametrize(
    "wrong", [{"phone": "MTN"}, {"how": "rumour"}, {"reason": ""}, {"reason": "x" * 201}]
)
def test_an_opt_out_needs_a_phone_a_way_and_a_reason(office: TestClient, wrong: dict[str, str]) -> None:
    refused = office.post("/api/v1/consent-events", json=ASKED | wrong)
    assert refused.json()["errors"][0]["field"] == f"/{next(iter(wrong))}"
