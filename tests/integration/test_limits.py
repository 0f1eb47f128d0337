"""What goes over a limit of the day is held until a person has looked, and nobody outside hears of it meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.payouts import holds
from app.payouts.models import Payout
from app.rewards import holding
from app.rewards import service as rewards
from app.rewards.limits import Limit
from app.rewards.models import Redemption, RedemptionStatus
from app.weighing.models import Visit, VisitOutcome, Weighing
from tests.factories.street import a_pickup
from tests.factories.till import EARNED_MINOR, Customer, Till, a_till
from tests.fakes.payments import FakeProvider

DAY = timedelta(days=1)
PLENTY = 10**9
SETTINGS = {
    Limit.HOUSEHOLD: "redemption_day_limit_minor",
    Limit.PHONE: "redemption_phone_day_limit_minor",
    Limit.COLLECTOR: "redemption_collector_day_limit_minor",
    Limit.PROGRAMME: "redemption_programme_day_limit_minor",
}
PHONE = "+2348000007777"


def limited(till: Till, **minor: int) -> None:
    """Only these limits."""
    update = dict.fromkeys(SETTINGS.values(), PLENTY) | {
        SETTINGS[Limit(name)]: at for name, at in minor.items()
    }
    object.__setattr__(till.container, "settings", till.container.settings.model_copy(update=update))


def redeem(till: Till, customer: Customer, amount_minor: int, phone: str | None = None) -> Redemption:
    with till.container.database.unit_of_work() as session:
        return rewards.redeem(
            session,
            key=str(new_id()),
            household_id=customer.household_id,
            reward_code="AIRTIME",
            amount_minor=amount_minor,
            payee_phone=phone or customer.phone,
            now=till.clock.now(),
            rules=rewards.RedemptionRules.of(till.container.settings),
            post=till.container.post,
            jobs=till.container.jobs,
        )


def weighed(till: Till, customer: Customer) -> None:
    """The street's collector has weighed something in at this household."""
    now = till.clock.now()
    with till.container.database.unit_of_work() as session:
        pickup_id = a_pickup(session, customer.household_id, till.street.zone_id, now.date())
        visit = Visit(
            id=new_id(),
            pickup_id=pickup_id,
            collector_id=till.street.collector_id,
            outcome=VisitOutcome.COLLECTED,
            content_digest="",
            visited_at=now,
            received_at=now,
        )
        session.add(visit)
        session.flush()
        session.add(
            Weighing(
                id=visit.id,
                pickup_id=pickup_id,
                household_id=customer.household_id,
                collector_id=till.street.collector_id,
                weighed_at=now,
                credit_minor=EARNED_MINOR,
                created_at=now,
            )
        )


def check(till: Till) -> None:
    """The book is sound, and every hold has its reason."""
    till.check_book()
    with till.container.database.unit_of_work() as session:
        assert holds.check(session, [holding.claims(session)]) == []


def decide(till: Till, desk: dict[str, str], redemption_id: UUID, what: str) -> Any:
    address = f"/api/v1/redemptions/{redemption_id}/{what}"
    return till.web.post(address, headers=desk, json={"reason": "Called them."})


def test_up_to_each_limit_goes_and_the_next_step_is_held(database_url: str) -> None:
    with a_till(database_url, "first") as till:
        till.employ(first=FakeProvider())
        for limit in Limit:
            till.clock.offset += DAY
            limited(till, **{limit.value: 100_000})
            one, other = till.customer(), till.customer()
            second = one if limit is Limit.HOUSEHOLD else other
            phone = PHONE if limit is Limit.PHONE else None
            if limit is Limit.COLLECTOR:
                weighed(till, one)
                weighed(till, other)
                redeem(till, till.customer(), 150_000)  # of nobody's weighings
            first = redeem(till, one, 60_000, phone)
            full = redeem(till, second, 40_000, phone)
            held = redeem(till, second, 5_000, phone)
            statuses = [made.status for made in (first, full, held)]
            assert statuses == [RedemptionStatus.REQUESTED] * 2 + [RedemptionStatus.HELD], limit
            with till.container.database.unit_of_work() as session:
                found = holding.found(session, held.id)
                assert found is not None
                assert found.limit == limit
            check(till)
        till.clock.offset += DAY
        assert redeem(till, second, 5_000).status is RedemptionStatus.REQUESTED, "a new day"
        till.work()
        with till.container.database.unit_of_work() as session:
            assert session.scalars(select(Payout).where(Payout.redemption_id == held.id)).all() == []


