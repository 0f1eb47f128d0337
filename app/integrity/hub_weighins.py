"""Weighing in: a load counts once, the day is compared at once, and a difference that is too large opens a case.

Decided here: the case is of the collector's whole day, for a load may come in several trips. While it is open, each
further load writes the new difference into it; one after which the day agrees closes it. A stop that comes after the
load (`look_again`), or is corrected, does the same: phones send when they can, and the hub does not wait for them. A
day without any load opens none: the stops of a rider who is still out are no difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import record as record_audit
from app.bags import reading as bags
from app.cases import of_collectors as cases
from app.cases.of_collectors import Since
from app.collectors.models import Collector
from app.db import lock_name
from app.errors import InvalidInput, NotFound
from app.integrity.hub_day import Allowance, Compared, compare
from app.integrity.models import HubWeighin, HubWeighinLine
from app.kernel.clock import local_date
from app.places import service as places
from app.settings import Settings
from app.weighing.credit import checked_grams
from app.weighing.models import ConflictReason, Material, Weighing
from app.weighing.submissions import digest, keep_aside

log = structlog.get_logger()


@dataclass(frozen=True)
class Load:
    """What was on the hub's scale. `grams` by material code."""

    id: UUID
    hub_id: UUID
    brought_by: UUID
    collector_id: UUID
    """Who read the scale, and sends it."""
    date: date
    grams: Mapping[str, int]
    at: datetime
    bag: str = ""
    """Its printed code as typed or scanned, where the load is one bag."""

    def content(self) -> dict[str, Any]:
        return {
            "hub_id": str(self.hub_id),
            "brought_by": str(self.brought_by),
            "date": self.date.isoformat(),
            "grams": {code: grams for code, grams in sorted(self.grams.items()) if grams},
            **({"bag": self.bag} if self.bag else {}),
        }


@dataclass(frozen=True)
class Rules:
    """How a hub compares."""

    timezone: str
    allowance: Allowance
    max_grams: int
    """Per material and load."""

    @classmethod
    def of(cls, session: Session, hub_id: UUID, settings: Settings) -> Self:
        timezone = places.hub_timezone(session, hub_id) or settings.timezone
        return cls(timezone, Allowance.of(settings), settings.hub_weighin_max_grams)


def weigh_in(session: Session, load: Load, rules: Rules) -> Literal["recorded", "duplicate", "conflict"]:
    """Take a load once per id; the same id with other content is kept aside for a person.

    Raises `NotFound` for a collector of another hub, and `InvalidInput` naming `grams` or `grams.<code>`.
    """
    _collector_of(session, load.brought_by, load.hub_id)
    grams = checked_grams(load.grams, rules.max_grams)
    lock_name(session, f"hub-weighin:{load.id}")
    content_digest = digest(load.content())
    known = session.get(HubWeighin, load.id)
    if known is not None:
        if known.content_digest == content_digest:
            return "duplicate"
        keep_aside(session, load, ConflictReason.OTHER_CONTENT, load.at)
        return "conflict"
    _lock_day(session, load.brought_by, load.date)
    materials = {
        row.code: row.id for row in session.scalars(select(Material).where(Material.code.in_(grams)))
    }
    for code in grams:
        if code not in materials:
            raise InvalidInput(f"grams.{code}", "There is no such material.")
    session.add(
        HubWeighin(
            id=load.id,
            hub_id=load.hub_id,
            collector_id=load.brought_by,
            weighed_by=load.collector_id,
            date=load.date,
            content_digest=content_digest,
            weighed_at=load.at,
        )
    )
    session.flush()
    session.add_all(
        HubWeighinLine(weighin_id=load.id, material_id=materials[code], grams=weight)
        for code, weight in grams.items()
    )
    session.flush()
    if load.bag:
        bags.at_the_hub(
            session,
            reading_id=load.id,
            typed=load.bag,
            day=load.date,
            collector_id=load.collector_id,
            at=load.at,
        )
    log.info("hub.weighed_in", weighin_id=str(load.id), collector_id=str(load.brought_by))
    by = _actor(load.collector_id)
    _look(session, load.brought_by, load.date, rules, since=Since.WEIGH_IN, by=by, now=load.at)
    return "recorded"


