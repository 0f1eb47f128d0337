"""What people decide about payouts: two of them above an amount; what was paid too late is closed; alarms stand."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.ledger import reading
from app.payouts import alarms, answering
from app.payouts.models import PayoutAttempt
from app.payouts.ports import AuthLevel, Observation, ObservedStatus, SubmitOutcome, SubmitResult
from app.payouts.statuses import PayoutStatus
from app.rewards.announcing import office_of
from tests.factories.till import EARNED_MINOR, Customer, Till, a_till
from tests.fakes.payments import NOT_SENT, PAID, REFUSED, UNCLEAR, FakeProvider

MISMATCH = SubmitResult(SubmitOutcome.SETTLED, Observation(ObservedStatus.SUCCEEDED, amount_minor=49_999))
WITH_FEE = SubmitResult(SubmitOutcome.SETTLED, Observation(ObservedStatus.SUCCEEDED, fee_minor=1_050))
DISCOUNT_MINOR = -700
REASON = {"reason": "asked them by phone"}


def paying(till: Till, *answers: SubmitResult, customer: Customer | None = None) -> UUID:
    till.employ(fake=FakeProvider(answers=deque(answers)))
    payout_id = till.redeem(customer or till.customer())
    till.work()
    return payout_id


def post(till: Till, who: dict[str, str], payout_id: UUID, what: str, **body: Any) -> tuple[int, Any]:
    answer = till.web.post(f"/api/v1/payouts/{payout_id}/{what}", headers=who, json=body or None)
    return answer.status_code, answer.json()


def says(till: Till, payout_id: UUID, seen: Observation) -> None:
    """A signed callback of the provider."""
    office = office_of(till.container.settings, till.container.payment_providers, till.container.post)
    with till.container.database.unit_of_work() as session:
        attempt_id = session.scalars(
            select(PayoutAttempt.id).where(PayoutAttempt.payout_id == payout_id)
        ).one()
        now = till.clock.now()
        answering.called_back(session, office, attempt_id, seen=seen, level=AuthLevel.SIGNED, now=now)


def balances(till: Till) -> dict[str, int]:
    with till.container.database.unit_of_work() as session:
        assert reading.check(session) == []
        return {view.code: view.balance_minor for view in reading.accounts(session)}


def kinds(till: Till, who: dict[str, str], payout_id: UUID) -> list[str]:
    items = till.web.get("/api/v1/payouts/alarms", headers=who).json()["items"]
    return [item["kind"] for item in items if item["payout_id"] == str(payout_id)]


def test_a_decision_about_much_money_takes_two_people(database_url: str) -> None:
    with a_till(database_url, "fake", payout_second_person_above_minor=49_999) as till:
        ngozi, bola = till.key("Ngozi"), till.key("Bola")
        customer = till.customer()
        payout_id = paying(till, MISMATCH, customer=customer)
        assert post(till, ngozi, payout_id, "decisions/confirm")[0] == 404, "there is nothing to confirm yet"
        status, said = post(till, ngozi, payout_id, "resolve", paid=True, **REASON)
        assert (status, said["status"], said["decisions"][0]["status"]) == (200, "needs_review", "waiting")
        assert post(till, bola, payout_id, "resolve", paid=False, **REASON)[0] == 409, "one waits"
        assert post(till, ngozi, payout_id, "decisions/confirm")[0] == 409, "her own"
        assert till.standing(customer) == (EARNED_MINOR - 50_000, 50_000)
        assert post(till, bola, payout_id, "decisions/reject", **REASON)[1]["status"] == "needs_review"
        post(till, bola, payout_id, "resolve", paid=False, **REASON)
        till.clock.offset += timedelta(hours=5)
        assert kinds(till, ngozi, payout_id) == ["needs_review", "second_person"]
        status, said = post(till, ngozi, payout_id, "decisions/confirm")
        assert (status, said["status"]) == (200, "failed")
        assert [one["status"] for one in said["decisions"]] == ["rejected", "accepted"]
        assert till.standing(customer) == (EARNED_MINOR, 0)
        assert post(till, bola, payout_id, "decisions/confirm")[0] == 404, "it is done"
        assert kinds(till, ngozi, payout_id) == []
        till.check_book()


@pytest.mark.parametrize("outcome", ["recovered", "written_off"])
def test_money_paid_too_late_is_recovered_or_written_off(database_url: str, outcome: str) -> None:
    with a_till(database_url, "fake", payout_second_person_above_minor=49_999) as till:
        ngozi, bola = till.key("Ngozi"), till.key("Bola")
        payout_id = paying(till, REFUSED)
        assert post(till, ngozi, payout_id, "receivable", outcome=outcome, **REASON)[0] == 409, "all is well"
        says(till, payout_id, Observation(ObservedStatus.SUCCEEDED))
        assert balances(till)["receivable:payouts"] == -50_000
        assert kinds(till, ngozi, payout_id) == ["receivable"]
        post(till, ngozi, payout_id, "receivable", outcome=outcome, **REASON)
        assert balances(till)["receivable:payouts"] == -50_000, "a second person must agree"
        status, said = post(till, bola, payout_id, "decisions/confirm")
        assert (status, said["status"], said["attempts"][0]["result"]) == (200, "failed", outcome)
        booked = balances(till)
        assert (booked["receivable:payouts"], booked["float:fake"]) == (0, 50_000)
        account = {"recovered": "funding:programme", "written_off": "programme:written-off"}[outcome]
        assert booked[account] == -50_000
        assert kinds(till, ngozi, payout_id) == []
        says(till, payout_id, Observation(ObservedStatus.SUCCEEDED))
        assert balances(till) == booked, "the same word again changes nothing"
        says(till, payout_id, Observation(ObservedStatus.REVERSED))
        assert (balances(till), kinds(till, ngozi, payout_id)) == (booked, ["contradicted"])


def test_what_a_provider_keeps_for_its_work_is_booked_once(database_url: str) -> None:
    with a_till(database_url, "fake") as till:
        charged = paying(till, WITH_FEE)
        assert balances(till)["fees:fake"] == -1_050
        says(till, charged, Observation(ObservedStatus.SUCCEEDED, fee_minor=2_000))
        cheaper = Observation(ObservedStatus.SUCCEEDED, fee_minor=DISCOUNT_MINOR)
        paying(till, replace(WITH_FEE, observation=cheaper))
        booked = balances(till)
        assert booked["fees:fake"] == -1_050 - DISCOUNT_MINOR
        assert booked["float:fake"] == 2 * 50_000 + 1_050 + DISCOUNT_MINOR


def test_every_alarm_is_raised_at_its_age_and_leaves_when_it_is_seen_to(database_url: str) -> None:
    with a_till(database_url, "fake") as till:
        ngozi = till.key("Ngozi")
        contradicted = paying(till, PAID)
        says(till, contradicted, Observation(ObservedStatus.FAILED))
        assert kinds(till, ngozi, contradicted) == ["contradicted"]
        assert post(till, ngozi, contradicted, "alarm/close", **REASON)[1]["alarmed_at"] is None
        assert kinds(till, ngozi, contradicted) == []
        assert post(till, ngozi, contradicted, "alarm/close", **REASON)[0] == 409
        unclear, unsent = paying(till, UNCLEAR), paying(till, NOT_SENT)
        assert kinds(till, ngozi, unclear) + kinds(till, ngozi, unsent) == []
        till.clock.offset += timedelta(hours=1)
        assert (kinds(till, ngozi, unclear), kinds(till, ngozi, unsent)) == (["unclear"], ["unsent"])
        with till.container.database.unit_of_work() as session:
            assert alarms.watch(session, till.clock.now()) == 2


def test_what_waits_to_be_paid_by_hand_is_an_alarm_after_a_day(database_url: str) -> None:
    with a_till(database_url, payout_second_person_above_minor=0) as till:
        ngozi = till.key("Ngozi")
        payout_id = till.redeem(till.customer())
        till.work()
        assert till.status(payout_id) is PayoutStatus.PENDING
        assert kinds(till, ngozi, payout_id) == []
        till.clock.offset += timedelta(days=1)
        assert kinds(till, ngozi, payout_id) == ["unpaid_by_hand"]
        assert post(till, ngozi, payout_id, "resolve", paid=False, **REASON)[0] == 200
        paid_at = till.clock.now().isoformat()
        proof = {"method": "cash", "receipt_number": "1", "paid_by": "Ngozi", "paid_at": paid_at}
        assert post(till, ngozi, payout_id, "proofs", **proof)[0] == 409, "a decision waits"
        assert post(till, ngozi, payout_id, "decisions/reject", **REASON)[0] == 200
        assert post(till, ngozi, payout_id, "proofs", **proof)[1]["status"] == "waiting"
        till.clock.offset += timedelta(hours=4)
        assert kinds(till, ngozi, payout_id) == ["second_person"]
