"""The office edits the catalogue, its bonuses and its pots, and sees what households asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.container import Container
from tests.factories.street import give_credit
from tests.web.admin.test_promises import enrol, zone

__all__ = ["zone"]

POT = {
    "code": "CLINIC",
    "kind": "pot",
    "name": "Clinic roof",
    "minimum_minor": 5_000,
    "maximum_minor": 100_000,
    "step_minor": 5_000,
}
_REWARDS = "/api/v1/rewards"


def _fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def _rich(container: Container, office: TestClient, zone: dict[str, Any]) -> dict[str, Any]:
    household = enrol(office, zone)
    with container.database.unit_of_work() as session:
        give_credit(session, UUID(household["id"]), 100_000, container.clock.now())
    return household


def _redeem(office: TestClient, key: str, household: dict[str, Any], **wish: Any) -> Any:
    body = {"household_id": household["id"], "reward_code": "CLINIC", **wish}
    return office.post("/api/v1/redemptions", json=body, headers={"Idempotency-Key": key})


def test_a_reward_is_created_changed_and_retired_with_a_trail(
    container: Container, office: TestClient
) -> None:
    made = office.post(_REWARDS, json=POT)
    assert made.status_code == 201
    assert (made.json()["active"], made.json()["stock"], made.json()["eligibility"]) == (True, None, None)
    assert office.post(_REWARDS, json=POT).status_code == 409
    address = f"{_REWARDS}/{made.json()['id']}"
    conditions = {"zone_ids": [], "hub_ids": [], "member_days": 30, "minimum_grams": 500, "within_days": 7}
    changed = office.patch(
        address, json={"stock": 4, "maximum_minor": 50_000, "eligibility": conditions}
    ).json()
    assert (changed["stock"], changed["maximum_minor"], changed["eligibility"]) == (4, 50_000, conditions)
    assert office.patch(address, json={"stock": None, "eligibility": None}).json()["eligibility"] is None
    assert office.patch(address, json={"active": False}).json()["active"] is False
    assert office.get(_REWARDS, params={"active": "true", "kind": "pot"}).json()["items"] == []
    with container.database.unit_of_work() as session:
        done = session.scalars(
            select(AuditEvent.action).where(AuditEvent.object_type == "reward").order_by(AuditEvent.id)
        ).all()
    assert done == ["created", "changed", "changed", "changed"]


def test_a_reward_that_makes_no_sense_is_refused_by_the_field(office: TestClient) -> None:
    nowhere = "0193572a-6b00-7000-8000-000000000002"
    for wrong, field in (
        ({"maximum_minor": 1_000}, "/maximum_minor"),
        ({"step_minor": 150}, "/step_minor"),
        ({"minimum_minor": 7_500}, "/minimum_minor"),
        ({"name": "A name that no text has room for"}, "/name"),
        ({"stock": -1}, "/stock"),
        ({"provider": "manual"}, "/provider"),
        ({"goal_payee_phone": "08000000009"}, "/goal_payee_phone"),
        ({"kind": "goal", "goal_may_take_back": False}, "/goal_payee_phone"),
        ({"kind": "goal", "goal_payee_phone": "12"}, "/goal_payee_phone"),
        ({"eligibility": {"hub_ids": [nowhere]}}, "/eligibility/hub_ids"),
        ({"eligibility": {"minimum_grams": 500}}, "/eligibility/within_days"),
        ({"eligibility": {"languages": ["en"]}}, "/eligibility/languages"),
    ):
        assert _fields(office.post(_REWARDS, json=POT | wrong)) == [field], wrong
    made = office.post(_REWARDS, json=POT).json()
    assert _fields(office.patch(f"{_REWARDS}/{made['id']}", json={"maximum_minor": 1_000})) == [
        "/maximum_minor"
    ]
    assert office.get(f"{_REWARDS}/{made['id']}").json() == made


def test_a_sponsors_bonus_is_added_and_what_was_promised_bounds_the_budget(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household = _rich(container, office, zone)
    pot = office.post(_REWARDS, json=POT).json()
    address = f"{_REWARDS}/{pot['id']}/bonuses"
    bonus = {
        "sponsor": "COLA",
        "sponsor_name": "Lagos Cola",
        "percent": 10,
        "budget_minor": 20_000,
        "ends_at": "2026-12-24T20:00:00+01:00",
    }
    assert _fields(office.post(address, json=bonus)) == ["/sponsor"]
    paid_in = {"sponsor": "COLA", "direction": "in", "amount_minor": 20_000, "reason": "Bank transfer"}
    office.post("/api/v1/transfers", json=paid_in, headers={"Idempotency-Key": "in"})
    assert _fields(office.post(address, json=bonus | {"ends_at": "2026-01-01T00:00:00Z"})) == ["/ends_at"]
    made = office.post(address, json=bonus).json()
    redeemed = _redeem(office, "a", household, amount_minor=50_000).json()
    assert (redeemed["bonus_minor"], redeemed["status"], redeemed["way"]) == (5_000, "paid", "spend")
    assert _redeem(office, "a", household, amount_minor=50_000).json() == redeemed
    assert office.get(address).json()["items"][0]["used_minor"] == 5_000
    assert _fields(office.patch(f"{address}/{made['id']}", json={"budget_minor": 4_999})) == ["/budget_minor"]
    assert office.patch(f"{address}/{made['id']}", json={"active": False}).json()["active"] is False
    assert _redeem(office, "b", household, amount_minor=20_000).json()["bonus_minor"] == 0
    gift = office.post(_REWARDS, json=POT | {"code": "GIFT", "kind": "gift"}).json()
    assert office.post(f"{_REWARDS}/{gift['id']}/bonuses", json=bonus).status_code == 409


def test_a_pot_is_paid_out_once_and_never_below_nothing(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household = _rich(container, office, zone)
    pot = office.post(_REWARDS, json=POT).json()
    _redeem(office, "a", household, amount_minor=50_000)
    address = f"{_REWARDS}/{pot['id']}/pot-payments"
    payment = {"amount_minor": 30_000, "reason": "Roofing sheets, receipt 0417"}
    assert _fields(office.post(address, json=payment)) == ["Idempotency-Key"]
    paid = office.post(address, json=payment, headers={"Idempotency-Key": "p"})
    assert paid.status_code == 201
    assert office.post(address, json=payment, headers={"Idempotency-Key": "p"}).json() == paid.json()
    too_much = office.post(address, json=payment, headers={"Idempotency-Key": "q"})
    assert too_much.json()["type"] == "/docs#problem-insufficient-balance"
    (account,) = office.get("/api/v1/accounts", params={"kind": "community_pot"}).json()["items"]
    assert (account["code"], account["balance_minor"]) == ("pot:CLINIC", 20_000)


def test_the_office_puts_aside_and_takes_back_what_the_household_may_not(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    household = _rich(container, office, zone)
    goal = POT | {"code": "SCHOOL", "kind": "goal", "goal_may_take_back": False}
    office.post(_REWARDS, json=goal | {"goal_payee_phone": "08000000009"})
    wish = {"reward_code": "SCHOOL", "amount_minor": 30_000}
    assert _redeem(office, "a", household, **wish).json()["status"] == "paid"
    back = _redeem(office, "b", household, **wish, way="take_back").json()
    assert (back["way"], back["status"]) == ("take_back", "paid")
    again = _redeem(office, "c", household, **wish, way="take_back")
    assert again.json()["type"] == "/docs#problem-insufficient-balance"
    assert office.get(f"/api/v1/households/{household['id']}").json()["balance_minor"] == 100_000
    assert _fields(_redeem(office, "d", household, amount_minor=5_000, way="take_back")) == ["/reward_code"]
