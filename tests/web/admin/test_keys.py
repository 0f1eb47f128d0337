from __future__ import annotations

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.models import ApiKey, AuditEvent
from app.container import Container
from tests.web.admin.conftest import key_for


def test_no_key_no_answer_and_the_caller_is_told_how(stranger: TestClient) -> None:
    answer = stranger.get("/api/v1/hubs")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_made_up_key_is_refused(stranger: TestClient) -> None:
    answer = stranger.get("/api/v1/hubs", headers={"Authorization": "Bearer wb_" + "A" * 43})
    assert answer.status_code == 401


def test_a_key_that_is_no_ascii_is_refused_like_any_other(stranger: TestClient) -> None:
    answer = stranger.get("/api/v1/hubs", headers={"Authorization": "Bearer wb_ñ€".encode()})
    assert answer.status_code == 401


def test_a_key_without_the_scope_is_told_which_one_it_lacks(
    container: Container, stranger: TestClient
) -> None:
    key = key_for(container, "hubs:read")
    stranger.headers["Authorization"] = f"Bearer {key}"
    assert stranger.get("/api/v1/hubs").status_code == 200
    answer = stranger.post("/api/v1/hubs", json={})
    assert answer.status_code == 403
    assert "hubs:write" in answer.json()["detail"]


def test_a_key_is_shown_once_and_kept_only_as_a_hash(container: Container, office: TestClient) -> None:
    made = office.post("/api/v1/api-keys", json={"name": "board", "scopes": ["pickups:read"]})
    assert made.status_code == 201
    key = made.json()["key"]
    assert key.startswith("wb_")
    assert len(key) >= 43
    assert "key" not in office.get(f"/api/v1/api-keys/{made.json()['id']}").json()
    with container.database.unit_of_work() as session:
        rows = session.scalars(select(ApiKey)).all()
        trail = session.scalars(select(AuditEvent)).all()
        assert all(key not in str(vars(row)) for row in [*rows, *trail])


def test_a_revoked_key_opens_nothing_any_more(container: Container, office: TestClient) -> None:
    made = office.post("/api/v1/api-keys", json={"name": "board", "scopes": ["hubs:read"]}).json()
    key = {"Authorization": f"Bearer {made['key']}"}
    assert office.get("/api/v1/hubs", headers=key).status_code == 200
    first = office.post(f"/api/v1/api-keys/{made['id']}/revoke")
    again = office.post(f"/api/v1/api-keys/{made['id']}/revoke")
    assert first.json() == again.json()
    assert office.get("/api/v1/hubs", headers=key).status_code == 401


def test_nobody_hands_out_a_scope_they_do_not_have(container: Container, stranger: TestClient) -> None:
    stranger.headers["Authorization"] = f"Bearer {key_for(container, 'api-keys:write')}"
    answer = stranger.post("/api/v1/api-keys", json={"name": "me", "scopes": ["admin"]})
    assert answer.status_code == 403
    assert "admin" in answer.json()["detail"]


def test_an_unknown_scope_is_named_with_its_field(office: TestClient) -> None:
    answer = office.post("/api/v1/api-keys", json={"name": "me", "scopes": ["everything"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "/scopes"
    assert "households:read" in answer.json()["errors"][0]["detail"]


def test_every_write_leaves_a_line_in_the_trail_that_names_the_key(
    container: Container, office: TestClient
) -> None:
    hub = office.post(
        "/api/v1/hubs", json={"code": "YAB", "name": "Yaba", "latitude": 6.5, "longitude": 3.37}
    ).json()
    office.patch(f"/api/v1/hubs/{hub['id']}", json={"name": "Yaba hub"})
    trail = office.get("/api/v1/audit-events", params={"object_id": hub["id"]}).json()["items"]
    assert [line["action"] for line in trail] == ["changed", "created"]
    assert all(line["actor"].startswith("office ") for line in trail)
    assert trail[0]["detail"] == {"fields": ["name"]}
