"""The worker is killed between every two steps of a payout; the phone is credited once or the credit is given back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx

from app.bootstrap import build
from app.container import Container
from app.kernel.clock import TravellingClock
from app.kernel.ids import new_id
from app.ledger import reading
from app.payouts import service as payouts
from app.payouts.statuses import PayoutStatus
from app.rewards import service as rewards
from tests.factories.purse import purse_settings
from tests.factories.street import Street, a_street
from tests.faults.killing import doomed_workers
from tests.standins.payments import KEY
from workers.payouts import settle_payouts

EARNED_MINOR = 5_000_000
AMOUNT_MINOR = 5_000
STEPS_AT_LEAST = 12
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


def end_of(container: Container, clock: TravellingClock, payout_id: UUID) -> PayoutStatus:
    """What a healthy worker makes of it in the hours after."""
    for _ in range(12):
        with container.database.unit_of_work() as session:
            status = payouts.get(session, payout_id).status
        if status in {PayoutStatus.PAID, PayoutStatus.FAILED}:
            return status
        clock.offset += timedelta(minutes=15)
        settle_payouts(container)
    raise AssertionError(f"the payout is still {status}")


def credited(api_url: str, container: Container, payout_id: UUID) -> int:
    with container.database.unit_of_work() as session:
        references = [attempt.reference for attempt in payouts.attempts(session, payout_id)]
    told = httpx.get(f"{api_url}/v1/credits", headers=AUTHORIZED, timeout=30).json()
    return sum(cast("dict[str, int]", told).get(reference, 0) for reference in references)


def test_a_worker_killed_between_any_two_steps_pays_once_or_gives_back(database_url: str) -> None:
    """At a company that would pay the same reference twice, if it were ever asked to."""
    with company_of_its_own() as api_url:
        switches: dict[str, Any] = {"settle_seconds": 0, "duplicates": "pay_again"}
        httpx.post(f"{api_url}/v1/control", json=switches, headers=AUTHORIZED, timeout=30).raise_for_status()
        settings = purse_settings(
            database_url,
            api_url,
            redemption_day_limit_minor=EARNED_MINOR,
            redemption_phone_day_limit_minor=EARNED_MINOR,
            standin_payments_timeout_seconds=10,
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
        ends: list[PayoutStatus] = []
        with doomed_workers([payouts.JOB], given) as workers:
            killed = True
            while killed:
                clock.offset = timedelta()
                payout_id = redeem(container, street)
                killed = workers.work_until_step(len(ends) + 1)
                end = end_of(container, clock, payout_id)
                paid = int(end is PayoutStatus.PAID)
                assert credited(api_url, container, payout_id) == paid, f"killed at {len(ends) + 1}"
                ends.append(end)
        with container.database.unit_of_work() as session:
            assert reading.check(session) == []
            standing = {view.code: view.balance_minor for view in reading.accounts(session)}
        paid_minor = AMOUNT_MINOR * ends.count(PayoutStatus.PAID)
        assert standing["float:standin"] == paid_minor
        assert standing[f"household:{street.household_id}:hold"] == 0
        assert standing[f"household:{street.household_id}:credit"] == EARNED_MINOR - paid_minor
        assert "receivable:payouts" not in standing
        container.close()
        assert len(ends) > STEPS_AT_LEAST, "the steps were not found"
        # Killed before the attempt was stored, it is paid later; after that and before the call, given back.
        assert {ends[0], ends[-1]} == {PayoutStatus.PAID}
        assert PayoutStatus.FAILED in ends
