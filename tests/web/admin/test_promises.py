"""What holds for every noun: done or not done, once, seen by whoever may, and cheap to list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from app.access.models import AuditEvent
from app.access.once import forget_old_keys
from app.container import Container
from app.households.models import Household
from app.kernel.clock import FixedClock
from app.places.models import Hub

HUB = {"code": "YAB", "name": "Yaba", "latitude": 6.5, "longitude": 3.37}


@pytest.fixture
def zone(office: TestClient) -> dict[str, Any]:
    """A zone that is served on Tuesdays and Fridays; the clock stands at a Tuesday noon."""
    hub = office.post("/api/v1/hubs", json=HUB).json()
    made: dict[str, Any] = office.post(
        "/api/v1/zones",
        json={"code": "SUR", "name": "Surulere", "hub_id": hub["id"], "latitude": 6.5, "longitude": 3.35},
    ).json()
    for weekday in (1, 4):
        day = {
            "zone_id": made["id"],
            "weekday": weekday,
            "window_start": "08:00",
            "window_end": "12:00",
            "starts_on": "2026-01-01",
        }
        assert office.post("/api/v1/service-days", json=day).status_code == 201
    return made


def enrol(
    office: TestClient, zone: dict[str, Any], number: int = 1, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = office.post(
        "/api/v1/households",
        json={
            "phone": f"0800 000 {number:04}",
            "name": f"Family {number}",
            "zone_id": zone["id"],
            "landmark": "Blue gate",
        },
        headers=headers,
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@contextmanager
def failing_commit_of(engine: Engine, table: str) -> Iterator[None]:
    """The database goes away at the last moment, once something was written to `table`."""
    written = False

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal written
        written = written or statement.startswith(f"INSERT INTO {table}")

    def fail(_connection: object) -> None:
        if written:
            raise OperationalError("COMMIT", {}, Exception("the disk is full of secrets"))

    event.listen(engine, "before_cursor_execute", watch)
    event.listen(engine, "commit", fail)
    try:
        yield
        assert written
    finally:
        event.remove(engine, "before_cursor_execute", watch)
        event.remove(engine, "commit", fail)


def test_what_could_not_be_committed_was_not_answered_as_done(
    container: Container, office: TestClient
) -> None:
    with failing_commit_of(container.database.engine, "hubs"):
        answer = office.post("/api/v1/hubs", json=HUB)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "secrets" not in answer.text
    with container.database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(Hub)) == 0
    assert office.post("/api/v1/hubs", json=HUB).status_code == 201


def test_a_mistake_of_ours_shows_nothing_of_the_inside(
    office: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("app.places.editing.create_hub", broken)
    answer = office.post("/api/v1/hubs", json=HUB, headers={"X-Request-ID": "asked-42"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-ID"] == "asked-42"
    assert "secret" not in answer.text


def test_a_creation_asked_for_twice_under_one_key_happens_once(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": "row-17"}
    assert enrol(office, zone, headers=key) == enrol(office, zone, headers=key)
    with container.database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(Household)) == 1


def test_a_key_stands_for_its_first_answer_for_thirty_days(
    container: Container, office: TestClient, zone: dict[str, Any], clock: FixedClock
) -> None:
    key = {"Idempotency-Key": "row-17"}
    enrol(office, zone, headers=key)
    for days, forgotten in ((29, 0), (30, 1)):
        with container.database.unit_of_work() as session:
            assert forget_old_keys(session, clock.now() + timedelta(days=days)) == forgotten


def test_the_same_key_for_something_else_is_a_conflict(office: TestClient, zone: dict[str, Any]) -> None:
    enrol(office, zone, headers={"Idempotency-Key": "row-17"})
    other = {"phone": "08000000002", "name": "Other", "zone_id": zone["id"], "landmark": "Red gate"}
    answer = office.post("/api/v1/households", json=other, headers={"Idempotency-Key": "row-17"})
    assert answer.status_code == 409


def test_a_creation_that_failed_leaves_its_key_free(office: TestClient, zone: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "row-17"}
    wrong = {"phone": "08000000001", "name": "A", "zone_id": str(uuid4()), "landmark": "B"}
    assert office.post("/api/v1/households", json=wrong, headers=key).status_code == 422
    enrol(office, zone, headers=key)


def test_a_list_comes_page_by_page_with_nothing_twice_and_nothing_left_out(
    office: TestClient, zone: dict[str, Any]
) -> None:
    made = [enrol(office, zone, number)["id"] for number in range(1, 8)]
    for noun, wanted in (("households", made), ("pickups", None), ("audit-events", None)):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = office.get(
                f"/api/v1/{noun}", params={"limit": 3, **({"cursor": cursor} if cursor else {})}
            )
            ids = [one["id"] for one in page.json()["items"]]
            seen += ids
            cursor = page.json()["next_cursor"]
            if cursor is None:
                break
            assert len(ids) == 3
        assert len(seen) == len(set(seen))
        if wanted is not None:
            assert seen == wanted[::-1]


@pytest.mark.parametrize(
    "noun",
    [
        "households",
        "pickups",
        "weighings",
        "messages",
        "routes",
        "transfers",
        "accounts",
        "payouts",
        "disputes",
    ],
)
def test_a_longer_list_takes_no_more_queries(
    container: Container, office: TestClient, zone: dict[str, Any], noun: str
) -> None:
    def queries() -> int:
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        event.listen(container.database.engine, "before_cursor_execute", count)
        try:
            assert office.get(f"/api/v1/{noun}").status_code == 200
        finally:
            event.remove(container.database.engine, "before_cursor_execute", count)
        return counted

    enrol(office, zone, 1)
    few = queries()
    for number in range(2, 8):
        enrol(office, zone, number)
    assert queries() == few


def test_whoever_looks_at_people_leaves_a_line_that_says_at_whom(
    container: Container, office: TestClient, zone: dict[str, Any]
) -> None:
    made = enrol(office, zone)
    office.get(f"/api/v1/households/{made['id']}")
    office.get("/api/v1/households", params={"phone": "08000000001"})
    with container.database.unit_of_work() as session:
        trail = session.scalars(
            select(AuditEvent).where(AuditEvent.action.in_(["read", "listed"])).order_by(AuditEvent.id)
        ).all()
    assert [(line.action, line.object_id) for line in trail] == [("read", made["id"]), ("listed", None)]
    assert trail[1].detail["ids"] == [made["id"]]
    assert "08000000001" not in str(trail[1].detail)
    assert "+2348000000001" not in str(trail[1].detail)


def test_answers_are_not_left_behind_in_caches(office: TestClient) -> None:
    assert office.get("/api/v1/households").headers["Cache-Control"] == "no-store"


def test_operators_see_health_readiness_and_figures(container: Container, stranger: TestClient) -> None:
    assert stranger.get("/healthz").status_code == 200
    assert stranger.get("/readyz").status_code == 200
    stranger.post("/webhooks/payments/standin/a-secret-in-the-path")
    stranger.get(f"/api/v1/hubs/{uuid4()}")
    figures = stranger.get("/metrics").text
    assert 'route="/healthz"' in figures
    assert 'route="/api/v1/hubs/{hub_id}"' in figures
    assert 'route="/webhooks/payments/{provider}/{secret}"' in figures
    assert "a-secret-in-the-path" not in figures
