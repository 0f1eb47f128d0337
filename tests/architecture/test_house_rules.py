"""Rules of the house that the import contracts in pyproject.toml cannot say."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
LONGEST_FILE_LINES = 400

# Libraries that any room may use: they compute, and talk to nobody.
PLAIN_LIBRARIES = {
    "alembic",
    "anyascii",
    "argon2",
    "babel",
    "itsdangerous",
    "jinja2",
    "limits",
    "markupsafe",
    "numpy",
    "openlocationcode",
    "phonenumbers",
    "prometheus_client",
    "pydantic",
    "pydantic_settings",
    "rapidfuzz",
    "rich",
    "segno",
    "smsutil",
    "sqlalchemy",
    "structlog",
    "typer",
    "uuid_utils",
    "uvicorn",
    "zopfli",
}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def packages_imported_by(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"app", "workers", "migrations"}


def contracts() -> list[dict[str, Any]]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[dict[str, Any]] = configuration["tool"]["importlinter"]["contracts"]
    return found


def test_every_outside_package_is_plain_or_kept_in_its_room() -> None:
    kept_in_a_room = {
        module
        for contract in contracts()
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    for path in sources("app", "workers"):
        if "adapters" in path.parts:  # where vendors are at home
            continue
        strangers = packages_imported_by(path) - PLAIN_LIBRARIES - kept_in_a_room
        assert not strangers, (
            f"{path.relative_to(ROOT)} imports {strangers}: a vendor needs a contract of its own"
        )


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_documented(setting: str) -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    assert f"| `{PREFIX}{setting.upper()}` |" in documented


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = re.findall(
        rf"^\| `{PREFIX}(\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE
    )
    assert {name.lower() for name in documented} == set(Settings.model_fields)


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in sources("app", "workers", "tests")}
    assert [path.name for path, lines in lengths.items() if lines > LONGEST_FILE_LINES] == []


def test_a_text_leaves_only_by_the_post_or_as_a_reply() -> None:
    """Both ask whether its phone may be texted; any other way out would not."""
    writes = re.compile(
        r"OutboxMessage\(\n|OutboxMessage\(\w+=|insert\((?:session, )?(?:OutboxMessage|_outbox)\)"
    )
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sources("app", "workers")
        if writes.search(path.read_text())
    }
    assert found == {"app/messaging/outbox.py", "app/messaging/inbox.py"}
