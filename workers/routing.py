"""Plans the routes of the day, and adds what comes up later."""

from __future__ import annotations

import structlog

from app.container import Container
from app.pickups.service import Timetable
from app.routing import plan as routing

PLAN_ROUTES = "plan_routes"

log = structlog.get_logger()


def plan_routes(container: Container) -> int:
    """Each zone in a unit of work of its own. Pickups without a collector are logged, and tried again."""
    settings, now = container.settings, container.clock.now()
    with container.database.unit_of_work() as session:
        due = routing.zones_due(session, now, settings.route_plan_at, Timetable.of(settings))
    added = 0
    for zone_code, date in due:
        with container.database.unit_of_work() as session:
            plan = routing.plan_day(
                session,
                date,
                container.route_optimiser,
                container.travel_times,
                now,
                zone_code=zone_code,
            )
        if plan.unplanned:
            log.error("pickups_unplanned", zone=zone_code, date=str(date), count=len(plan.unplanned))
        added += plan.added
    return added
