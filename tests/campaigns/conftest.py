"""A press that is put away after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaigns.press import Press, a_press


@pytest.fixture
def press(database_url: str) -> Iterator[Press]:
    made = a_press(database_url)
    yield made
    made.container.close()
