"""The worker is killed between every two steps of a payout; the phone is credited once or the credit is given back."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx
from sqlalchemy import select, update

from app.bootstrap import build
from app.container import Container
from app.kernel.clock import TravellingClock
from app.kernel.ids import new_id
from app.kernel.phone import Phone
from app.ledger import reading
from app.ledger import service as ledger
from app.merchants import service as merchants
from app.merchants.settling import SettlementRules, settle
from app.payouts import holds
from app.payouts import service as payouts
from app.payouts.models import Payout, PayoutAttempt
from app.payouts.statuses import PayoutStatus
from app.rewards import service as rewards
from tests.factories.purse import purse_settings
from tests.factories.street import Street, a_street
from tests.faults.killing import DoomedWorkers, doomed_workers
from tests.standins.payments import KEY
from workers.payouts import settle_payouts

EARNED_MINOR = 5_000_000
AMOUNT_MINOR = 5_000
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}


@contextmanager
def company_of_its_own() -> Iterator[str]:
    """The pretend payment company in another process: what it counts outlives every worker."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.payments", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def redeem(container: Container, street: Street) -> UUID:
    with container.database.unit_of_work() as session:
        redemption = rewards.redeem(
            session,
            key=str(new_id()),
            household_id=street.household_id,
            reward_code="AIRTIME",
            amount_minor=AMOUNT_MINOR,
            payee_phone=street.phone,
            now=container.clock.now(),
            rules=rewards.RedemptionRules.of(container.settings),
            post=container.post,
            jobs=container.jobs,
        )
        payout = payouts.for_redemption(session, redemption.id)
        assert payout is not None
        return payout.id


def settle_with_a_shop(container: Container, street: Street, number: int) -> UUID:
    """The payout of a new shop's first settlement."""
    now, phone = container.clock.now(), Phone(f"+234800000{6_000 + number}")
    with container.database.unit_of_work() as session:
        shop = merchants.create(
            session,
            code=f"SHOP{number}",
            name=f"Shop {number}",
            phones=[phone],
            zone_id=street.zone_id,
            language="en",
            payee_phone=phone,
            provider=None,
            now=now,
        )
        owed = ledger.named(session, ledger.merchant_code(shop.code))
        ledger.transfer(
            session,
            key=f"owed:{shop.code}",
            kind="voucher_paid",
            postings=[ledger.Posting(ledger.named(session, ledger.PROGRAMME_EXPENSE), owed, AMOUNT_MINOR)],
            reason="test",
            cause=ledger.Cause("merchant", shop.id),
            effective_at=now,
            now=now,
        )
        rules = SettlementRules.of(container.settings)
        made = settle(session, shop.id, rules=rules, jobs=container.jobs, owed_until=now, now=now)
        query = select(Payout.id).where(Payout.settlement_id == made.settlement_id)
        return session.scalars(query).one()


@dataclass(frozen=True)
class Scene:
    """When the worker is killed, and how the company behaves."""

    what: str
    first_steps: int
    """At least so many steps are there to be killed at."""
    switches: dict[str, Any] = field(default_factory=dict)
    earlier: tuple[int, ...] = ()
    """In which minutes other workers saw to it before, and lived."""
    minute: int = 0
    """In which the worker is killed."""
    by_then: dict[str, Any] = field(default_factory=dict)
    """How the company behaves in that minute, where it is otherwise."""
    of_a_shop: bool = False
    """What is paid is what a shop is owed."""


SCENES = (
    Scene("while it pays", 12),
    Scene(
        "while it sends once more what never arrived",
        13,
        {"submit": "drop_before"},
        earlier=(0, 2),
        minute=8,
        by_then={"submit": "answer"},
    ),
)
MORE_SCENES = (
    Scene("while it settles with a shop", 12, of_a_shop=True),
    Scene(
        "while it asks after a payment whose answer was lost",
        8,
        {"submit": "drop_after"},
        earlier=(0,),
        minute=2,
    ),
    Scene("while it pays, and the answer is lost", 12, {"submit": "drop_after"}),
    Scene("while it pays, and the company fails after it took it", 12, {"submit": "error_after"}),
    Scene("while it pays, and nothing arrived", 12, {"submit": "drop_before"}),
    Scene(
        "while it asks after a payment that never arrived",
        8,
        {"submit": "drop_before"},
        earlier=(0,),
        minute=2,
    ),
    Scene("while it asks, and the company is in trouble", 8, {"query": "error"}, earlier=(0,), minute=2),
)
USUAL = {"submit": "answer", "query": "answer", "settle_seconds": 0, "duplicates": "pay_again"}
"""It would pay the same reference twice, were it sent again after it had arrived."""
NEVER = 1_000_000
PUT_OFF = timedelta(hours=6)


