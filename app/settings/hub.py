"""What is set of weighing in at the hub."""

from __future__ import annotations

from pydantic import BaseModel, Field


class HubSettings(BaseModel):
    hub_moisture_percent: int = Field(default=5, ge=0, le=100)
    """How much of a material's weight may have dried, or been rained on, between the doors and the hub."""
    hub_rounding_grams: int = Field(default=50, ge=0, le=10_000)
    """And so much per reading of a scale, at a door or at the hub: half of what it shows in one step."""
    hub_weighin_max_grams: int = Field(default=1_000_000, ge=1)
    """Per material and weigh-in; more is taken for a slip of the finger."""
