"""One request as a gateway really sends it, and what the service must make of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    what: str
    source: str
    """Where it is written that such requests come."""
    form: bytes
    """The body, to the byte."""
    heard: str
    """The words in it, as they must stand in the inbox."""
    answered_with: str | None = "credit is"
    """What the answer has in it; None where nothing must be said."""
    kept: tuple[str, ...] = ()
    """What `raw` must still hold, letter by letter."""