@dataclass
class Field:
    """Where workers fall."""

    container: Container
    clock: TravellingClock
    street: Street
    workers: DoomedWorkers
    company: httpx.Client
    payouts: list[UUID] = field(default_factory=list)
    of_shops: set[UUID] = field(default_factory=set)
    kills: int = 0

    def play(self, scene: Scene) -> None:
        """A payout for each step, killed there, until one gets to its end."""
        step, killed = 0, True
        while killed:
            step += 1
            self._company_behaves(scene.switches)
            self._begin(scene)
            for minute in scene.earlier:
                assert not self.workers.work_until_step(NEVER, minute)
            self._company_behaves(scene.switches | scene.by_then)
            killed = self.workers.work_until_step(step, scene.minute)
            self.kills += killed
            self._put_off()
        assert step > scene.first_steps, f"the steps {scene.what} were not found"

    def _begin(self, scene: Scene) -> None:
        if scene.of_a_shop:
            made = settle_with_a_shop(self.container, self.street, len(self.of_shops))
            self.of_shops.add(made)
        else:
            made = redeem(self.container, self.street)
        self.payouts.append(made)

    def _company_behaves(self, switches: dict[str, Any]) -> None:
        self.company.post("/v1/control", json=USUAL | switches).raise_for_status()

    def _put_off(self) -> None:
        """What the dead left is seen to later, so that the next worker's steps are those of its own payout."""
        later = self.clock.now() + PUT_OFF
        unfinished = update(Payout).where(Payout.next_check_at.is_not(None)).values(next_check_at=later)
        with self.container.database.unit_of_work() as session:
            session.execute(unfinished)

    def recover(self) -> dict[UUID, PayoutStatus]:
        """What a healthy worker makes of it all in the hours after."""
        self._company_behaves({})
        self.clock.offset = PUT_OFF
        for _ in range(6):
            self.clock.offset += timedelta(minutes=20)
            settle_payouts(self.container)
        with self.container.database.unit_of_work() as session:
            return {payout_id: payouts.get(session, payout_id).status for payout_id in self.payouts}

    def credited(self) -> dict[UUID, int]:
        """How often the company credited each payout, over all its attempts."""
        told = cast("dict[str, int]", self.company.get("/v1/credits").json())
        with self.container.database.unit_of_work() as session:
            rows = session.execute(select(PayoutAttempt.payout_id, PayoutAttempt.reference)).all()
        counts: dict[UUID, int] = dict.fromkeys(self.payouts, 0)
        for payout_id, reference in rows:
            counts[payout_id] += told.get(reference, 0)
        assert sum(counts.values()) == sum(told.values()), "somebody else was paid"
        return counts


def test_a_worker_killed_between_any_two_steps_pays_once_or_gives_back(database_url: str) -> None:
    """At a company in another process that counts. `TEST_KILLS=300` kills so often, in more ways."""
    wanted = int(os.environ.get("TEST_KILLS", "0"))
    with company_of_its_own() as api_url:
        settings = purse_settings(
            database_url,
            api_url,
            redemption_day_limit_minor=EARNED_MINOR,
            redemption_phone_day_limit_minor=EARNED_MINOR,
            standin_payments_timeout_seconds=10,
            settlement_minimum_minor=AMOUNT_MINOR,
        )
        clock = TravellingClock()
        container = build(settings, clock)
        street = a_street(container.database, clock.now(), credit_minor=EARNED_MINOR)
        given = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "SMS_GATEWAYS": "*=console",
            "PAYMENT_PROVIDERS": "standin",
            "PAYMENT_WEBHOOK_SECRET": "unused",
            "STANDIN_PAYMENTS_API_URL": api_url,
            "STANDIN_PAYMENTS_KEY": KEY,
        }
        with (
            doomed_workers([payouts.JOB], given) as workers,
            httpx.Client(base_url=api_url, headers=AUTHORIZED, timeout=30, verify=False) as company,
        ):
            ground = Field(container, clock, street, workers, company)
            for scene in SCENES if not wanted else itertools.cycle(SCENES + MORE_SCENES):
                ground.play(scene)
                if wanted and ground.kills >= wanted:
                    break
            ends, credited = ground.recover(), ground.credited()
        assert set(ends.values()) == {PayoutStatus.PAID, PayoutStatus.FAILED}
        most = max(credited.values())
        sys.stdout.write(f"{ground.kills} workers killed, {len(ends)} payouts, at most {most} credits each\n")
        assert credited == {one: int(end is PayoutStatus.PAID) for one, end in ends.items()}
        with container.database.unit_of_work() as session:
            assert reading.check(session) == []
            assert holds.check(session) == []
            standing = {view.code: view.balance_minor for view in reading.accounts(session, limit=1_000)}
        container.close()
        paid_to_shops = sum(credited[one] for one in ground.of_shops)
        paid = sum(credited.values())
        assert standing["float:standin"] == AMOUNT_MINOR * paid
        spent_minor = AMOUNT_MINOR * (paid - paid_to_shops)
        assert standing[f"household:{street.household_id}:credit"] == EARNED_MINOR - spent_minor
        owed = sum(amount for code, amount in standing.items() if code.endswith(":payable"))
        assert owed == AMOUNT_MINOR * (len(ground.of_shops) - paid_to_shops)
        assert "receivable:payouts" not in standing
        # Killed before the call, it is paid by a later worker; before the second call, it is given back.
        assert ends[ground.payouts[0]] is PayoutStatus.PAID
