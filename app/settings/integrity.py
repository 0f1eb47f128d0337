"""What is set of doubting: the nightly checks, and credit that a person looks at first."""

from __future__ import annotations

from pydantic import BaseModel, Field


class IntegritySettings(BaseModel):
    held_credit_certainty_percent: int = Field(default=80, ge=1, le=100)
    """Above so much doubt, credit is held until a person has looked; at 100 none ever is."""
    held_credit_above_minor: int = Field(default=100_000, ge=0)
    """Credit of a weighing up to that is worth nobody's time, unless the doubt is about the home."""
    held_credit_days: int = Field(default=5, ge=1, le=30)
    """Nobody looked for so long: it is released by itself."""
    integrity_window_days: int = Field(default=28, ge=7, le=366)
    """How far back the nightly checks of collectors look; so long nothing is said again of what a person decided."""
    integrity_false_findings_percent: int = Field(default=5, ge=1, le=50)
    """Of what a night finds, so much may be chance, on average."""
