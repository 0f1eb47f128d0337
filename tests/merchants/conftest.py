from __future__ import annotations

import pytest

from app.db import Database
from tests.conftest import NOON
from tests.merchants.market import Market, a_market


@pytest.fixture
def market(database: Database) -> Market:
    return a_market(database, NOON)
