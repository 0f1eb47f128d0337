"""Writing a made-up neighbourhood into a database, as if all of it had been lived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.collectors.models import Collector
from app.fieldwork.models import FieldRecord, FieldRecordKind, Verdict
from app.households.models import Household, HouseholdPhone
from app.integrity.models import HubWeighin, HubWeighinLine
from app.kernel.ids import new_id
from app.messaging.models import Contact
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import MissedReason, PickupStatus
from app.places.models import Hub, Zone
from app.weighing.models import Material, Via, Visit, VisitOutcome, Weighing, WeighingLine
from tests.integrity.village import FIRST, MATERIALS, Village, uuid

WHEN = datetime.combine(FIRST, time(), UTC) - timedelta(days=30)


def settle(session: Session, village: Village) -> None:
    """Everything of `village` but the shifts."""
    hub_id, zone_id = uuid(6, 0), uuid(4, 0)
    session.add(Hub(id=hub_id, code="SUR", name="Surulere", latitude=6.5, longitude=3.35, created_at=WHEN))
    session.flush()
    session.add(
        Zone(id=zone_id, code="SUR-01", name="Ojuelegba", hub_id=hub_id, timezone="Africa/Lagos",
             latitude=6.5, longitude=3.36, created_at=WHEN)
    )  # fmt: skip
    materials = {code: Material(id=new_id(), code=code, name=code, created_at=WHEN) for code in MATERIALS}
    session.add_all(materials.values())
    session.add_all(
        Collector(id=uuid(1, number), name="Tunde", phone=f"+23480000009{number:02}", language="en", hub_id=hub_id,
                  capacity_grams=150_000, created_at=WHEN, updated_at=WHEN)
        for number in range(village.collectors)
    )  # fmt: skip
    session.flush()
    _homes(session, village, zone_id)
    _doors(session, village, zone_id, materials)
    for one in village.loads:
        weighin_id = new_id()
        session.add(
            HubWeighin(id=weighin_id, hub_id=hub_id, collector_id=one.collector_id, weighed_by=one.collector_id,
                       date=one.day, content_digest="", weighed_at=WHEN)
        )  # fmt: skip
        session.flush()
        line = HubWeighinLine(
            weighin_id=weighin_id, material_id=materials[one.material].id, grams=one.hub_grams
        )
        session.add(line)
    session.flush()


def _homes(session: Session, village: Village, zone_id: UUID) -> None:
    homes = [uuid(2, number) for number in range(village.collectors * village.homes)]
    session.add_all(
        Household(id=home, name="Amina", language="en", zone_id=zone_id, landmark="", joined_at=WHEN, updated_at=WHEN)
        for home in homes
    )  # fmt: skip
    session.flush()
    for number, home in enumerate(homes):
        phone = f"+23480000{number:05}"
        session.add(HouseholdPhone(household_id=home, phone=phone, language="en", created_at=WHEN))
        if home in village.heard_of:
            session.add(Contact(phone=phone, heard_at=WHEN, created_at=WHEN, updated_at=WHEN))
    session.flush()


def _doors(session: Session, village: Village, zone_id: UUID, materials: dict[str, Material]) -> None:
    lines: dict[UUID, list[WeighingLine]] = {}
    for weight in village.weights:
        line = WeighingLine(
            weighing_id=weight.weighing_id,
            material_id=materials[weight.material].id,
            grams=weight.grams,
            rate_minor_per_kilogram=0,
            amount_minor=0,
        )
        lines.setdefault(weight.weighing_id, []).append(line)
    pickups, visits, weighings, records = [], [], [], []
    for number, one in enumerate(village.doors):
        pickup_id = uuid(5, number)
        pickups.append(
            Pickup(id=pickup_id, household_id=one.household_id, zone_id=zone_id, date=one.day,
                   window_start=time(8), window_end=time(12), kind=PickupKind.RECURRING,
                   status=PickupStatus.COLLECTED if one.weighed else PickupStatus.MISSED,
                   missed_reason=None if one.weighed else MissedReason.NOTHING_TO_GIVE if one.answered
                   else MissedReason.NOBODY_HOME, created_at=WHEN, updated_at=WHEN)
        )  # fmt: skip
        visits.append(
            Visit(id=one.visit_id, pickup_id=pickup_id, collector_id=one.collector_id,
                  outcome=VisitOutcome.COLLECTED if one.weighed else VisitOutcome.MISSED,
                  content_digest="", visited_at=one.at, device_at=one.at, received_at=one.at)
        )  # fmt: skip
        if one.weighed:
            weighings.append(
                Weighing(id=one.visit_id, pickup_id=pickup_id, household_id=one.household_id,
                         collector_id=one.collector_id, weighed_at=one.at, credit_minor=0, created_at=one.at)
            )  # fmt: skip
        if one.place is not None:
            said = {
                "latitude": one.place.latitude,
                "longitude": one.place.longitude,
                "accuracy_metres": one.place.uncertainty_metres,
            }
            records.append(_record(pickup_id, one.collector_id, one.at, FieldRecordKind.POSITION, said))
        if one.coded:
            records.append(_record(pickup_id, one.collector_id, one.at, FieldRecordKind.HANDOVER, {}))
    for rows in (pickups, visits, weighings, records):
        session.add_all(rows)
        session.flush()
    weighed = {one.id for one in weighings}
    session.add_all(line for key, some in lines.items() if key in weighed for line in some)


def _record(
    pickup_id: UUID, collector_id: UUID, at: datetime, kind: FieldRecordKind, content: Mapping[str, object]
) -> FieldRecord:
    return FieldRecord(
        id=new_id(), kind=kind, pickup_id=pickup_id, collector_id=collector_id, content=dict(content),
        content_digest="", verdict=Verdict.RIGHT if kind is FieldRecordKind.HANDOVER else None,
        off_route=False, made_at=at, device_at=at, via=Via.SYNC, received_at=at,
    )  # fmt: skip
