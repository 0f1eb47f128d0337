"""What every test may ask for."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import URL, make_url

from app import migrate
from app.db import Database
from app.kernel import pins
from app.kernel.clock import FixedClock
from tests import loopback, postgres
from tests.slate import Slate

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
"""A Tuesday; 13:00 in Lagos."""

# The same examples each time: what is red today was red when it was written.
hypothesis.settings.register_profile("weighback", deadline=None, derandomize=True)
hypothesis.settings.load_profile("weighback")
loopback.keep_sockets_here()

# Plain tracebacks: the pretty ones print every local variable, which takes minutes for a request.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last: the browser's driver keeps an event loop on the thread from then on."""
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so the garbage collector need not walk through it again and again: a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def one_event_loop() -> Iterator[None]:
    """For the requests of all test clients: each would start a thread and a loop of its own for each request."""
    with start_blocking_portal() as portal:
        TestClient.portal = portal
        yield
        TestClient.portal = None


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """The slowness of the hash is its vendor's to test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pins, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of this test's own; for tests that start processes on it."""
    if request.param == "sqlite":
        path = tmp_path / "weighback.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    slate: Slate = request.getfixturevalue("postgresql_slate")
    yield slate.wiped()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty database of this test's own, on SQLite alone: enough for what is not about the database."""
    path = tmp_path / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database of this test's own, on SQLite and on PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table, for tests of migrations."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        yield database
        database.close()
        return
    with postgres.new_database(request.getfixturevalue("postgresql_server")) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "weighback.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_slate(postgresql_server: URL) -> Iterator[Slate]:
    with postgres.new_database(postgresql_server) as url:
        _migrate(url)
        slate = Slate(postgresql_server, template=str(make_url(url).database))
        yield slate
        slate.drop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, and no way out of this machine."""
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to build its sandbox as root
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium") or shutil.which("chromium-browser"),
        "args": arguments,
    }


def _migrate(url: str) -> None:
    database = Database(url)
    migrate.upgrade(database)
    database.close()
