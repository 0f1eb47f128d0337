"""The town in which all dialogues take place."""

from __future__ import annotations

import pytest

from app.db import Database
from tests.flows.phones import Town, a_town


@pytest.fixture
def town(database: Database) -> Town:
    return a_town(database)
