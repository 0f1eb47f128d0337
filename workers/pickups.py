"""Makes pickups ahead of time, and closes the days that are over."""

from __future__ import annotations

from app.container import Container
from app.pickups import service as pickups
from app.places import service as places

CLOSE_DAYS = "close_days"


def extend_pickups(container: Container) -> int:
    """Each zone in a unit of work of its own, so that a big town does not hold up the webhooks."""
    timetable = pickups.Timetable.of(container.settings)
    with container.database.unit_of_work() as session:
        zone_ids = [zone.id for zone in places.zones(session)]
    done = 0
    for zone_id in zone_ids:
        with container.database.unit_of_work() as session:
            done += pickups.extend(session, container.clock.now(), container.post, timetable, zone_id=zone_id)
    return done


def close_days(container: Container) -> int:
    timetable = pickups.Timetable.of(container.settings)
    done = 0
    while True:
        with container.database.unit_of_work() as session:
            closed = pickups.close_days(session, container.clock.now(), container.post, timetable)
        if not closed:
            return done
        done += closed
