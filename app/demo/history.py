"""The demo's past, lived through the services themselves: each day's reminders, answers, routes and doors.

Nothing here writes a balance, a receipt or a status by hand, so whatever a visitor checks adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.container import Container
from app.demo.lagos import MATERIALS
from app.demo.offers import AIRTIME, FOOD
from app.demo.shops import SHOPS
from app.demo.voices import Voices
from app.integrity.doubts import Doubts
from app.kernel.clock import at_local
from app.kernel.ids import new_id
from app.messaging.models import OutboxMessage, OutboxStatus
from app.payouts.answering import answered
from app.payouts.calling import Office as PayoutOffice
from app.payouts.calling import claim
from app.payouts.ports import Observation, ObservedStatus, SubmitOutcome, SubmitResult
from app.pickups import service as pickups
from app.pickups.statuses import MissedReason
from app.reminders import service as reminders
from app.rewards.announcing import Announcer
from app.rewards.models import Reward
from app.rewards.vouchers.models import Voucher, VoucherStatus
from app.routing.plan import plan_within
from app.routing.ports import Effort
from app.routing.sheet import SheetStop, sheet_for
from app.weighing import service as weighing

COLLECTED: Final = 0.86
MISSED: Final[Mapping[MissedReason, int]] = {
    MissedReason.NOBODY_HOME: 6,
    MissedReason.NOTHING_TO_GIVE: 5,
    MissedReason.NOT_FOUND: 2,
    MissedReason.REFUSED: 1,
}
"""How often each is the reason, against the others."""
SCALE_STEP_GRAMS: Final = 50
"""What a hanging scale shows."""
MINUTES_PER_STOP: Final = (4, 9)
A_GLANCE: Final = Effort(iterations=100)
"""Routes of the past need not be the best: nobody rides them any more, and the visitor waits."""
PLANNED_AT: Final = time(6, 45)
EVENING: Final = time(18, 40)
REDEMPTIONS_A_DAY: Final = 3
VOUCHERS_KEPT: Final = 2
"""So many of the newest are not spent yet."""
SUBMITTED_WITHIN: Final = timedelta(seconds=2)
SENT_WITHIN: Final = timedelta(seconds=3)


@dataclass
class Past:
    """Replays days for `collectors`, with one source of chance, so that the past is the same each time."""

    container: Container
    random: Random
    collectors: list[UUID]
    payments: PayoutOffice
    voices: Voices
    weighed: list[UUID] = field(default_factory=list)
    """Households paid on the day that is being lived."""

    @classmethod
    def of(cls, container: Container, random: Random, collectors: list[UUID]) -> Past:
        heard = Announcer.of(container.settings, container.post)
        payments = PayoutOffice(container.payment_providers, heard, timedelta(0))
        return cls(container, random, collectors, payments, Voices(container, random))

    def live(self, session: Session, day: date) -> None:
        """One whole day, from the reminders of the evening before to the texts of the evening."""
        timezone = self.container.settings.timezone
        self.remind(session, self._reminder_time(day - timedelta(days=1), evening=True))
        self.voices.answer_reminders(session, at_local(day - timedelta(days=1), EVENING, timezone))
        self.remind(session, self._reminder_time(day, evening=False))
        self.plan(session, day, at_local(day, PLANNED_AT, timezone))
        self.weighed = []
        self._visit_all(session, day)
        evening = at_local(day, time(19), timezone)
        self._spend(session, evening)
        self._shop(session, evening)
        timetable = pickups.Timetable.of(self.container.settings)
        pickups.close_days(
            session, at_local(day + timedelta(days=1), time(0, 5), timezone), self.container.post
        )
        pickups.extend(session, evening, self.container.post, timetable)

    def remind(self, session: Session, now: datetime) -> None:
        while reminders.write_due(session, now, self.container.post, self.container.settings):
            pass

    def plan(self, session: Session, day: date, now: datetime) -> None:
        parts = self.container.planner(A_GLANCE)
        plan_within(session, day, now, engine=parts.engine, post=parts.post, rules=parts.rules)

    def complain(self, session: Session, now: datetime) -> None:
        """Households of the last day say that their weighing is wrong."""
        for household_id in self.weighed[:: max(len(self.weighed) // 2, 1)]:
            self.voices.complain(session, household_id, now)

    def settle_texts(self, session: Session, now: datetime) -> None:
        """Mark what was written in the past as delivered then, so that nothing of it is sent now."""
        prices = self.container.talk.prices
        rows = session.execute(
            select(OutboxMessage)
            .where(OutboxMessage.status == OutboxStatus.QUEUED, OutboxMessage.not_before <= now)
            .execution_options(yield_per=500)
        ).scalars()
        for row in rows:
            row.status = OutboxStatus.DELIVERED
            row.sent_at = max(row.created_at, row.not_before) + SENT_WITHIN
            row.updated_at = row.sent_at
            row.attempts = 1
            gateway = self.container.sms_gateways.for_phone(row.phone)
            row.sender = gateway.sender
            row.price_micros = prices.of_a_text(gateway.name, row.phone, row.parts)
            row.provider_message_id = f"SM{new_id().hex}"
        session.flush()

    def _reminder_time(self, day: date, *, evening: bool) -> datetime:
        settings = self.container.settings
        at = settings.reminder_evening_at if evening else settings.reminder_morning_at
        return at_local(day, at, settings.timezone) + timedelta(minutes=1)

    def _visit_all(self, session: Session, day: date) -> None:
        for collector_id in self.collectors:
            for stop, at in self._round(session, collector_id, day):
                self._visit(session, collector_id, stop, at)

    def _round(self, session: Session, collector_id: UUID, day: date) -> Iterator[tuple[SheetStop, datetime]]:
        timezone = self.container.settings.timezone
        minutes = 0
        for stop in sheet_for(session, collector_id, day).stops:
            if stop.off:
                continue
            minutes += self.random.randint(*MINUTES_PER_STOP)
            yield stop, at_local(day, stop.window_start, timezone) + timedelta(minutes=minutes)

    def _visit(self, session: Session, collector_id: UUID, stop: SheetStop, at: datetime) -> None:
        post = self.container.post
        limits = weighing.Limits.of(self.container.settings)
        if self.random.random() < COLLECTED:
            bag = weighing.Submission(new_id(), stop.pickup_id, collector_id, self._bag(), at)
            judge = Doubts.of(self.container.settings)
            weighing.record(session, bag, at, post, limits, judge=judge)
            self.weighed.append(stop.household_id)
            return
        reason = self.random.choices(list(MISSED), list(MISSED.values()))[0]
        word = weighing.Missed(new_id(), stop.pickup_id, collector_id, reason, "", at)
        weighing.record_missed(session, word, at, post, limits)

    def _bag(self) -> dict[str, int]:
        held = [material for material in MATERIALS if self.random.random() < material.share]
        return {
            material.code: self.random.randrange(*material.usual_grams, SCALE_STEP_GRAMS)
            for material in held or MATERIALS[:1]
        }

    def _spend(self, session: Session, evening: datetime) -> None:
        """A few buy airtime; the payment company says yes at once, as the stand-in would."""
        reward = session.scalars(select(Reward).where(Reward.code == AIRTIME)).one()
        wishes = self.random.sample(self.weighed, min(REDEMPTIONS_A_DAY, len(self.weighed)))
        for number, household_id in enumerate(wishes):
            now = evening + timedelta(minutes=7 * number)
            if self.voices.redeem(session, household_id, reward, now):
                self._pay(session, now + timedelta(minutes=1))

    def _shop(self, session: Session, evening: datetime) -> None:
        """One more buys food, and whoever did so before takes the voucher to a shop."""
        held = session.scalars(
            select(Voucher).where(Voucher.status == VoucherStatus.OPEN).order_by(Voucher.issued_at.desc())
        ).all()
        for voucher in held[VOUCHERS_KEPT:]:
            self.voices.say(session, self.random.choice(SHOPS).phone, f"PAID {voucher.code}", evening)
        food = session.scalars(select(Reward).where(Reward.code == FOOD)).one()
        for household_id in self.random.sample(self.weighed, min(1, len(self.weighed))):
            self.voices.redeem(session, household_id, food, evening + timedelta(minutes=30))

    def _pay(self, session: Session, now: datetime) -> None:
        while (claimed := claim(session, self.payments, now)) is not None:
            if claimed.call is None:
                continue
            paid = Observation(ObservedStatus.SUCCEEDED, reference=claimed.call.request.reference)
            result = SubmitResult(SubmitOutcome.SETTLED, paid)
            answered(session, self.payments, claimed.call, result, now + SUBMITTED_WITHIN)
