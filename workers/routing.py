"""Plans the routes of the day, and follows them while people ride."""

from __future__ import annotations

import structlog

from app.container import Container
from app.routing import following
from app.routing import plan as routing
from app.routing.rules import RouteRules

PLAN_ROUTES = "plan_routes"

log = structlog.get_logger()


def plan_routes(container: Container) -> int:
    """Each hub by itself. Pickups without a collector are logged, and tried again."""
    settings, now = container.settings, container.clock.now()
    with container.database.unit_of_work() as session:
        due = routing.hubs_due(session, now, settings.route_plan_at, RouteRules.of(settings))
    added = 0
    for hub_id, date in due:
        plan = container.planner().plan_hub(hub_id, date, now)
        if plan.unplanned:
            log.error("pickups_unplanned", hub_id=str(hub_id), date=str(date), count=len(plan.unplanned))
        added += plan.added
    return added


def follow_day(container: Container) -> int:
    """Each hub that is riding, by itself."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        riding = following.riding(session, now)
    for hub_id, date in riding:
        plan = following.follow(container.planner(), hub_id, date, now)
        if plan.unplanned:
            log.error("pickups_unplanned", hub_id=str(hub_id), date=str(date), count=len(plan.unplanned))
    return 0
