"""An office with a key to everything, over a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app import bootstrap
from app.access.keys import COMMAND_LINE, create_key
from app.container import Container
from app.kernel.clock import FixedClock
from app.main import create_app
from app.settings import load_settings


@pytest.fixture
def container(database_url: str, clock: FixedClock) -> Iterator[Container]:
    settings = load_settings(environment="test", database_url=database_url, secret_key="t" * 32)
    container = bootstrap.build(settings, clock=clock)
    yield container
    container.close()


def key_for(container: Container, *scopes: str) -> str:
    with container.database.unit_of_work() as session:
        return create_key(
            session, name="office", scopes=scopes, by=COMMAND_LINE, now=container.clock.now()
        ).key


@pytest.fixture
def stranger(container: Container) -> TestClient:
    """A client without a key."""
    return TestClient(create_app(container), raise_server_exceptions=False)


@pytest.fixture
def office(container: Container, stranger: TestClient) -> TestClient:
    """A client with a key to everything."""
    stranger.headers["Authorization"] = f"Bearer {key_for(container, 'admin')}"
    return stranger
