"""What is set of planning routes, and of changing them while people ride."""

from __future__ import annotations

from datetime import time
from typing import Self

from pydantic import BaseModel, Field, model_validator


class RoutingSettings(BaseModel):
    route_plan_at: time = time(5, 30)
    """Local time from which a day's routes are planned by themselves."""
    route_optimiser: str = "pyvrp"
    route_search_seconds: float = Field(default=20, gt=0)
    """The longest that a plan is searched for."""
    route_search_iterations_per_stop: int = Field(default=50, ge=1)
    """Then the search is over, if its seconds are not: small days take a moment, and repeat exactly."""
    route_speed_kilometres_per_hour: float = Field(default=12, gt=0)
    """Of a cargo bike, for straight lines."""
    route_detour_factor: float = Field(default=1.3, ge=1)
    """How much longer the streets are than a straight line."""

    route_shift_start: time = time(7, 0)
    """Local time; of collectors whose week was never written down."""
    route_shift_end: time = time(18, 0)
    route_stop_minutes: float = Field(default=5, ge=0, le=120)
    """At a door, from arriving to riding on."""
    route_hub_minutes: float = Field(default=15, ge=0, le=240)
    """Emptying a box at the hub between two trips."""
    route_trips_max: int = Field(default=4, ge=1, le=20)
    """Per collector and day."""
    route_fill_percent: int = Field(default=90, ge=1, le=100)
    """How full a box is planned: what people hand over is never quite what was expected."""
    route_bag_worth_minutes: float = Field(default=90, ge=0)
    """The detour that a usual full bag is worth, of a household that was not promised to be visited."""
    route_unknown_zone_minutes: float = Field(default=5, ge=0)
    """What a stop must save to be given to somebody who does not know its zone."""

    route_turn_minutes: float = Field(default=30, ge=0)
    """What a stop must save to be given to somebody whose turn its round is not."""

    route_change_minutes: float = Field(default=15, ge=0)
    """What a stop must save to be given to another collector, once it is planned."""
    route_keep_within_minutes: int = Field(default=30, ge=0)
    """Planned anew, a stop keeps its time within so much, wherever that is possible."""
    route_late_minutes: int = Field(default=60, ge=0)
    """How long after the promised hours a stop is still visited that day, rather than on another."""
    route_news_minutes: int = Field(default=30, ge=1)
    """A household hears of a new time where that lies so far outside what it was told."""
    route_news_pause_minutes: int = Field(default=120, ge=0)
    """And at most once in so long."""
    route_approach_stops: int = Field(default=3, ge=1, le=20)
    """A household that wants it hears once that the collector is so many stops away."""
    route_team_minutes: int = Field(default=10, ge=0)
    """So long the stops of a collector who cannot ride wait for colleagues, before the planner gives them to others."""

    @model_validator(mode="after")
    def _shift_has_hours(self) -> Self:
        if self.route_shift_start >= self.route_shift_end:
            raise ValueError("ROUTE_SHIFT_START must be before ROUTE_SHIFT_END")
        return self
