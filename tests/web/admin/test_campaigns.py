"""Campaigns from the office's side of the API."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import AuditEvent
from app.container import Container
from app.messaging.models import OutboxMessage
from tests.web.admin.conftest import key_for
from tests.web.admin.test_promises import enrol, zone
from workers.campaigns import send_campaigns

__all__ = ["zone"]

NEW: dict[str, Any] = {
    "name": "Rinse",
    "kind": "tip",
    "texts": {"en": "{name}, rinse your bottles."},
    "fallback_language": "en",
}


def test_a_campaign_from_its_draft_to_its_end(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    for number in (1, 2, 3):
        enrol(office, zone, number)
    draft = office.post("/api/v1/campaigns", json=NEW, headers={"Idempotency-Key": "a"})
    assert draft.status_code == 201, draft.text
    made = draft.json()
    assert (made["status"], made["progress"]["planned"]) == ("draft", 0)
    assert office.post("/api/v1/campaigns", json=NEW, headers={"Idempotency-Key": "a"}).json() == made
    address = f"/api/v1/campaigns/{made['id']}"

    changed = office.patch(address, json={"segment": {"zone_ids": [zone["id"]]}, "name": "Rinse!"}).json()
    assert (changed["name"], changed["texts"]) == ("Rinse!", NEW["texts"])
    seen = office.get(f"{address}/preview").json()
    assert (seen["people"], seen["phones"], seen["parts"], seen["currency"]) == (3, 3, 3, "NGN")
    assert seen["languages"][0]["longest"] == "Family 1, rinse your bottles."

    tried = office.post(f"{address}/test", json={"phone": "0800 000 0002"}).json()
    assert (tried["body"], tried["parts"]) == ("Family 2, rinse your bottles.", 1)
    assert office.get(f"/api/v1/messages/{tried['message_id']}").json()["template"] == "campaign.tip"

    assert office.post(f"{address}/start", json={}).json()["progress"]["planned"] == 3
    assert office.patch(address, json={"name": "Too late"}).status_code == 409
    assert office.post(f"{address}/start", json={}).json()["type"] == "/docs#problem-illegal-transition"
    send_campaigns(container)
    assert office.get(address).json()["progress"]["queued"] == 3
    paused = office.post(f"{address}/pause").json()
    assert (paused["status"], paused["progress"]["queued"], paused["progress"]["left"]) == ("paused", 0, 3)
    assert office.post(f"{address}/resume").json()["status"] == "running"
    ended = office.post(f"{address}/cancel").json()
    assert (ended["status"], ended["progress"]["cancelled"]) == ("cancelled", 3)
    assert [one["id"] for one in office.get("/api/v1/campaigns?status=cancelled").json()["items"]] == [
        made["id"]
    ]
    with container.database.unit_of_work() as session:
        trail = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "campaign"))
        assert list(trail) == ["created", "changed", "tested", "started", "paused", "resumed", "cancelled"]
        assert session.scalars(select(OutboxMessage.status)).all().count("queued") == 1  # the try


def test_one_for_later_waits_and_can_be_given_another_time(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    enrol(office, zone)
    made = office.post("/api/v1/campaigns", json=NEW | {"ends_at": "2026-03-04T20:00:00+01:00"}).json()
    address = f"/api/v1/campaigns/{made['id']}/start"
    late = office.post(address, json={"at": "2026-03-04T20:00:00+01:00"})
    assert late.json()["errors"][0]["field"] == "/at"
    for at in ("2026-03-04T09:00:00+01:00", "2026-03-03T15:00:00Z"):
        waiting = office.post(address, json={"at": at}).json()
        assert (waiting["status"], waiting["started_at"]) == ("scheduled", None)
    assert waiting["starts_at"] == "2026-03-03T15:00:00Z"
    assert send_campaigns(container) == 0
    before = office.patch(f"/api/v1/campaigns/{made['id']}", json={"ends_at": "2026-03-03T15:00:00Z"})
    assert before.json()["errors"][0]["field"] == "/ends_at"
    assert office.post(f"/api/v1/campaigns/{made['id']}/cancel").json()["status"] == "cancelled"


def test_a_slip_in_the_year_texts_nobody(container: Container, office: TestClient) -> None:
    made = office.post("/api/v1/campaigns", json=NEW).json()
    answer = office.post(f"/api/v1/campaigns/{made['id']}/start", json={"at": "2025-03-04T09:00:00+01:00"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "/at")
    assert send_campaigns(container) == 0
    assert office.post(f"/api/v1/campaigns/{made['id']}/start").json()["status"] == "running"


def test_what_is_wrong_with_a_draft_is_said_of_its_field(office: TestClient) -> None:
    for more, field in (
        ({"texts": {"en": "Hello {nmae}"}}, "/texts/en"),
        ({"fallback_language": "pcm"}, "/fallback_language"),
        ({"segment": {"material": "GOLD"}}, "/segment/material"),
        ({"kind": "quiz"}, "/quiz"),
        ({"ends_at": "2026-03-04T20:00:00"}, "/ends_at"),
        ({"ends_at": "2026-03-01T20:00:00Z"}, "/ends_at"),
    ):
        answer = office.post("/api/v1/campaigns", json=NEW | more)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field


def test_a_line_that_is_too_long_is_told_its_limit_in_characters(office: TestClient) -> None:
    answer = office.post("/api/v1/campaigns", json=NEW | {"name": "x" * 81})
    assert answer.json()["errors"] == [{"field": "/name", "detail": "must have at most 80 characters"}]


def test_a_key_that_only_reads_starts_nothing(container: Container, office: TestClient) -> None:
    made = office.post("/api/v1/campaigns", json=NEW).json()
    office.headers["Authorization"] = f"Bearer {key_for(container, 'campaigns:read')}"
    assert office.get(f"/api/v1/campaigns/{made['id']}").status_code == 200
    assert office.post(f"/api/v1/campaigns/{made['id']}/start", json={}).status_code == 403
    assert office.post("/api/v1/campaigns", json=NEW).status_code == 403


QUIZ: dict[str, Any] = {
    "name": "PET",
    "kind": "quiz",
    "texts": {"en": "Which bottle do we buy?"},
    "fallback_language": "en",
    "quiz": {
        "answers": {"en": ["Glass jar", "Water bottle"]},
        "explanations": {"en": "A water bottle is PET."},
        "right": "B",
    },
    "prize": {"sponsor": "COLA", "sponsor_name": "Cola", "credit_minor": 5000, "budget_minor": 20000},
    "ends_at": "2026-03-10T20:00:00+01:00",
}
PAYMENT = {"sponsor": "COLA", "direction": "in", "amount_minor": 20000, "reason": "Bank, 3 March"}


def test_a_sponsored_quiz_needs_a_sponsor_who_has_paid(office: TestClient) -> None:
    early = office.post("/api/v1/campaigns", json=QUIZ)
    assert early.json()["errors"][0]["field"] == "/prize/sponsor"
    assert office.post("/api/v1/transfers", json=PAYMENT).json()["errors"][0]["field"] == "Idempotency-Key"
    back = PAYMENT | {"direction": "out"}
    never = office.post("/api/v1/transfers", json=back, headers={"Idempotency-Key": "a"})
    assert never.json()["errors"][0]["field"] == "/sponsor"
    paid = office.post("/api/v1/transfers", json=PAYMENT, headers={"Idempotency-Key": "b"}).json()
    assert office.post("/api/v1/transfers", json=PAYMENT, headers={"Idempotency-Key": "b"}).json() == paid
    (account,) = office.get("/api/v1/accounts?kind=sponsor").json()["items"]
    assert (account["code"], account["balance_minor"]) == ("sponsor:COLA", 20000)
    made = office.post("/api/v1/campaigns", json=QUIZ).json()
    assert made["results"] == {"answered": 0, "right": 0, "credited": 0}
    assert office.patch(f"/api/v1/campaigns/{made['id']}", json={"prize": None}).json()["prize"] is None
    too_much = back | {"amount_minor": 20001}
    refused = office.post("/api/v1/transfers", json=too_much, headers={"Idempotency-Key": "c"})
    assert refused.json()["type"] == "/docs#problem-insufficient-balance"
    assert office.post("/api/v1/transfers", json=back, headers={"Idempotency-Key": "d"}).status_code == 201


def test_a_quiz_that_does_not_add_up_is_refused(office: TestClient) -> None:
    quiz = QUIZ["quiz"]
    for more, field in (
        ({"ends_at": None}, "/ends_at"),
        ({"kind": "tip"}, "/quiz"),
        ({"quiz": quiz | {"right": "C"}}, "/quiz/right"),
        ({"quiz": quiz | {"answers": {"pcm": ["A", "B"]}}}, "/quiz/answers"),
        ({"quiz": quiz | {"answers": {"en": ["Bottle", "bottle!"]}}}, "/quiz/answers"),
        ({"quiz": quiz | {"explanations": {}}}, "/quiz/explanations"),
        ({"kind": "tip", "quiz": None, "prize": QUIZ["prize"]}, "/prize"),
    ):
        answer = office.post("/api/v1/campaigns", json=QUIZ | {"prize": None} | more)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field


def test_a_piece_of_the_library_becomes_a_draft(office: TestClient) -> None:
    pieces = {one["key"]: one for one in office.get("/api/v1/campaigns/library").json()["items"]}
    asked = {"name": "PET", "library_key": "quiz.pet", "ends_at": "2026-03-10T20:00:00+01:00"}
    made = office.post("/api/v1/campaigns", json=asked).json()
    assert (made["kind"], made["library_key"]) == ("quiz", "quiz.pet")
    assert (made["texts"], made["quiz"]) == (pieces["quiz.pet"]["texts"], pieces["quiz.pet"]["quiz"])
    for wrong in ({"kind": "quiz"}, {"library_key": "quiz.none"}):
        refused = office.post("/api/v1/campaigns", json=asked | wrong)
        assert refused.json()["errors"][0]["field"] == "/library_key"
    assert office.post("/api/v1/campaigns", json={"name": "?"}).json()["errors"][0]["field"] == "/kind"
