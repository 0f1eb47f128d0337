"""How stops and materials are called and marked on all pages."""

from __future__ import annotations

from app.container import Container
from app.routing.sheet import SheetStop


def mark(stop: SheetStop) -> str:
    """How a stop looks at a glance: the style sheet's and the list's word for it."""
    if stop.off:
        return "off"
    return stop.status.value if stop.done else "open"


def material_name(container: Container, language: str, code: str, name: str) -> str:
    key = f"material.{code}"
    catalogue = container.catalogue.on_screens
    return catalogue.text(key, language) if key in catalogue.keys else name
