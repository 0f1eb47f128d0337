"""The composition root: settings become adapters, adapters become a container. The only importer of adapters."""

from __future__ import annotations

from pathlib import Path

from app import flows
from app.container import Container
from app.conversation.catalogue import Catalogue
from app.db import Database
from app.kernel.clock import Clock, SystemClock
from app.settings import Settings

_TEXTS = Path(flows.__file__).parent / "texts"


def build(settings: Settings, clock: Clock | None = None) -> Container:
    """Wire the service for `settings`. Raises `ConfigurationError` for a part that cannot be made."""
    return Container(
        settings=settings,
        clock=clock or SystemClock(),
        database=Database(settings.database_url),
        catalogue=Catalogue.load(_TEXTS, settings.languages),
    )
