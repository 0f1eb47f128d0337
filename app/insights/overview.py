"""The few figures the dashboard draws. Sums only: nothing here can be traced to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.periods import period, within
from app.messaging.models import InboxMessage, OutboxMessage
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.weighing.models import Material, Weighing, WeighingLine


@dataclass(frozen=True)
class Harvest:
    """One material's grams, period by period."""

    material: str
    grams: list[int]


@dataclass
class Traffic:
    """Texts in one period."""

    received: int = 0
    written: int = 0
    parts: int = 0
    """Of the written ones: what they cost to send."""


def stops(session: Session, day: date) -> dict[PickupStatus, int]:
    """How many of the day's pickups stand at each status; all of them, in the order of a pickup's life."""
    rows = session.execute(
        select(Pickup.status, func.count()).where(Pickup.date == day).group_by(Pickup.status)
    )
    found = {status: number for status, number in rows}  # noqa: C416 - a row is no pair to the type checker
    return {status: found.get(status, 0) for status in PickupStatus}


def harvests(session: Session, edges: Sequence[datetime]) -> list[Harvest]:
    """As first weighed, per material, for each period between `edges`; the heaviest material first."""
    number = period(Weighing.weighed_at, edges).label("period")
    rows = session.execute(
        select(Material.name, number, func.sum(WeighingLine.grams))
        .join_from(WeighingLine, Weighing, Weighing.id == WeighingLine.weighing_id)
        .join(Material, Material.id == WeighingLine.material_id)
        .where(within(Weighing.weighed_at, edges))
        .group_by(Material.name, "period")
    )
    found: dict[str, list[int]] = {}
    for name, which, grams in rows:
        found.setdefault(name, [0] * (len(edges) - 1))[which] = int(grams)
    return sorted((Harvest(name, grams) for name, grams in found.items()), key=lambda one: -sum(one.grams))


def traffic(session: Session, edges: Sequence[datetime]) -> list[Traffic]:
    """Texts in and out for each period between `edges`."""
    found = [Traffic() for _ in edges[1:]]
    arrived = period(InboxMessage.received_at, edges).label("period")
    for which, count in session.execute(
        select(arrived, func.count()).where(within(InboxMessage.received_at, edges)).group_by("period")
    ):
        found[which].received = count
    left = period(OutboxMessage.created_at, edges).label("period")
    for which, count, parts in session.execute(
        select(left, func.count(), func.sum(OutboxMessage.parts))
        .where(within(OutboxMessage.created_at, edges))
        .group_by("period")
    ):
        found[which].written, found[which].parts = count, int(parts)
    return found
