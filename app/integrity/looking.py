"""Reading from the database what the nightly checks look at: a handful of queries, however many people there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Dispute, DisputeStatus
from app.collectors.models import CollectorShift
from app.fieldwork.models import FieldRecord, FieldRecordKind, Verdict
from app.households.models import HouseholdPhone
from app.integrity.checks.seen import Door, Load, Weight
from app.integrity.hub_day import Allowance
from app.integrity.models import HubWeighin, HubWeighinLine
from app.kernel.clock import at_local, local_date
from app.kernel.place import Location
from app.messaging.models import Contact
from app.pickups.models import Pickup
from app.pickups.statuses import MissedReason
from app.weighing.models import Material, Visit, VisitOutcome, Weighing, WeighingLine

HOME_DAYS: Final = 120
"""How far back homes are looked at: they are visited once a week, and forget nothing."""
SHIFT_MARGIN: Final = timedelta(hours=1)
"""Nobody drops the scale when the hour strikes."""
_SOMEBODY_WAS_THERE: Final = (MissedReason.NOTHING_TO_GIVE, MissedReason.REFUSED)


@dataclass(frozen=True)
class Stretch:
    """Whole days, both included, as they are counted in `timezone`."""

    first: date
    last: date
    timezone: str

    @property
    def edges(self) -> tuple[datetime, datetime]:
        start = at_local(self.first, time(), self.timezone)
        return start, at_local(self.last + timedelta(days=1), time(), self.timezone)


def weights(session: Session, stretch: Stretch) -> dict[UUID, tuple[datetime, list[Weight]]]:
    """The lines of each weighing as they stand now, corrections counted, and when it was received."""
    start, end = stretch.edges
    within = (Weighing.weighed_at >= start, Weighing.weighed_at < end)
    rows = session.execute(
        select(
            Weighing.id,
            Weighing.collector_id,
            Weighing.household_id,
            Pickup.zone_id,
            Weighing.weighed_at,
            Weighing.created_at,
            Material.code,
            WeighingLine.grams,
        )
        .join(WeighingLine, WeighingLine.weighing_id == Weighing.id)
        .join(Material, Material.id == WeighingLine.material_id)
        .join(Pickup, Pickup.id == Weighing.pickup_id)
        .where(*within)
    )
    found: dict[UUID, tuple[datetime, list[Weight]]] = {}
    for weighing_id, collector_id, household_id, zone_id, at, received_at, code, grams in rows:
        day = local_date(at, stretch.timezone)
        line = Weight(weighing_id, collector_id, household_id, zone_id, code, grams, day)
        found.setdefault(weighing_id, (received_at, []))[1].append(line)
    corrections = session.execute(
        select(Dispute.weighing_id, Dispute.corrected_grams)
        .join(Weighing, Weighing.id == Dispute.weighing_id)
        .where(Dispute.status == DisputeStatus.CORRECTED, *within)
        .order_by(Dispute.resolved_at, Dispute.id)  # so that the last one stands
    )
    standing = {weighing_id: corrected or {} for weighing_id, corrected in corrections}
    for weighing_id, corrected in standing.items():
        if weighing_id in found:
            lines = found[weighing_id][1]
            first = lines[0]
            lines[:] = [
                replace(first, material=code, grams=grams) for code, grams in corrected.items() if grams
            ]
    return found


def doors(session: Session, stretch: Stretch) -> list[Door]:
    """Every visit, with what the phone said beside it."""
    start, end = stretch.edges
    within = (Visit.visited_at >= start, Visit.visited_at < end)
    shifts = _shifts(session)
    coded: set[UUID] = set()
    places: dict[UUID, Location] = {}
    beside = select(FieldRecord.pickup_id, FieldRecord.kind, FieldRecord.verdict, FieldRecord.content)
    for pickup_id, kind, verdict, content in session.execute(
        beside.where(FieldRecord.made_at >= start, FieldRecord.made_at < end).order_by(FieldRecord.made_at)
    ):
        if kind is FieldRecordKind.HANDOVER and verdict is Verdict.RIGHT:
            coded.add(pickup_id)
        elif kind is FieldRecordKind.POSITION:
            places[pickup_id] = Location(
                content["latitude"], content["longitude"], "gps", content["accuracy_metres"]
            )
    visits = session.execute(
        select(
            Visit.id,
            Visit.collector_id,
            Pickup.household_id,
            Visit.visited_at,
            Visit.device_at,
            Visit.outcome,
            Pickup.missed_reason,
            Pickup.id,
        )
        .join(Pickup, Pickup.id == Visit.pickup_id)
        .where(*within)
    )
    return [
        Door(
            visit_id,
            collector_id,
            household_id,
            at,
            local_date(at, stretch.timezone),
            on_the_spot=device_at is not None,
            on_shift=_on_shift(shifts.get(collector_id), at, stretch.timezone),
            weighed=outcome is VisitOutcome.COLLECTED,
            answered=outcome is VisitOutcome.COLLECTED or reason in _SOMEBODY_WAS_THERE,
            coded=pickup_id in coded,
            place=places.get(pickup_id),
        )
        for visit_id, collector_id, household_id, at, device_at, outcome, reason, pickup_id in visits
    ]


def loads(session: Session, stretch: Stretch, lines: list[Weight], allowance: Allowance) -> list[Load]:
    """Each collector's days that were weighed in at the hub, by material, against `lines`, what was weighed at doors."""
    at_hub: defaultdict[tuple[UUID, date, str], list[int]] = defaultdict(list)
    for collector_id, day, code, grams in session.execute(
        select(HubWeighin.collector_id, HubWeighin.date, Material.code, HubWeighinLine.grams)
        .join(HubWeighinLine, HubWeighinLine.weighin_id == HubWeighin.id)
        .join(Material, Material.id == HubWeighinLine.material_id)
        .where(
            HubWeighin.date >= stretch.first,
            HubWeighin.date <= stretch.last,
            HubWeighin.taken_back_at.is_(None),
        )
    ):
        at_hub[collector_id, day, code].append(grams)
    days = {(collector_id, day) for collector_id, day, _ in at_hub}
    at_doors: defaultdict[tuple[UUID, date, str], list[int]] = defaultdict(list)
    for one in lines:
        if (one.collector_id, one.day) in days:
            at_doors[one.collector_id, one.day, one.material].append(one.grams)
    found = []
    for key in sorted({*at_hub, *at_doors}, key=str):
        stops, hub = at_doors.get(key, []), at_hub.get(key, [])
        allowed = allowance.grams(max(sum(stops), sum(hub)), len(stops) + len(hub))
        found.append(Load(key[0], key[2], key[1], sum(stops), sum(hub), allowed))
    return found


def heard_of(session: Session) -> set[UUID]:
    """Homes of which any phone has ever texted or dialled."""
    return set(
        session.scalars(
            select(HouseholdPhone.household_id)
            .join(Contact, Contact.phone == HouseholdPhone.phone)
            .where(Contact.heard_at.is_not(None))
        )
    )


def _shifts(session: Session) -> dict[UUID, dict[int, CollectorShift]]:
    found: defaultdict[UUID, dict[int, CollectorShift]] = defaultdict(dict)
    for row in session.scalars(select(CollectorShift)):
        found[row.collector_id][row.weekday] = row
    return found


def _on_shift(week: dict[int, CollectorShift] | None, at: datetime, timezone: str) -> bool | None:
    """None where no week was ever written down."""
    if week is None:
        return None
    day = local_date(at, timezone)
    shift = week.get(day.weekday())
    if shift is None:
        return False
    start, end = (at_local(day, edge, timezone) for edge in (shift.starts_at, shift.ends_at))
    return start - SHIFT_MARGIN <= at <= end + SHIFT_MARGIN
