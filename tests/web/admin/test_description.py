"""The API's description: complete, true, and read without help from anywhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema_rs import validator_for

from app import bootstrap
from app.access.scopes import SCOPES
from app.main import create_app
from app.settings import load_settings
from app.web.problem import KINDS


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Someone who only reads: describing needs no database."""
    nowhere = f"sqlite:///{tmp_path_factory.mktemp('nowhere') / 'empty.sqlite3'}"
    container = bootstrap.build(load_settings(environment="test", database_url=nowhere))
    yield TestClient(create_app(container))
    container.close()


@pytest.fixture(scope="module")
def described(stranger: TestClient) -> dict[str, Any]:
    answer: dict[str, Any] = stranger.get("/api/v1/openapi.json").json()
    return answer


def _operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_says_what_it_does_and_shows_an_example(described: dict[str, Any]) -> None:
    operations = _operations(described)
    assert len(operations) > 50
    for name, operation in operations:
        assert operation.get("summary"), name
        assert len(operation.get("description", "")) > len("One."), name
        answers = [one for status, one in operation["responses"].items() if status.startswith("2")]
        # Pictures and files of other programs are described by their own standards.
        contents = [
            answer["content"]["application/json"]
            for answer in answers
            if "application/json" in answer.get("content", {})
        ]
        if "requestBody" in operation:
            contents.append(operation["requestBody"]["content"]["application/json"])
        for content in contents:
            assert content.get("example") is not None, name


def test_every_example_is_one_that_the_schema_takes(described: dict[str, Any]) -> None:
    shown: dict[str, tuple[str, Any]] = {}  # each once: every operation shows the same seven problems
    for name, operation in _operations(described):
        contents = [one.get("content", {}) for one in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for content in contents:
            for media in (media for media in content.values() if "example" in media):
                shown.setdefault(json.dumps(media), (name, media))
    for name, media in shown.values():
        schema = {**media["schema"], "components": described["components"]}
        found = list(validator_for(schema).iter_errors(media["example"]))
        assert not found, (name, found[0].message)


def test_every_operation_names_its_errors(described: dict[str, Any]) -> None:
    for name, operation in _operations(described):
        assert {"401", "403", "404", "409", "413", "422", "503"} <= set(operation["responses"]), name


def test_every_noun_has_its_scopes_and_every_scope_a_noun(described: dict[str, Any]) -> None:
    nouns = {path.split("/")[3] for path in described["paths"]}
    assert nouns == {scope.split(":")[0] for scope in SCOPES if ":" in scope}


def test_the_page_explains_every_kind_of_problem_and_asks_nobody_else_for_anything(
    stranger: TestClient,
) -> None:
    page = stranger.get("/docs")
    assert page.status_code == 200
    for kind in KINDS:
        assert f'id="problem-{kind}"' in page.text
    assert not re.search(r"<(script|link|img|iframe)\b", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
