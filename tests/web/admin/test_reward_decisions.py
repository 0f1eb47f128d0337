"""Above an amount, nobody alone says where savings go or what leaves a pot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app import bootstrap
from app.access.keys import COMMAND_LINE, create_key
from app.container import Container
from app.kernel.clock import FixedClock
from app.rewards import overdue
from app.settings import load_settings
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


@pytest.fixture
def container(database_url: str, clock: FixedClock) -> Iterator[Container]:
    settings = load_settings(
        environment="test",
        database_url=database_url,
        secret_key="t" * 32,
        payout_second_person_above_minor=50_000,
    )
    container = bootstrap.build(settings, clock=clock)
    yield container
    container.close()


def _rich(container: Container, office: TestClient, zone: dict[str, Any], number: int) -> dict[str, Any]:
    household = enrol(office, zone, number)
    with container.database.unit_of_work() as session:
        give_credit(session, UUID(household["id"]), 100_000, container.clock.now())
    return household


def _redeem(office: TestClient, key: str, household: dict[str, Any], **wish: Any) -> Any:
    body = {"household_id": household["id"], "reward_code": "CLINIC", **wish}
    return office.post("/api/v1/redemptions", json=body, headers={"Idempotency-Key": key})


def _colleague(container: Container, office: TestClient) -> Callable[[str], Any]:
    """Somebody else, who confirms with a key of their own."""
    with container.database.unit_of_work() as session:
        made = create_key(
            session, name="colleague", scopes=("admin",), by=COMMAND_LINE, now=container.clock.now()
        )
    headers = {"Authorization": f"Bearer {made.key}"}
    return lambda address: office.post(f"{address}/decisions/confirm", headers=headers)


def _in_pot(office: TestClient) -> int:
    (account,) = office.get("/api/v1/accounts", params={"kind": "community_pot"}).json()["items"]
    return int(account["balance_minor"])


def test_much_saved_goes_to_another_payee_only_by_two_people(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    """Ninety thousand saved by two households, each less than the amount, count together."""
    goal = POT | {"code": "SCHOOL", "kind": "goal", "goal_payee_phone": "08000000009"}
    made = office.post(_REWARDS, json=goal).json()
    address, other = f"{_REWARDS}/{made['id']}", {"goal_payee_phone": "08000000011"}
    wish = {"reward_code": "SCHOOL", "amount_minor": 45_000}
    _redeem(office, "a", _rich(container, office, zone, 1), **wish)
    assert office.patch(address, json=other).json()["goal_payee_phone"] == "+2348000000011"
    office.patch(address, json={"goal_payee_phone": "08000000009"})
    second = _colleague(container, office)
    _redeem(office, "b", _rich(container, office, zone, 2), **wish)

    kept = office.patch(address, json=other | {"name": "Fees"}).json()
    assert (kept["goal_payee_phone"], kept["name"]) == ("+2348000000009", "Fees")
    assert kept["waiting_payee"]["payee_phone"] == "+2348000000011"
    (pile,) = office.get(f"{_REWARDS}/decisions", params={"status": "waiting"}).json()["items"]
    assert pile["reward_id"] == made["id"]
    (waiting,) = office.get(f"{address}/decisions", params={"status": "waiting"}).json()["items"]
    assert (waiting["matter"], waiting["amount_minor"]) == ("payee", 90_000)
    assert waiting["payee_phone"] == "+2348000000011"
    assert office.patch(address, json={"goal_payee_phone": None}).status_code == 409
    assert office.post(f"{address}/decisions/confirm").status_code == 409
    assert office.get(address).json()["goal_payee_phone"] == "+2348000000009"
    confirmed = second(address)
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "accepted")
    assert office.get(address).json()["goal_payee_phone"] == "+2348000000011"
    assert second(address).status_code == 404
    assert office.get(address).json()["waiting_payee"] is None


def test_much_leaves_a_pot_only_by_two_people(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    pot = office.post(_REWARDS, json=POT).json()
    for number in (1, 2):
        household = _rich(container, office, zone, number)
        _redeem(office, str(number), household, amount_minor=45_000)
    second, address = _colleague(container, office), f"{_REWARDS}/{pot['id']}"
    payment = {"amount_minor": 60_000, "reason": "Roofing sheets, receipt 0417"}

    def pay(key: str) -> Any:
        return office.post(f"{address}/pot-payments", json=payment, headers={"Idempotency-Key": key})

    asked = pay("p").json()
    assert (asked["status"], asked["transfer_id"], _in_pot(office)) == ("waiting", None, 90_000)
    assert pay("q").status_code == 409
    assert office.post(f"{address}/decisions/reject", json={"reason": "Wrong sum"}).status_code == 200
    assert pay("r").json()["status"] == "waiting"
    assert office.post(f"{address}/decisions/confirm").status_code == 409
    paid = second(address).json()
    assert (paid["status"], _in_pot(office)) == ("accepted", 30_000)
    assert office.get(f"/api/v1/transfers/{paid['transfer_id']}").json()["kind"] == "pot_payment"
    assert pay("s").json()["type"] == "/docs#problem-insufficient-balance"


def test_little_by_little_counts_together_and_what_waits_for_hours_raises_an_alarm(
    container: Container, office: TestClient, zone: dict[str, Any], clock: FixedClock
) -> None:
    """On one person's word fifty thousand leave all pots in a day; what two people stood behind does not count."""
    pots = [office.post(_REWARDS, json=POT | {"code": f"POT{number}"}).json() for number in (1, 2)]
    household = _rich(container, office, zone, 1)
    for number, pot in enumerate(pots):
        _redeem(office, str(number), household, amount_minor=45_000, reward_code=pot["code"])
    second = _colleague(container, office)
    addresses = [f"{_REWARDS}/{pot['id']}" for pot in pots]

    def pay(address: str, amount_minor: int, key: str) -> Any:
        payment = {"amount_minor": amount_minor, "reason": "Sheets"}
        made = office.post(f"{address}/pot-payments", json=payment, headers={"Idempotency-Key": key})
        return made.json()["status"]

    assert [pay(addresses[0], 30_000, "a"), pay(addresses[1], 20_000, "b")] == ["accepted", "accepted"]
    assert pay(addresses[1], 5_000, "c") == "waiting"
    with container.database.unit_of_work() as session:
        assert overdue.watch(session, clock.now() + overdue.AFTER) == 1
        assert overdue.watch(session, clock.now() + overdue.AFTER - timedelta(minutes=1)) == 0
    assert second(addresses[1]).json()["status"] == "accepted"
    with container.database.unit_of_work() as session:
        assert overdue.watch(session, clock.now() + overdue.AFTER) == 0
    assert pay(addresses[0], 5_000, "d") == "waiting"
