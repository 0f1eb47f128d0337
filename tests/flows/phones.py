"""Dialogues that read like a phone call: a person says, a person hears."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.conversation.fit import measure
from app.db import Database
from app.flows.talk import Talk
from app.flows.turn import take_turn
from app.households.models import Household, HouseholdPhone
from app.jobs import DbosJobs
from app.ledger import service as ledger
from app.messaging.inbox import InboundText
from app.messaging.models import ConsentEvent, OutboxMessage, OutboxStatus
from app.pickups.models import Pickup
from app.places.models import ServiceDay, Zone
from app.rewards.models import Redemption
from app.settings import Settings, load_settings
from tests.factories.languages import CATALOGUE
from tests.factories.street import RecordingPost, Street, a_street, give_credit

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""Ten in the morning in Lagos."""
HUB_NUMBER = "+2348000009999"
_ids = itertools.count(1)


@dataclass
class Town:
    """A street in Surulere served on Thursdays, and Yaba and Ikeja beside it; a clock that can be turned."""

    database: Database
    street: Street
    talk: Talk
    post: RecordingPost
    now: datetime = MONDAY

    def phone(self, number: int | str) -> Phone:
        return Phone(self, number if isinstance(number, str) else f"+234800000{number:04}")

    @property
    def amina(self) -> Phone:
        """Has joined, in Ojuelegba; a pickup is planned for today."""
        return self.phone(self.street.phone)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def credit(self, amount_minor: int, household_id: UUID | None = None) -> None:
        with self.database.unit_of_work() as session:
            give_credit(session, household_id or self.street.household_id, amount_minor, self.now)

    def balance_minor(self, household_id: UUID | None = None) -> int:
        with self.database.unit_of_work() as session:
            return ledger.balance(session, household_id or self.street.household_id)

    def many_areas(self, count: int) -> None:
        """`Quarter 00` and on, beside the three there are."""
        with self.database.unit_of_work() as session:
            hub_id = session.get_one(Zone, self.street.zone_id).hub_id
            session.add_all(
                Zone(
                    code=f"Z{number:02}",
                    name=f"Quarter {number:02}",
                    hub_id=hub_id,
                    timezone="Africa/Lagos",
                    latitude=6.5,
                    longitude=3.3,
                    created_at=self.now,
                )
                for number in range(count)
            )

    def redemptions(self) -> list[tuple[int, str]]:
        with self.database.unit_of_work() as session:
            rows = session.execute(
                select(Redemption.amount_minor, Redemption.payee_phone).order_by(Redemption.id)
            )
            return [(row.amount_minor, row.payee_phone) for row in rows]


@dataclass
class Phone:
    town: Town
    number: str
    heard: str | None = None
    replies: list[str | None] = field(default_factory=list)

    def says(self, body: str, *, opt_out_type: str | None = None, message_id: str | None = None) -> Phone:
        text = InboundText(
            gateway="twilio",
            provider_message_id=message_id or f"SM{next(_ids):032}",
            phone=self.number,
            recipient=HUB_NUMBER,
            body=body,
            opt_out_type=opt_out_type,
            raw={"Body": body},
        )
        with self.town.database.unit_of_work() as session:
            self.heard = take_turn(session, self.town.talk, text, self.town.now)
        self.replies.append(self.heard)
        self.town.later(seconds=20)
        return self

    def hears(self, *fragments: str) -> Phone:
        assert self.heard is not None, "heard nothing"
        for fragment in fragments:
            assert fragment in self.heard, f"{fragment!r} is not in {self.heard!r}"
        assert measure(self.heard).parts == 1, self.heard
        return self

    def hears_nothing(self) -> Phone:
        assert self.heard is None, self.heard
        return self

    def hears_nothing_of(self, fragment: str) -> Phone:
        assert fragment not in (self.heard or "")
        return self

    def joins(self, name: str = "Bola Ade", zone: str = "Yaba") -> Phone:
        for text in ("JOIN", "1", name, zone, "12 Ojo St, green gate"):
            self.says(text)
        return self.hears("Welcome")

    @property
    def households(self) -> list[Household]:
        return self._all(
            select(Household)
            .join(HouseholdPhone, HouseholdPhone.household_id == Household.id)
            .where(HouseholdPhone.phone == self.number)
            .order_by(Household.id)
        )

    @property
    def pickups(self) -> list[Pickup]:
        mine = select(HouseholdPhone.household_id).where(HouseholdPhone.phone == self.number)
        return self._all(select(Pickup).where(Pickup.household_id.in_(mine)).order_by(Pickup.date))

    @property
    def consents(self) -> list[tuple[bool, str]]:
        """What it agreed to or took back, oldest first, with how."""
        events = self._all(
            select(ConsentEvent).where(ConsentEvent.phone == self.number).order_by(ConsentEvent.id)
        )
        return [(event.agreed, event.source) for event in events]

    @property
    def replies_kept(self) -> int:
        kept = select(func.count()).where(
            OutboxMessage.phone == self.number, OutboxMessage.status == OutboxStatus.REPLIED
        )
        with self.town.database.unit_of_work() as session:
            return session.scalar(kept) or 0

    def _all(self, query: Any) -> list[Any]:
        with self.town.database.unit_of_work() as session:
            return list(session.scalars(query))


def a_town(database: Database, talk: Talk | None = None, **settings: Any) -> Town:
    """With a way of talking of its own, and a post that only keeps what it is given, unless `talk` is given."""
    street = a_street(database, MONDAY)
    with database.unit_of_work() as session:
        serve_zone(session, street.zone_id)
        known = session.get_one(Zone, street.zone_id)
        for code, name, latitude in (("YAB", "Yaba", 6.51), ("IKJ", "Ikeja", 6.6)):
            zone = Zone(
                code=code,
                name=name,
                hub_id=known.hub_id,
                timezone="Africa/Lagos",
                latitude=latitude,
                longitude=3.37,
                created_at=MONDAY,
            )
            session.add(zone)
            session.flush()
            if code == "YAB":
                serve_zone(session, zone.id)
    post = RecordingPost()
    talk = talk or Talk(town_settings(**settings), CATALOGUE, post, DbosJobs(database.engine))
    return Town(database, street, talk, post)


def town_settings(**settings: Any) -> Settings:
    pretend = {"payment_providers": ["pretend"], "payment_webhook_secret": "made-up"}
    return load_settings(environment="test", **pretend, **settings)


def serve_zone(session: Session, zone_id: UUID) -> None:
    """Every Thursday morning."""
    session.add(
        ServiceDay(
            zone_id=zone_id,
            weekday=3,
            window_start=time(8),
            window_end=time(12, 30),
            every_weeks=1,
            starts_on=MONDAY.date(),
            created_at=MONDAY,
        )
    )
    session.flush()
