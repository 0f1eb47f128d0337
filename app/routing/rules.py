"""The house's rules for a day's routes, as the settings say them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Self

from app.collectors.shifts import Shift
from app.pickups.service import Timetable
from app.settings import Settings

_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class RouteRules:
    """The defaults are those of the settings of the same names."""

    usual_shift: Shift = field(default_factory=lambda: Shift(time(7), time(18)))
    stop_seconds: int = 300
    hub_seconds: int = 900
    trips_max: int = 4
    fill_percent: int = 90
    bag_worth_seconds: int = 5400
    unknown_zone_seconds: int = 300
    turn_seconds: int = 1800
    change_seconds: int = 900
    keep_within_seconds: int = 1800
    late_seconds: int = 3600
    news_seconds: int = 1800
    news_pause_seconds: int = 7200
    approach_stops: int = 3
    timetable: Timetable = field(default_factory=Timetable)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        def seconds(minutes: float) -> int:
            return round(minutes * _SECONDS_PER_MINUTE)

        return cls(
            usual_shift=Shift(settings.route_shift_start, settings.route_shift_end),
            stop_seconds=seconds(settings.route_stop_minutes),
            hub_seconds=seconds(settings.route_hub_minutes),
            trips_max=settings.route_trips_max,
            fill_percent=settings.route_fill_percent,
            bag_worth_seconds=seconds(settings.route_bag_worth_minutes),
            unknown_zone_seconds=seconds(settings.route_unknown_zone_minutes),
            turn_seconds=seconds(settings.route_turn_minutes),
            change_seconds=seconds(settings.route_change_minutes),
            keep_within_seconds=seconds(settings.route_keep_within_minutes),
            late_seconds=seconds(settings.route_late_minutes),
            news_seconds=seconds(settings.route_news_minutes),
            news_pause_seconds=seconds(settings.route_news_pause_minutes),
            approach_stops=settings.route_approach_stops,
            timetable=Timetable.of(settings),
        )
