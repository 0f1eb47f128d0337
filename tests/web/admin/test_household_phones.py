"""What the office does about a household's phones, and what is kept of that."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.container import Container
from app.households import invitations, pins
from app.households.models import HouseholdPhone
from tests.factories.street import a_street

BECAUSE = {"reason": "Came to the hub with the phone."}
SECOND, THIRD = "+2348000000002", "+2348000000003"


@pytest.fixture
def home(container: Container) -> UUID:
    return a_street(container.database, container.clock.now()).household_id


def test_the_office_lists_adds_and_removes_phones(office: TestClient, home: UUID) -> None:
    path = f"/api/v1/households/{home}/phones"
    office.post(path, json={"phone": SECOND, "language": "pcm"}).raise_for_status()
    first, second = office.get(path).json()["items"]
    assert (first["spends_from"], second["phone"]) == (None, SECOND)
    assert second["spends_from"] is not None
    assert (
        office.patch(f"{path}/{first['id']}", json={"gets_receipts": False}).json()["gets_receipts"] is False
    )
    assert office.patch(f"{path}/{second['id']}", json={"gets_receipts": False}).status_code == 409
    assert office.delete(f"{path}/{first['id']}").status_code == 204
    assert office.delete(f"{path}/{second['id']}").status_code == 409
    assert [one["gets_receipts"] for one in office.get(path).json()["items"]] == [True]


def test_a_guarded_phone_is_verified_with_a_reason_that_is_kept(
    office: TestClient, container: Container, home: UUID
) -> None:
    with container.database.unit_of_work() as session:
        line = session.scalars(select(HouseholdPhone)).one()
        line.created_at -= timedelta(days=151)
    path = f"/api/v1/households/{home}/phones"
    [phone] = office.get(path).json()["items"]
    assert phone["guarded"]
    assert office.post(f"{path}/{phone['id']}/verify", json={}).status_code == 422
    assert office.post(f"{path}/{phone['id']}/verify", json=BECAUSE).json()["guarded"] is False
    with container.database.unit_of_work() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "phone_verified")).one()
        assert event.detail["reason"] == BECAUSE["reason"]


def test_a_lost_phones_new_number_is_accepted_and_a_pin_cleared(
    office: TestClient, container: Container, home: UUID
) -> None:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        invitations.claim(session, phone=THIRD, old="+2348000000001", language="en", now=now)
        pins.set_pin(session, home, "4821", now)
    path = f"/api/v1/households/{home}"
    [claim] = office.get(f"{path}/number-claims").json()["items"]
    assert (claim["phone"], claim["replaces"]) == (THIRD, "+2348000000001")
    assert office.post(f"{path}/number-claims/{claim['id']}/accept", json=BECAUSE).json()["phone"] == THIRD
    assert office.post(f"{path}/number-claims/{claim['id']}/accept", json=BECAUSE).status_code == 404
    old, _new = office.get(f"{path}/phones").json()["items"]
    assert old["replaced_by"] == THIRD
    assert office.post(f"{path}/forget-pin", json=BECAUSE).status_code == 204
    with container.database.unit_of_work() as session:
        assert not pins.has_pin(session, home)
