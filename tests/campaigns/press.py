"""Campaigns to try: households of a zone or two, a worker, and what has left the house."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import bootstrap
from app.campaigns import service
from app.campaigns.kinds import CampaignKind
from app.campaigns.models import Campaign
from app.campaigns.progress import Progress, progress
from app.campaigns.segment import Segment
from app.container import Container
from app.db import Database
from app.messaging.models import OutboxMessage, OutboxStatus
from app.settings import load_settings
from tests.factories import neighbourhood
from workers.campaigns import send_campaigns
from workers.deliver import deliver_texts

TUESDAY = datetime(2026, 11, 24, 11, tzinfo=UTC)
"""Noon in Lagos."""
SENT = (OutboxStatus.SENT, OutboxStatus.DELIVERED)


@dataclass
class SetClock:
    """A clock that a test sets."""

    at: datetime = TUESDAY

    def now(self) -> datetime:
        return self.at


@dataclass
class Press:
    container: Container
    clock: SetClock
    zones: dict[str, UUID] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.container.database

    def homes(self, *phones: int, language: str = "en", timezone: str = "Africa/Lagos") -> list[str]:
        """Households of their own, in the zone of that time; their phones."""
        numbers = [f"+234800000{number:04}" for number in phones]
        with self.database.unit_of_work() as session:
            if timezone not in self.zones:
                made = neighbourhood.zone(
                    session, self.clock.at, code=f"Z{len(self.zones)}", timezone=timezone
                )
                self.zones[timezone] = made.id
            for number in numbers:
                neighbourhood.household(
                    session, self.clock.at, self.zones[timezone], phone=number, language=language
                )
        return numbers

    def campaign(self, kind: CampaignKind = CampaignKind.NOTICE, *, start: bool = True, **given: Any) -> UUID:
        content = {"name": "C", "kind": kind, "segment": Segment(), "texts": {"en": "Hello {name}."}}
        with self.database.unit_of_work() as session:
            made = service.create(
                session,
                service.Content(**{**content, "fallback_language": "en", **given}),
                languages=self.container.settings.languages,
                by="office",
                now=self.clock.at,
            )
            if start:
                service.start(session, made.id, at=None, timezone="Africa/Lagos", now=self.clock.at)
            return made.id

    def write(self) -> None:
        while send_campaigns(self.container):
            pass

    def work(self, **later: float) -> None:
        """Let time pass, then have the worker do all that is due."""
        self.clock.at += timedelta(**later)
        while send_campaigns(self.container) + deliver_texts(self.container):
            pass

    def do(self, act: Any, campaign_id: UUID) -> Campaign:
        with self.database.unit_of_work() as session:
            done: Campaign = act(session, campaign_id, self.clock.at)
            return done

    def progress(self, campaign_id: UUID) -> Progress:
        with self.database.unit_of_work() as session:
            return progress(session, [campaign_id])[campaign_id]

    def status(self, campaign_id: UUID) -> str:
        with self.database.unit_of_work() as session:
            return service.get(session, campaign_id).status.value

    def outbox(self) -> list[OutboxMessage]:
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    def sent(self) -> Counter[str]:
        """How many texts each phone was sent."""
        return Counter(text.phone for text in self.outbox() if text.status in SENT)


def a_press(database_url: str, **settings: Any) -> Press:
    chosen = {
        "environment": "test",
        "database_url": database_url,
        "sms_gateways": {"*": "console"},
        "sms_per_sender_per_second": 100_000,
        **settings,
    }
    clock = SetClock()
    return Press(bootstrap.build(load_settings(**chosen), clock), clock)
