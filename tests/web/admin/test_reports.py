"""The office asks what its texts cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from app.container import Container
from tests.factories.bills import a_text
from tests.web.admin.conftest import key_for
from tests.web.admin.test_promises import enrol, zone

__all__ = ["zone"]


def test_a_months_texts_are_accounted_for_by_template_gateway_and_household(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    ada, bola = (enrol(office, zone, number) for number in (1, 2))
    sent_at = datetime(2026, 2, 28, 22, 59, tzinfo=UTC)  # still February in Lagos
    with container.database.unit_of_work() as session:
        for one, parts in ((ada, 1), (bola, 1), (bola, 2)):
            a_text(
                session, sent_at, household_id=UUID(one["id"]), parts=parts, price_micros=4_000_000 * parts
            )
        a_text(session, sent_at, template="help", price_micros=None)
    asked = {"month": "2026-02"}
    report = office.get("/api/v1/reports/text-costs", params=asked).json()
    assert (report["total"]["texts"], report["total"]["parts"], report["total"]["unpriced_texts"]) == (
        4,
        5,
        1,
    )
    assert report["total"]["cost_micros"] == 16_000_000
    receipt, help_ = report["templates"]
    assert (receipt["template"], receipt["cost_per_text_micros"], receipt["percent"]) == (
        "receipt",
        5_333_333,
        100.0,
    )
    assert (receipt["budget_parts"], receipt["largest_parts"], receipt["over_budget_texts"]) == (1, 2, 1)
    assert (help_["template"], help_["cost_micros"]) == ("help", None)
    assert [one["gateway"] for one in report["gateways"]] == ["twilio"]
    assert office.get("/api/v1/reports/text-costs").json()["total"]["texts"] == 0, "none in March so far"

    first = office.get("/api/v1/reports/household-costs", params={**asked, "limit": 1}).json()
    rest = office.get(
        "/api/v1/reports/household-costs", params={**asked, "cursor": first["next_cursor"]}
    ).json()
    assert [one["household_id"] for one in first["items"] + rest["items"]] == [bola["id"], ada["id"]]
    assert rest["next_cursor"] is None
    assert first["programme"]["cost_micros"] == 16_000_000
    assert first["items"][0]["percent_of_credit"] is None
    assert office.get("/api/v1/reports/text-costs", params={"month": "2026-2"}).status_code == 422


def test_a_report_needs_its_own_scope(container: Container, stranger: TestClient) -> None:
    stranger.headers["Authorization"] = f"Bearer {key_for(container, 'messages:read')}"
    refused = stranger.get("/api/v1/reports/text-costs")
    assert refused.status_code == 403
    assert "reports:read" in refused.text
