"""Changing hubs, zones and service days that exist.

What changes the calendar leaves pickups alone; `app.pickups.service.settle` carries them along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.places import service
from app.places.editing import check_timezone
from app.places.models import Hub, ServiceDay, ServiceException, Zone


def change_hub(session: Session, hub_id: UUID, changes: Mapping[str, Any]) -> Hub:
    """Set some of name, latitude, longitude, active. Raises `NotFound`."""
    hub = service.hub(session, hub_id)
    _set(hub, changes, {"name", "latitude", "longitude", "active"})
    session.flush()
    return hub


def change_zone(session: Session, zone_id: UUID, changes: Mapping[str, Any]) -> Zone:
    """Set some of name, hub_id, timezone, latitude, longitude, active.

    Raises `NotFound`, and `InvalidInput` for an unknown hub or time zone.
    """
    zone = service.zone(session, zone_id)
    if "hub_id" in changes and session.get(Hub, changes["hub_id"]) is None:
        raise InvalidInput("hub_id", "There is no such hub.")
    if "timezone" in changes:
        check_timezone(changes["timezone"])
    _set(zone, changes, {"name", "hub_id", "timezone", "latitude", "longitude", "active"})
    session.flush()
    return zone


def service_day(session: Session, service_day_id: UUID) -> ServiceDay:
    """Raises `NotFound`."""
    found = session.get(ServiceDay, service_day_id)
    if found is None:
        raise NotFound("There is no such service day.")
    return found


def change_service_day(session: Session, service_day_id: UUID, changes: Mapping[str, Any]) -> ServiceDay:
    """Set some of window_start, window_end, ends_on. Raises `NotFound` and `InvalidInput`."""
    day = service_day(session, service_day_id)
    start, end = changes.get("window_start", day.window_start), changes.get("window_end", day.window_end)
    if start >= end:
        raise InvalidInput("window_end", "The window must end after it starts.")
    ends_on = changes.get("ends_on", day.ends_on)
    if ends_on is not None and ends_on < day.starts_on:
        raise InvalidInput("ends_on", "The last day cannot lie before the first.")
    _set(day, changes, {"window_start", "window_end", "ends_on"})
    session.flush()
    return day


def exception(session: Session, exception_id: UUID) -> ServiceException:
    """Raises `NotFound`."""
    found = session.get(ServiceException, exception_id)
    if found is None:
        raise NotFound("There is no such exception.")
    return found


def _set(row: object, changes: Mapping[str, Any], allowed: set[str]) -> None:
    for name, value in changes.items():
        if name not in allowed:
            raise InvalidInput(name, "This cannot be changed.")
        setattr(row, name, value)
