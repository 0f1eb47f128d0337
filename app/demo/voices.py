"""What households texted in the demo's past, taken through the same conversation as any text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.container import Container
from app.flows.turn import take_turn
from app.households import service as households
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.messaging.inbox import InboundText
from app.pickups.models import Pickup
from app.pickups.statuses import OPEN
from app.rewards import limits
from app.rewards.models import Reward

READY_WORDS: Final = ("1", "1", "1", "READY", "Ready")
CONFIRM: Final = 0.35
DECLINE: Final = 0.09
ASK: Final = 0.04
ASKED: Final = ("BALANCE", "NEXT", "RATES", "balance please", "Good evening")
READ_WITHIN_MINUTES: Final = 90
THINKS: Final = timedelta(seconds=40)
COMPLAINTS: Final = (
    "WRONG the bottles were two full bags, not one",
    "WRONG he did not weigh the cans",
)


@dataclass
class Voices:
    container: Container
    random: Random
    disputes_left: list[str] = field(default_factory=lambda: list(COMPLAINTS))

    def say(self, session: Session, phone: str, body: str, now: datetime) -> str | None:
        """One text in, through the service's own conversation; its reply."""
        gateway = self.container.sms_gateways.for_phone(phone)
        text = InboundText(
            gateway=gateway.name,
            provider_message_id=f"SM{new_id().hex}",
            phone=phone,
            recipient=gateway.sender,
            body=body,
        )
        return take_turn(session, self.container.talk, text, now)

    def answer_reminders(self, session: Session, day: datetime) -> None:
        """What came back in the evening after the reminders for the next day."""
        tomorrow = (day + timedelta(days=1)).date()
        expected = session.scalars(
            select(Pickup.household_id)
            .where(Pickup.date == tomorrow, Pickup.status.in_(OPEN))
            .order_by(Pickup.household_id)
        ).all()
        phones = households.phones_of(session, expected)
        for number in sorted(known[0].phone for known in phones.values() if known):
            chance = self.random.random()
            at = day + timedelta(minutes=self.random.randint(1, READ_WITHIN_MINUTES))
            if chance < CONFIRM:
                self.say(session, number, self.random.choice(READY_WORDS), at)
            elif chance < CONFIRM + DECLINE:
                self.say(session, number, "SKIP", at)
            elif chance < CONFIRM + DECLINE + ASK:
                self.say(session, number, self.random.choice(ASKED), at)

    def redeem(self, session: Session, household_id: UUID, reward: Reward, now: datetime) -> bool:
        """Spend about half of what there is on airtime; False where it is too little."""
        half = ledger.balance(session, household_id) // 2
        settings = self.container.settings
        spent_minor = limits.spent_today(session, household_id, settings.timezone, now)
        without_pin = settings.redemption_pin_above_minor - spent_minor
        most = min(half, reward.maximum_minor, without_pin)
        amount_minor = most // reward.step_minor * reward.step_minor
        if amount_minor < reward.minimum_minor:
            return False
        phone = households.primary_phone(session, household_id)
        self.say(session, phone, f"REDEEM {reward.code} {amount_minor // 100}", now)
        self.say(session, phone, "1", now + THINKS)
        return True

    def complain(self, session: Session, household_id: UUID, now: datetime) -> None:
        """Dispute the weighing, as long as there are complaints left."""
        if self.disputes_left:
            phone = households.primary_phone(session, household_id)
            self.say(session, phone, self.disputes_left.pop(), now)