def take_back(
    session: Session, weighin_id: UUID, *, hub_id: UUID, by: UUID, rules: Rules, now: datetime
) -> HubWeighin:
    """A slip of the finger: the load counts no more. Again, it changes nothing. Raises `NotFound`."""
    found = session.get(HubWeighin, weighin_id)
    if found is None or found.hub_id != hub_id:
        raise NotFound("There is no such weigh-in.")
    _lock_day(session, found.collector_id, found.date)
    session.refresh(found)
    if found.taken_back_at is None:
        found.taken_back_at, found.taken_back_by = now, by
        session.flush()
        bags.take_back(session, weighin_id, now)
        record_audit(session, _actor(by), "taken_back", "hub_weighin", weighin_id, now=now)
        _look(session, found.collector_id, found.date, rules, since=Since.TAKEN_BACK, by=_actor(by), now=now)
    return found


def look_again(session: Session, pickup_id: UUID, settings: Settings, *, by: str, now: datetime) -> None:
    """A stop was weighed or corrected: where its collector's day was weighed in already, that is compared anew."""
    weighed = session.execute(
        select(Weighing.collector_id, Weighing.weighed_at, Collector.hub_id)
        .join(Collector, Collector.id == Weighing.collector_id)
        .where(Weighing.pickup_id == pickup_id)
    ).one_or_none()
    if weighed is None:
        return
    rules = Rules.of(session, weighed.hub_id, settings)
    day = local_date(weighed.weighed_at, rules.timezone)
    _lock_day(session, weighed.collector_id, day)
    _look(session, weighed.collector_id, day, rules, since=Since.STOP, by=by, now=now)


def loads_of(
    session: Session, collector_id: UUID, day: date
) -> list[tuple[HubWeighin, list[tuple[str, int]]]]:
    """A day's loads that count, in order, each with its code and grams per material."""
    loads = session.scalars(
        select(HubWeighin)
        .where(
            HubWeighin.collector_id == collector_id,
            HubWeighin.date == day,
            HubWeighin.taken_back_at.is_(None),
        )
        .order_by(HubWeighin.weighed_at, HubWeighin.id)
    ).all()
    lines = lines_of(session, [one.id for one in loads])
    return [(one, sorted(lines[one.id].items())) for one in loads]


def lines_of(session: Session, weighin_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Grams by material code, of each."""
    found: dict[UUID, dict[str, int]] = {one: {} for one in weighin_ids}
    for weighin_id, code, grams in session.execute(
        select(HubWeighinLine.weighin_id, Material.code, HubWeighinLine.grams)
        .join(Material, Material.id == HubWeighinLine.material_id)
        .where(HubWeighinLine.weighin_id.in_(weighin_ids))
    ):
        found[weighin_id][code] = grams
    return found


def _look(
    session: Session,
    collector_id: UUID,
    day: date,
    rules: Rules,
    *,
    since: Since,
    by: str,
    now: datetime,
) -> None:
    """Open, keep up or close the day's case."""
    any_load = session.scalar(
        select(HubWeighin.id)
        .where(
            HubWeighin.collector_id == collector_id,
            HubWeighin.date == day,
            HubWeighin.taken_back_at.is_(None),
        )
        .limit(1)
    )
    apart = [
        one
        for one in (compare(session, collector_id, day, rules.timezone, rules.allowance) if any_load else ())
        if not one.agrees
    ]
    if apart:
        figures = [_figures(one) for one in apart]
        cases.open_hub_difference(session, collector_id, day, figures, since=since, by=by, now=now)
    else:
        cases.close_hub_difference(session, collector_id, day, since=since, by=by, now=now)


def _figures(one: Compared) -> dict[str, Any]:
    return {
        "material": one.code,
        "stops_grams": one.stops_grams,
        "hub_grams": one.hub_grams,
        "allowed_grams": one.allowed_grams,
    }


def _collector_of(session: Session, collector_id: UUID, hub_id: UUID) -> None:
    found = session.get(Collector, collector_id)
    if found is None or found.hub_id != hub_id:
        raise NotFound("There is no such collector at this hub.")


def _lock_day(session: Session, collector_id: UUID, day: date) -> None:
    lock_name(session, f"hub-day:{collector_id}:{day}")


def _actor(collector_id: UUID) -> str:
    return f"hub:{collector_id}"
