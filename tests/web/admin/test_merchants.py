"""Merchants, vouchers, statements and settlements, as the office sees and steers them."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.container import Container
from app.kernel.check_digits import check_digit
from app.rewards import service as rewards
from app.rewards.models import Reward, RewardKind
from app.rewards.vouchers import paying
from app.rewards.vouchers.models import Voucher
from app.rewards.vouchers.rules import VoucherRules
from tests.factories.street import give_credit
from tests.web.admin.test_promises import enrol, zone

__all__ = ["zone"]

MERCHANTS = "/api/v1/merchants"


@pytest.fixture
def shop(office: TestClient, zone: dict[str, Any]) -> dict[str, Any]:
    return take_on(office, zone)


def take_on(office: TestClient, zone: dict[str, Any], **given: Any) -> dict[str, Any]:
    body = {
        "code": "NKECHI",
        "name": "Mama Nkechi",
        "phones": ["0800 000 5001"],
        "zone_id": zone["id"],
        "payee_phone": "0800 000 5001",
        **given,
    }
    answer = office.post(MERCHANTS, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def food(container: Container) -> None:
    with container.database.unit_of_work() as session:
        now = container.clock.now()
        session.add(
            Reward(
                code="FOOD",
                kind=RewardKind.VOUCHER,
                name="Food",
                minimum_minor=10_000,
                maximum_minor=500_000,
                step_minor=10_000,
                created_at=now,
                updated_at=now,
            )
        )


def buys(container: Container, household: dict[str, Any], key: str, amount_minor: int = 150_000) -> Voucher:
    """A household redeems credit for a voucher."""
    settings = container.settings
    with container.database.unit_of_work() as session:
        give_credit(session, UUID(household["id"]), amount_minor, container.clock.now())
        redemption = rewards.redeem(
            session,
            key=key,
            household_id=UUID(household["id"]),
            reward_code="FOOD",
            amount_minor=amount_minor,
            payee_phone=household["phones"][0]["phone"],
            now=container.clock.now(),
            rules=rewards.RedemptionRules.of(settings),
            post=container.post,
            jobs=container.jobs,
        )
        return session.scalars(select(Voucher).where(Voucher.redemption_id == redemption.id)).one()


def takes(container: Container, shop: dict[str, Any], code: str) -> paying.Answer:
    with container.database.unit_of_work() as session:
        return paying.take(
            session,
            paying.Counter(container.post, VoucherRules.of(container.settings)),
            UUID(shop["id"]),
            phone=shop["phones"][0],
            typed=code,
            told_by_reply=True,
            now=container.clock.now(),
        )


def test_a_merchant_is_taken_on_changed_and_closed(office: TestClient, zone: dict[str, Any]) -> None:
    made = take_on(office, zone)
    assert (made["phones"], made["owed_minor"], made["has_pin"]) == (["+2348000005001"], 0, False)
    address = f"{MERCHANTS}/{made['id']}"
    assert office.post(MERCHANTS, json={"code": "X"}).status_code == 422
    again = {"code": "NKECHI", "name": "Other", "phones": ["0800 000 5009"], "zone_id": zone["id"]}
    assert office.post(MERCHANTS, json={**again, "payee_phone": "0800 000 5009"}).status_code == 409
    taken = {**again, "code": "OTHER", "phones": ["0800 000 5001"], "payee_phone": "0800 000 5009"}
    assert office.post(MERCHANTS, json=taken).status_code == 409
    changed = office.patch(address, json={"phones": ["0800 000 5002", "0800 000 5003"], "active": False})
    assert changed.json()["phones"] == ["+2348000005002", "+2348000005003"]
    assert changed.json()["active"] is False
    assert office.patch(address, json={"provider": "nobody"}).json()["errors"][0]["field"] == "/provider"
    assert office.put(f"{address}/pin", json={"pin": "1234"}).status_code == 422
    assert office.put(f"{address}/pin", json={"pin": "4711"}).status_code == 204
    found = office.get(MERCHANTS, params={"phone": "08000005003"}).json()["items"]
    assert [(one["code"], one["has_pin"]) for one in found] == [("NKECHI", True)]


def test_a_voucher_shows_the_tail_of_its_code_alone_and_can_be_taken_back(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    food(container)
    household = enrol(office, zone)
    voucher = buys(container, household, "text:1")
    shown = office.get("/api/v1/vouchers", params={"household_id": household["id"]})
    item = shown.json()["items"][0]
    assert (item["digits"], item["what"], item["status"]) == (voucher.code[-4:], "Food", "open")
    assert voucher.code not in shown.text
    texts = office.get("/api/v1/messages", params={"phone": "08000000001", "direction": "out"}).json()[
        "items"
    ]
    assert [text["template"] for text in texts] == ["voucher.issued"]
    assert f"*** *** {voucher.code[-4:]}" in texts[0]["body"]

    address = f"/api/v1/vouchers/{item['id']}"
    cancelled = office.post(f"{address}/cancel", json={"reason": "made by mistake"})
    assert cancelled.json()["status"] == "cancelled"
    assert office.post(f"{address}/cancel", json={"reason": "again"}).status_code == 409
    assert office.get(f"/api/v1/households/{household['id']}").json()["balance_minor"] == 150_000


def test_a_statement_in_json_and_as_a_spreadsheet_and_paying_what_it_says(
    container: Container, office: TestClient, zone: dict[str, Any], shop: dict[str, Any]
) -> None:
    container.settings.payment_providers.append("manual")
    food(container)
    household = enrol(office, zone)
    voucher = buys(container, household, "text:1")
    assert takes(container, shop, voucher.code).credited
    address = f"{MERCHANTS}/{shop['id']}/statement"
    made = office.get(address, params={"from": "2026-03-01", "to": "2026-03-31"}).json()
    assert (made["opening_minor"], made["closing_minor"]) == (0, 150_000)
    assert [(line["what"], line["detail"], line["amount_minor"]) for line in made["lines"]] == [
        ("voucher", f"voucher {voucher.code[-4:]}", 150_000)
    ]
    assert office.get(address, params={"from": "2026-03-31", "to": "2026-03-01"}).status_code == 422

    for expected in (None, "an earlier settlement is still on its way"):
        run = office.post(f"{MERCHANTS}/settlements", json={})
        assert run.status_code == 201, run.text
        assert [(one["amount_minor"], one["why_not"]) for one in run.json()["items"]] == [
            (150_000 if expected is None else 0, expected)
        ]
    read = office.get(f"{MERCHANTS}/{shop['id']}").json()
    assert (read["owed_minor"], read["paying_minor"]) == (0, 150_000)
    settlement = office.get(f"{MERCHANTS}/settlements").json()["items"][0]
    payout = office.get("/api/v1/payouts", params={"settlement_id": settlement["id"]}).json()["items"][0]
    assert (payout["amount_minor"], payout["payee_phone"]) == (150_000, "+2348000005001")

    spreadsheet = office.get(address, params={"from": "2026-03-01", "to": "2026-03-31", "format": "csv"})
    assert spreadsheet.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(spreadsheet.text)))
    assert [(row["what"], row["amount_minor"], row["owed_minor"]) for row in rows] == [
        ("opening", "", "0"),
        ("voucher", "150000", "150000"),
        ("settlement", "-150000", "0"),
        ("closing", "", "0"),
    ]


def test_wrong_guesses_are_listed_and_the_office_may_unlock(
    container: Container, office: TestClient, shop: dict[str, Any]
) -> None:
    takes(container, shop, "9000000002")  # a slip
    wrong = [f"90000000{n}" for n in range(3)]
    for digits in wrong:
        takes(container, shop, digits + check_digit(digits))
    listed = office.get(f"{MERCHANTS}/wrong-guesses", params={"merchant_id": shop["id"]})
    assert [one["phone"] for one in listed.json()["items"]] == ["+2348000005001"] * 3
    assert all(digits not in listed.text for digits in wrong)
    assert office.post(f"{MERCHANTS}/{shop['id']}/unlock").json()["locked"] is False
    with container.database.unit_of_work() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "merchant")).all()
    assert "unlocked" in actions
