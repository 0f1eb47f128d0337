"""The service as the settings describe it, for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from app import logs, migrate
from app.bootstrap import build
from app.container import Container
from app.errors import ConfigurationError
from app.settings import Environment, load_settings

notes = Console(stderr=True)
"""For people; standard output is for programs."""


@contextmanager
def opened() -> Iterator[Container]:
    """The service as the settings describe it. Raises `ConfigurationError`."""
    settings = load_settings()
    logs.configure(as_json=settings.environment is Environment.PRODUCTION)
    container = build(settings)
    try:
        yield container
    finally:
        container.close()


@contextmanager
def migrated() -> Iterator[Container]:
    """As `opened`. Raises `ConfigurationError` where the database has another schema than this version's."""
    with opened() as container:
        if not migrate.is_current(container.database):
            raise ConfigurationError(
                "the database has another schema than this version: run weighback migrate"
            )
        yield container
