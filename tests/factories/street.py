"""A small street to test money on: one zone, a household with phones, a collector, materials with rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.flows
from app.collectors.models import Collector
from app.conversation.values import Value
from app.db import Database
from app.households import service as households
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.pickups.models import Pickup, PickupKind
from app.places.models import Hub, Zone
from app.rewards.models import Reward, RewardKind
from app.weighing.models import Material, Rate
from app.weighing.service import Limits
from tests.factories.languages import CATALOGUE

TEXTS = Path(app.flows.__file__).parent / "texts"
LIMITS = Limits(max_grams=200_000, late_days=14, currency="NGN")
MATERIALS = (("CAN", "Cans", 30_000), ("PET", "Plastic bottles", 10_000))
"""Code, name, kobo per kilogram."""


@dataclass(frozen=True)
class Sent:
    phone: str
    key: str
    body: str


@dataclass
class RecordingPost:
    """Keeps what would be sent, once per dedupe key."""

    sent: list[Sent] = field(default_factory=list)
    _keys: dict[str, UUID] = field(default_factory=dict)

    def text(
        self,
        session: Session,
        *,
        phone: str,
        language: str,
        key: str,
        values: Mapping[str, Value],
        now: datetime,
        household_id: UUID | None = None,
        dedupe_key: str | None = None,
        not_before: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> UUID | None:
        if dedupe_key in self._keys:
            return self._keys[dedupe_key]
        self.sent.append(Sent(phone, key, CATALOGUE.text(key, language, **values)))
        made = new_id()
        if dedupe_key is not None:
            self._keys[dedupe_key] = made
        return made


@dataclass(frozen=True)
class Street:
    zone_id: UUID
    household_id: UUID
    phone: str
    collector_id: UUID
    pickup_id: UUID


def a_street(database: Database, now: datetime, *, credit_minor: int = 0) -> Street:
    """Everything a weighing needs; the household starts with `credit_minor`."""
    with database.unit_of_work() as session:
        hub = Hub(code="SUR", name="Surulere", latitude=6.5, longitude=3.35, created_at=now)
        session.add(hub)
        session.flush()
        zone = Zone(
            code="SUR-01",
            name="Ojuelegba",
            hub_id=hub.id,
            timezone="Africa/Lagos",
            latitude=6.5,
            longitude=3.36,
            created_at=now,
        )
        collector = Collector(
            name="Tunde",
            phone="+2348000009001",
            language="en",
            hub_id=hub.id,
            capacity_grams=150_000,
            created_at=now,
            updated_at=now,
        )
        session.add_all([zone, collector])
        session.flush()
        for code, name, amount in MATERIALS:
            material = Material(code=code, name=name, created_at=now)
            session.add(material)
            session.flush()
            a_rate(session, material.id, amount, now)
        session.add(
            Reward(
                code="AIRTIME",
                kind=RewardKind.AIRTIME,
                name="Airtime",
                minimum_minor=5_000,
                maximum_minor=1_000_000,
                step_minor=5_000,
                created_at=now,
                updated_at=now,
            )
        )
        household_id = a_household(session, zone.id, "+2348000000001", now)
        pickup_id = a_pickup(session, household_id, zone.id, now.date())
        if credit_minor:
            give_credit(session, household_id, credit_minor, now)
        return Street(zone.id, household_id, "+2348000000001", collector.id, pickup_id)


def a_household(session: Session, zone_id: UUID, phone: str, now: datetime) -> UUID:
    return households.enrol(
        session,
        phone=phone,
        name="Amina",
        language="en",
        zone_id=zone_id,
        landmark="green gate",
        location=None,
        now=now,
    ).id


def a_pickup(session: Session, household_id: UUID, zone_id: UUID, on: date) -> UUID:
    moment = datetime.combine(on, time(6), tzinfo=UTC)
    pickup = Pickup(
        household_id=household_id,
        zone_id=zone_id,
        date=on,
        window_start=time(8),
        window_end=time(12),
        kind=PickupKind.RECURRING,
        created_at=moment,
        updated_at=moment,
    )
    session.add(pickup)
    session.flush()
    return pickup.id


def a_rate(
    session: Session,
    material_id: UUID,
    amount_minor: int,
    now: datetime,
    *,
    valid_from: date | None = None,
    zone_id: UUID | None = None,
) -> None:
    session.add(
        Rate(
            material_id=material_id,
            zone_id=zone_id,
            amount_minor_per_kilogram=amount_minor,
            valid_from=valid_from or now.date() - timedelta(days=30),
            created_at=now,
        )
    )
    session.flush()


def material_id(session: Session, code: str) -> UUID:
    return session.scalars(select(Material.id).where(Material.code == code)).one()


def give_credit(
    session: Session, household_id: UUID, amount_minor: int, now: datetime, currency: str = "NGN"
) -> None:
    """Credit out of nowhere, as earlier weighings would have left it."""
    accounts = ledger.household_accounts(session, household_id, currency=currency)
    ledger.transfer(
        session,
        key=f"gift:{new_id()}",
        kind="weighing",
        postings=[
            ledger.Posting(ledger.named(session, ledger.PROGRAMME_EXPENSE), accounts.credit_id, amount_minor)
        ],
        reason="earlier weighings",
        cause=ledger.Cause("household", household_id),
        effective_at=now,
        now=now,
    )
