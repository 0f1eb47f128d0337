"""Whatever the description allows, and what it forbids: the answer is one that the description promises."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from app import bootstrap
from app.kernel.clock import FixedClock
from app.main import create_app
from app.settings import load_settings
from tests.web.admin.conftest import key_for

EXAMPLES = 4
DAY_OF_THE_EXAMPLES = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Their rates and holidays lie ahead of it, and of no later day."""
PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@dataclass(frozen=True)
class Office:
    headers: dict[str, str]
    schema: Any
    ids: dict[str, str]
    """One thing of each noun, so that half of the requests find what they ask for."""


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("any") / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = load_settings(environment="test", database_url=f"sqlite:///{path}")
    container = bootstrap.build(settings, FixedClock(DAY_OF_THE_EXAMPLES))
    app = create_app(container)
    client = TestClient(app)
    client.headers["Authorization"] = f"Bearer {key_for(container, 'admin')}"
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    yield Office(dict(client.headers), schema, furnish(client))
    container.close()


def furnish(client: TestClient) -> dict[str, str]:
    """Create the examples of the description, one after the other, and return their ids."""
    described = client.get("/api/v1/openapi.json").json()["paths"]
    ids: dict[str, str] = {}
    for noun in (
        "hubs",
        "zones",
        "merchants",
        "service-days",
        "materials",
        "rates",
        "collectors",
        "households",
        "pickups",
    ):
        path = f"/api/v1/{noun}"
        body = described[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        for field, value in body.items():
            if field.endswith("_id") and value is not None:
                body[field] = ids[field.removesuffix("_id").replace("_", "-") + "s"]
        made = client.post(path, json=body)
        assert made.status_code == 201, (noun, made.text)
        ids[noun] = made.json()["id"]
    return ids


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_any_request_gets_an_answer_that_was_promised(office: Office, mode: GenerationMode) -> None:
    statuses: Counter[int] = Counter()
    for found in office.schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any, real: bool) -> None:
            noun = case.path.split("/")[3]
            if mode is GenerationMode.POSITIVE and real and case.path_parameters and noun in office.ids:
                case.path_parameters = dict.fromkeys(case.path_parameters, office.ids[noun])
            answer = case.call_and_validate(headers=office.headers, checks=PROMISES)
            statuses[answer.status_code] += 1

        check()
    assert statuses.total() > 200
    if mode is GenerationMode.POSITIVE:
        assert 401 not in statuses
        assert statuses[200] > 50
    else:
        assert statuses[422] > 100
