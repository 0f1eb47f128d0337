"""Money: whole minor units of one currency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Money:
    """An amount for texts and ports; plain code passes `amount_minor: int`."""

    amount_minor: int
    currency: str
    """ISO 4217 alphabetic code."""
