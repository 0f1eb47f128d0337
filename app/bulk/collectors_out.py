"""Collectors as rows, with the columns that the import takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bulk import weeks
from app.bulk.cells import guarded
from app.bulk.collectors_in import BETWEEN_ZONES
from app.collectors import shifts
from app.collectors.models import Collector
from app.places.models import Hub, Zone

HEADER = "id phone name hub language capacity_grams capacity_litres role shifts zones active created_at"


def batch(session: Session, after: UUID | None, limit: int) -> tuple[Sequence[Sequence[Any]], UUID | None]:
    query = select(Collector, Hub.code).join(Hub, Hub.id == Collector.hub_id)
    query = query.order_by(Collector.id).limit(limit)
    found = session.execute(query if after is None else query.where(Collector.id > after)).all()
    ids = [collector.id for collector, _ in found]
    by_weekday, known = shifts.weeks(session, ids), shifts.zones_of(session, ids)
    codes = {zone.id: zone.code for zone in session.scalars(select(Zone))}
    rows = [
        (
            collector.id,
            collector.phone,
            guarded(collector.name),
            hub,
            collector.language,
            collector.capacity_grams,
            collector.capacity_litres,
            collector.role.value,
            weeks.write(by_weekday[collector.id]),
            BETWEEN_ZONES.join(sorted(codes[zone_id] for zone_id in known[collector.id])),
            str(collector.active).lower(),
            collector.created_at.isoformat(),
        )
        for collector, hub in found
    ]
    return rows, ids[-1] if ids else None
