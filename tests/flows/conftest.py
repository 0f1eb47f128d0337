"""The town in which all dialogues take place."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from app.db import Database
from app.kernel import pins
from tests.flows.phones import Town, a_town


@pytest.fixture
def town(database: Database) -> Town:
    return a_town(database)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slowness of the hash is its vendor's to test."""
    monkeypatch.setattr(pins, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
