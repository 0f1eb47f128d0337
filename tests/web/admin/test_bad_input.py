"""Whatever is sent, the caller is told what is wrong with it, and never what it looks like inside."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from app import bootstrap
from app.container import Container
from app.main import create_app
from app.settings import load_settings
from tests.web.admin.conftest import key_for


@pytest.fixture(scope="module")
def container(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """One for all of these: what cannot be read never reaches a database."""
    path = tmp_path_factory.mktemp("shared") / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    container = bootstrap.build(load_settings(environment="test", database_url=f"sqlite:///{path}"))
    yield container
    container.close()


@pytest.fixture(scope="module")
def office(container: Container) -> TestClient:
    client = TestClient(create_app(container), raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {key_for(container, 'admin')}"
    return client


HUB = {"code": "YAB", "name": "Yaba", "latitude": 6.5, "longitude": 3.37}
JSON = {"Content-Type": "application/json"}


def problem_of(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert {"type", "title", "detail", "errors"} <= set(body)
    assert "Traceback" not in answer.text
    assert "sqlalchemy" not in answer.text.lower()
    return body


def fields_of(answer: Response) -> list[str]:
    return [one["field"] for one in problem_of(answer, 422)["errors"]]


def test_an_address_that_does_not_exist(office: TestClient) -> None:
    assert problem_of(office.get("/api/v1/donkeys"), 404)["type"] == "/docs#problem-not-found"


def test_a_method_that_is_not_possible(office: TestClient) -> None:
    answer = office.delete("/api/v1/hubs")
    assert problem_of(answer, 405)["type"] == "/docs#problem-wrong-method"
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "body", [b"{", b"", b"{'a': 1}", b'{"code": }', b'{"latitude": 1' + b"0" * 5000 + b"}"]
)
def test_a_body_that_is_no_json(office: TestClient, body: bytes) -> None:
    answer = office.post("/api/v1/hubs", content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    problem_of(answer, answer.status_code)


def test_a_body_nested_beyond_reason(office: TestClient) -> None:
    answer = office.post("/api/v1/hubs", content=b"[" * 30_000, headers=JSON)
    assert problem_of(answer, 400)


def test_a_body_that_is_no_utf_8(office: TestClient) -> None:
    problem_of(office.post("/api/v1/hubs", content=b'{"code": "Y\xff"}', headers=JSON), 400)


@pytest.mark.parametrize("name", ["Ya\x00ba", "Ya\nba", "\ud800", "", "   "])
def test_a_name_that_is_no_line_of_text(office: TestClient, name: str) -> None:
    content = json.dumps(HUB | {"name": name}).encode()
    assert fields_of(office.post("/api/v1/hubs", content=content, headers=JSON)) == ["/name"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "91", '"6.5"', "true", "null"])
def test_a_latitude_that_is_none(office: TestClient, value: str) -> None:
    content = json.dumps(HUB).replace("6.5", value, 1).encode()
    assert fields_of(office.post("/api/v1/hubs", content=content, headers=JSON)) == ["/latitude"]


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-13-01", "1999-12-31", "9999-12-31", "tomorrow", 20261201, ""]
)
def test_a_date_that_does_not_exist(office: TestClient, day: object) -> None:
    rate = {
        "material_id": "0193572a-6b00-7000-8000-000000000004",
        "amount_minor_per_kilogram": 1,
        "valid_from": day,
    }
    assert fields_of(office.post("/api/v1/rates", json=rate)) == ["/valid_from"]


@pytest.mark.parametrize("amount", [-1, 10**30, 1.5, "12", True, None])
def test_an_amount_that_is_none(office: TestClient, amount: object) -> None:
    rate = {
        "material_id": "0193572a-6b00-7000-8000-000000000004",
        "amount_minor_per_kilogram": amount,
        "valid_from": "2026-12-01",
    }
    assert fields_of(office.post("/api/v1/rates", json=rate)) == ["/amount_minor_per_kilogram"]


def test_a_field_that_is_not_known_is_named_rather_than_dropped(office: TestClient) -> None:
    assert fields_of(office.post("/api/v1/hubs", json=HUB | {"lattitude": 6.5})) == ["/lattitude"]


def test_a_filter_that_is_not_known_is_named_rather_than_ignored(office: TestClient) -> None:
    assert fields_of(office.get("/api/v1/hubs?aktive=true")) == ["?aktive"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1e3", "9" * 40])
def test_a_page_size_that_is_none(office: TestClient, limit: str) -> None:
    assert fields_of(office.get("/api/v1/hubs", params={"limit": limit})) == ["?limit"]


@pytest.mark.parametrize("cursor", ["x", "MQ", "é", "AAAAAAAAAAAAAAAAAAAAAAA", "' OR 1=1"])
def test_a_cursor_that_was_never_given_out(office: TestClient, cursor: str) -> None:
    for noun in ("hubs", "messages", "accounts", "weighings"):
        assert fields_of(office.get(f"/api/v1/{noun}", params={"cursor": cursor})) == ["?cursor"]


@pytest.mark.parametrize("address", ["/api/v1/hubs?code=%00", "/api/v1/hubs?code=%ff", "/api/v1/hubs/%00"])
def test_an_address_that_is_no_text(office: TestClient, address: str) -> None:
    problem_of(office.get(address), 400)


def test_an_id_that_is_none(office: TestClient) -> None:
    assert fields_of(office.get("/api/v1/hubs/first")) == ["hub_id"]


def test_a_body_over_the_limit_is_not_read(office: TestClient, container: Container) -> None:
    limit = container.settings.request_body_max_bytes
    for content in (b"x" * (limit + 1), iter([b"x" * limit, b"x"])):
        problem_of(office.post("/api/v1/hubs", content=content, headers=JSON), 413)
    fits = json.dumps(HUB | {"name": "x" * (limit - 100)}).encode()
    assert fields_of(office.post("/api/v1/hubs", content=fits, headers=JSON)) == ["/name"]


def test_a_null_where_something_must_stand(office: TestClient) -> None:
    hub = office.post("/api/v1/hubs", json=HUB).json()
    answer = office.patch(f"/api/v1/hubs/{hub['id']}", json={"name": None})
    assert fields_of(answer) == ["/name"]


def test_something_that_names_nothing_is_said_of_its_field(office: TestClient) -> None:
    unknown = "0193572a-6b00-7000-8000-000000000099"
    zone = {"code": "SUR", "name": "S", "hub_id": unknown, "latitude": 6.5, "longitude": 3.3}
    assert fields_of(office.post("/api/v1/zones", json=zone)) == ["/hub_id"]
    household = {"phone": "08000000001", "name": "A", "zone_id": unknown, "landmark": "B"}
    assert fields_of(office.post("/api/v1/households", json=household)) == ["/zone_id"]
    assert fields_of(office.post("/api/v1/pickups", json={"household_id": unknown})) == ["/household_id"]


@pytest.mark.parametrize("phone", ["12", "not a phone", "+234" + "1" * 28])
def test_a_phone_that_is_none(office: TestClient, phone: str) -> None:
    assert fields_of(office.get("/api/v1/households", params={"phone": phone})) == ["?phone"]


def test_a_key_for_repeating_that_is_none(office: TestClient) -> None:
    answer = office.post("/api/v1/pickups", json={}, headers={"Idempotency-Key": "x" * 121})
    assert "idempotency-key" in fields_of(answer)
