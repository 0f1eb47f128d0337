"""Changing what is known of a collector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.collectors import service, sessions
from app.collectors.models import Collector
from app.errors import InvalidInput

_CHANGEABLE = frozenset({"name", "language", "hub_id", "capacity_grams", "capacity_litres", "role", "active"})


def change(session: Session, collector_id: UUID, changes: Mapping[str, Any], *, now: datetime) -> Collector:
    """Set some of name, language, hub_id, capacity_grams, capacity_litres, role, active; who is no longer active is signed out.

    Raises `NotFound`.
    """
    collector = service.get(session, collector_id)
    for name, value in changes.items():
        if name not in _CHANGEABLE:
            raise InvalidInput(name, "This cannot be changed.")
        setattr(collector, name, value)
    if not collector.active:
        sessions.revoke_all(session, collector_id, now)
    collector.updated_at = now
    session.flush()
    return collector
