"""A street with shops: households with credit, vouchers for them, and merchants who take them. No sockets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.db import Database
from app.kernel.clock import Clock, FixedClock
from app.kernel.ids import new_id
from app.kernel.phone import Phone
from app.ledger import reading
from app.ledger import service as ledger
from app.ledger.statements import balance_of
from app.merchants import service as merchants
from app.messaging.hours import SendingHours
from app.payouts import holds
from app.rewards.models import Redemption, Reward
from app.rewards.vouchers import ending, issuing, paying
from app.rewards.vouchers.models import Voucher
from app.rewards.vouchers.rules import VoucherRules
from tests.factories.street import RecordingPost, Street, a_household, a_street, give_credit

EARNED_MINOR = 200_000
FACE_MINOR = 50_000
RULES = VoucherRules(
    valid_days=30,
    remind_before=timedelta(days=3),
    guesses_per_phone=3,
    guesses_per_merchant=5,
    guesses_before_lock=8,
    timezone="Africa/Lagos",
    hours=SendingHours(),
    idle=timedelta(days=150),
)


@dataclass(frozen=True)
class Shop:
    id: UUID
    code: str
    phone: str


@dataclass
class Market:
    database: Database
    clock: Clock
    street: Street
    post: RecordingPost = field(default_factory=RecordingPost)
    rules: VoucherRules = RULES
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def pass_time(self, **span: float) -> None:
        self.clock = FixedClock(self.now + timedelta(**span))

    def shop(self, name: str = "Mama Nkechi", *, phones: int = 1) -> Shop:
        numbers = [Phone(f"+234800000{next(self._numbers):04}") for _ in range(phones)]
        with self.database.unit_of_work() as session:
            made = merchants.create(
                session,
                code=f"SHOP{numbers[0][-4:]}",
                name=name,
                phones=numbers,
                zone_id=self.street.zone_id,
                language="en",
                payee_phone=numbers[0],
                provider=None,
                now=self.now,
            )
            return Shop(made.id, made.code, numbers[0])

    def household(self, credit_minor: int = EARNED_MINOR) -> UUID:
        with self.database.unit_of_work() as session:
            phone = f"+234800000{next(self._numbers):04}"
            household_id = a_household(session, self.street.zone_id, phone, self.now)
            give_credit(session, household_id, credit_minor, self.now)
            return household_id

    def voucher(
        self, household_id: UUID, *, amount_minor: int = FACE_MINOR, only_at: Shop | None = None
    ) -> Voucher:
        with self.database.unit_of_work() as session:
            redemption = Redemption(
                key=str(new_id()),
                household_id=household_id,
                reward_id=session.scalars(select(Reward.id)).first(),
                amount_minor=amount_minor,
                payee_phone="+2348000000001",
                created_at=self.now,
                updated_at=self.now,
            )
            session.add(redemption)
            session.flush()
            return issuing.issue(
                session,
                redemption_id=redemption.id,
                household_id=household_id,
                amount_minor=amount_minor,
                what="Food",
                rules=self.rules,
                only_at_id=only_at.id if only_at else None,
                now=self.now,
            )

    def pays(self, shop: Shop, typed: str, **given: Any) -> paying.Answer:
        with self.database.unit_of_work() as session:
            return paying.take(
                session,
                paying.Counter(self.post, self.rules),
                shop.id,
                **{"phone": shop.phone, "typed": typed, "told_by_reply": True, "now": self.now, **given},
            )

    def work(self) -> None:
        """What the worker does of reminders and expiry."""
        ender = ending.Ender(self.post, self.rules)
        for step in (ending.remind_one, ending.expire_one):
            while True:
                with self.database.unit_of_work() as session:
                    if not step(session, ender, self.now):
                        break

    def expire(self, at: datetime) -> bool:
        with self.database.unit_of_work() as session:
            return ending.expire_one(session, ending.Ender(self.post, self.rules), at)

    def close(self, shop: Shop) -> None:
        """The shop honours no vouchers any more."""
        with self.database.unit_of_work() as session:
            merchants.change(session, shop.id, {"active": False}, self.now)

    def see(self, voucher: Voucher) -> tuple[Voucher, Redemption]:
        with self.database.unit_of_work() as session:
            return (
                session.get_one(Voucher, voucher.id),
                session.get_one(Redemption, voucher.redemption_id),
            )

    def standing(self, household_id: UUID) -> tuple[int, int]:
        """What can be spent, and what is set aside."""
        with self.database.unit_of_work() as session:
            found = ledger.standing(session, household_id)
            return found.credit_minor, found.held_minor

    def owed(self, shop: Shop) -> int:
        with self.database.unit_of_work() as session:
            return balance_of(session, ledger.merchant_code(shop.code))

    def check_book(self) -> None:
        with self.database.unit_of_work() as session:
            assert [*reading.check(session), *holds.check(session, [issuing.claims(session)])] == []

    def heard(self, key: str) -> list[str]:
        """The texts of that kind so far."""
        return [sent.body for sent in self.post.sent if sent.key == key]


def a_market(database: Database, now: datetime) -> Market:
    return Market(database, FixedClock(now), a_street(database, now))
