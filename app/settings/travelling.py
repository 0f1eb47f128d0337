"""Settings of routing servers."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings


class TravelSettings(BaseSettings):
    """Which ways there are, and how long they take."""

    travel_times: str = "straight-line"
    travel_times_timeout_seconds: float = Field(default=10, gt=0)
    travel_times_points_max: int = Field(default=2_000, ge=2, le=3_000)
    """A hub's day with more places is planned by straight lines."""
    osrm_url: str = ""
    osrm_profile: str = Field(default="bike", pattern=r"^[\w-]+$")
    osrm_table_max: int = Field(default=100, ge=2)
    """The server's `--max-table-size`."""
    valhalla_url: str = ""
    valhalla_costing: str = "bicycle"
    valhalla_pairs_max: int = Field(default=2_500, ge=4)
    """The server's `max_matrix_location_pairs`."""

    @model_validator(mode="after")
    def _server_is_named(self) -> Self:
        for name in ("osrm", "valhalla"):
            if self.travel_times == name and not getattr(self, f"{name}_url").startswith(
                ("http://", "https://")
            ):
                raise ValueError(f"{name.upper()}_URL must start with http:// or https://")
        return self
