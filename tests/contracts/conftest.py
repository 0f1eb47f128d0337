"""Contracts are about what goes over the wire: one database is enough for most of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty database of this test's own, on SQLite alone."""
    path = tmp_path / "weighback.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"