def test_what_was_given_back_and_what_is_held_does_not_count(database_url: str) -> None:
    with a_till(database_url, "first") as till:
        till.employ(first=FakeProvider(maximum_minor=50_000))
        limited(till, household=100_000)
        customer = till.customer()
        redeem(till, customer, 90_000)
        assert redeem(till, customer, 15_000).status is RedemptionStatus.HELD
        assert redeem(till, customer, 10_000).status is RedemptionStatus.REQUESTED
        till.work()  # it cannot pay so much at once: 90,000 come back
        assert redeem(till, customer, 90_000).status is RedemptionStatus.REQUESTED
        check(till)


def test_a_person_lets_it_go_or_refuses_it_and_the_household_hears(database_url: str) -> None:
    with a_till(database_url, "first") as till:
        till.employ(first=FakeProvider())
        limited(till, household=50_000)
        desk, customer = till.key("desk"), till.customer()
        gone, refused = redeem(till, customer, 60_000), redeem(till, customer, 70_000)
        assert till.standing(customer) == (EARNED_MINOR - 130_000, 130_000)
        listed = till.web.get("/api/v1/redemptions/holds?status=waiting", headers=desk).json()["items"]
        assert {one["redemption_id"] for one in listed} == {str(gone.id), str(refused.id)}
        assert decide(till, desk, gone.id, "release").json()["status"] == "released"
        assert decide(till, desk, refused.id, "refuse").json()["status"] == "refused"
        for done in (gone, refused):
            assert decide(till, desk, done.id, "release").status_code == 409
            assert decide(till, desk, done.id, "refuse").status_code == 409
        till.work()
        assert till.standing(customer) == (EARNED_MINOR - 60_000, 0)
        assert till.texts(customer) == ["redeem.released", "redeem.turned-down", "payout.paid"]
        assert decide(till, desk, new_id(), "release").status_code == 404
        check(till)


def test_above_the_amount_letting_go_takes_two_people(database_url: str) -> None:
    with a_till(database_url, "first", payout_second_person_above_minor=60_000) as till:
        till.employ(first=FakeProvider())
        limited(till, household=50_000)
        one, other, customer = till.key("one"), till.key("other"), till.customer()
        held = redeem(till, customer, 60_005 // 5_000 * 5_000 + 5_000)
        assert decide(till, one, held.id, "release").json()["status"] == "waiting"
        assert decide(till, one, held.id, "release").status_code == 409, "the same person again"
        till.work()
        assert till.texts(customer) == []
        assert decide(till, other, held.id, "release").json()["status"] == "released"
        enough = redeem(till, till.customer(), 60_000)
        assert decide(till, one, enough.id, "release").json()["status"] == "released"


def test_what_cannot_be_had_just_now_stays_held(database_url: str) -> None:
    with a_till(database_url, "first") as till:
        till.employ(first=FakeProvider())
        limited(till, household=50_000)
        desk, customer = till.key("desk"), till.customer()
        held = redeem(till, customer, 60_000)
        providers = till.container.settings.payment_providers
        object.__setattr__(till.container.settings, "payment_providers", [])
        assert decide(till, desk, held.id, "release").status_code == 409
        object.__setattr__(till.container.settings, "payment_providers", providers)
        assert decide(till, desk, held.id, "release").json()["status"] == "released"
        check(till)


def test_the_office_s_own_redemption_is_told_of_when_it_is_held(sqlite_url: str) -> None:
    with a_till(sqlite_url, "first") as till:
        limited(till, household=10_000)
        desk, customer = till.key("desk"), till.customer()
        said = {
            "household_id": str(customer.household_id),
            "reward_code": "AIRTIME",
            "amount_minor": 20_000,
            "payee_phone": customer.phone,
        }
        made = till.web.post("/api/v1/redemptions", headers={**desk, "Idempotency-Key": "1"}, json=said)
        assert made.json()["status"] == "held"
        assert till.texts(customer) == ["redeem.held"]


@pytest.mark.parametrize("limit", [Limit.PHONE, Limit.PROGRAMME])
def test_two_at_once_are_not_both_the_last_that_fits(database_url: str, limit: Limit) -> None:
    with a_till(database_url, "first") as till:
        till.employ(first=FakeProvider())
        limited(till, **{limit.value: 100_000})
        customers = [till.customer() for _ in range(6)]
        phone = PHONE if limit is Limit.PHONE else None
        with ThreadPoolExecutor(6) as together:
            made = list(together.map(lambda one: redeem(till, one, 40_000, phone), customers))
        assert sum(one.status is RedemptionStatus.REQUESTED for one in made) == 2
        check(till)
        with till.container.database.unit_of_work() as session:
            assert sum(ledger.held(session, one.household_id) for one in customers) == 6 * 40_000
