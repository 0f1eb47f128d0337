"""The lock files: every byte pinned, and nothing of the machine that wrote them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"]


def pinned(lock: str) -> set[str]:
    """Lines such as `idna==3.20`, with the condition under which they hold."""
    return {
        line.removesuffix("\\").strip()
        for line in (ROOT / lock).read_text().splitlines()
        if line and not line.startswith((" ", "#"))
    }


def names(requirements: list[str] | set[str]) -> set[str]:
    return {re.split(r"[\[=<>~!; ]", line)[0].lower().replace("_", "-") for line in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_pins_and_hashes_and_nothing_else(lock: str) -> None:
    pin = r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[0-9a-z.+!]+( ; [a-z_0-9'.<>=! ()]+)?"
    for line in (ROOT / lock).read_text().splitlines():
        assert re.fullmatch(rf"#.*|{pin} \\|    --hash=sha256:[0-9a-f]{{64}}( \\)?", line, re.IGNORECASE), (
            f"{lock}: {line}"
        )
        assert not re.search(r"//|(^|\s)/|\.(com|org|net|io)\b", line), f"{lock} names a place: {line}"


def test_what_runs_is_what_was_tested() -> None:
    assert pinned("requirements.lock") | pinned("requirements-build.lock") <= pinned("requirements-dev.lock")


def test_locks_hold_every_dependency() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = configuration["project"]
    assert names(project["dependencies"]) <= names(pinned("requirements.lock"))
    assert names(project["optional-dependencies"]["dev"]) <= names(pinned("requirements-dev.lock"))
    assert names(configuration["dependency-groups"]["build"]) <= names(pinned("requirements-build.lock"))
