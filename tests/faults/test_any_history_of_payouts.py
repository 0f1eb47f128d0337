"""Whatever happens in whatever order, nobody is paid twice and nothing is lost.

Households spend, the company answers, errs, settles late, takes back and calls back, workers die around their calls,
clocks jump, and two operators decide; after each step the money is counted.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InsufficientBalance
from app.ledger import reading
from app.payouts import answering, calling, deciding, holds
from app.payouts.manual import Desk
from app.payouts.models import AttemptResult, Payout, PayoutAttempt, Verdict
from app.payouts.ports import AuthLevel, Observation, ObservedStatus
from app.payouts.statuses import PayoutStatus
from app.rewards.announcing import office_of
from tests.factories.till import EARNED_MINOR, Customer, Till, a_till
from tests.fakes.company import QUERY_MOODS, SUBMIT_MOODS, Company, Payment

SECOND_PERSON_ABOVE_MINOR = 60_000
ENDS = frozenset({PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.REVERSED})


class Histories(RuleBasedStateMachine):
    """One household's payouts, at a company and a service that go on from one history to the next."""

    till: Till
    company: Company

    def __init__(self) -> None:
        super().__init__()
        self.customer: Customer = self.till.customer()
        self.company.submits, self.company.answers = "settles", "truth"
        self.recovered: set[UUID] = set()

    @initialize(resendable=st.booleans())
    def agree_on_duplicates(self, *, resendable: bool) -> None:
        self.company.resendable = resendable

    # What households and time do

    @rule(steps=st.integers(1, 20))
    def spend(self, steps: int) -> None:
        try:
            self.till.redeem(self.customer, steps * 5_000)
        except InsufficientBalance:
            assert steps * 5_000 > self.till.standing(self.customer)[0]

    @rule(minutes=st.sampled_from([0, 1, 6, 20, 45, 300]))
    def work(self, minutes: int) -> None:
        self.till.work(timedelta(minutes=minutes))

    @rule(hours=st.sampled_from([-6, -1, 13, 80]))
    def jump(self, hours: int) -> None:
        self.till.clock.offset += timedelta(hours=hours)

    # What the company does

    @rule()
    def pay_and_deny(self) -> None:
        """Its answer is lost, and for an hour and more it knows nothing of what it paid."""
        self.company.submits, self.company.answers = "loses_answer", "not_found"
        self.spend(1)
        for _ in range(4):
            self.work(45)
        self.company.submits, self.company.answers = "settles", "truth"

    @rule(submits=st.sampled_from(SUBMIT_MOODS), answers=st.sampled_from(QUERY_MOODS))
    def change_its_mood(self, submits: str, answers: str) -> None:
        self.company.submits, self.company.answers = submits, answers

    @precondition(lambda self: self.payments(ObservedStatus.PROCESSING))
    @rule(data=st.data(), succeeds=st.booleans())
    def settle(self, data: Any, *, succeeds: bool) -> None:
        data.draw(st.sampled_from(self.payments(ObservedStatus.PROCESSING))).settle(succeeds=succeeds)

    @precondition(lambda self: self.payments(ObservedStatus.SUCCEEDED))
    @rule(data=st.data())
    def take_back(self, data: Any) -> None:
        payment = data.draw(st.sampled_from(self.payments(ObservedStatus.SUCCEEDED)))
        with self.session() as session:
            if self.attempt_of(session, payment).result is not AttemptResult.RECOVERED:
                payment.status = ObservedStatus.REVERSED

    @precondition(lambda self: self.payments())
    @rule(data=st.data(), times=st.integers(1, 2))
    def call_back(self, data: Any, times: int) -> None:
        payment = data.draw(st.sampled_from(self.payments()))
        for _ in range(times):
            self.say(payment, self.company.told(payment), AuthLevel.SIGNED)

    @precondition(lambda self: self.payments())
    @rule(data=st.data(), status=st.sampled_from(ObservedStatus))
    def forge_a_callback(self, data: Any, status: ObservedStatus) -> None:
        payment = data.draw(st.sampled_from(self.payments()))
        self.say(payment, Observation(status, payment.reference), AuthLevel.NONE)

    # What workers do when they die

    @rule(minutes=st.sampled_from([0, 2, 20]), called=st.booleans())
    def die(self, minutes: int, *, called: bool) -> None:
        """After the attempt was stored: before the call, or after it with the answer lost."""
        self.till.clock.offset += timedelta(minutes=minutes)
        with self.session() as session:
            claimed = calling.claim(session, self.office(), self.till.clock.now())
        if called and claimed is not None and claimed.call is not None and claimed.call.submit:
            try:
                asyncio.run(self.company.submit(claimed.call.request))
            except RuntimeError:
                return

    # What operators do

    @rule(second=st.sampled_from(["confirms", "rejects", "sleeps"]))
    def decide(self, second: str) -> None:
        """They ask the company, which tells people the truth, and decide nothing that is still on its way."""
        with self.session() as session:
            waiting = [one.id for one in self.rows(session) if one.status is PayoutStatus.NEEDS_REVIEW]
        for payout_id in waiting:
            paid = self.truth(payout_id)
            if paid is not None:
                self.agree(payout_id, Verdict.PAID if paid else Verdict.NOT_PAID, second)

    @rule(second=st.sampled_from(["confirms", "rejects", "sleeps"]))
    def recover(self, second: str) -> None:
        with self.session() as session:
            late = [
                attempt.payout_id
                for attempt in self.attempts(session)
                if attempt.result is AttemptResult.LATE
                and self.company.payments[attempt.reference].holds_money
            ]
        for payout_id in late:
            self.agree(payout_id, Verdict.RECOVERED, second)

    # What must always hold

    @invariant()
    def nobody_is_paid_twice(self) -> None:
        with self.session() as session:
            for payout in self.rows(session):
                credited = [
                    self.company.payments[attempt.reference].credits
                    for attempt in self.attempts(session, payout.id)
                    if attempt.reference in self.company.payments
                ]
                assert sum(credited) <= 1, f"{payout.id} was credited {credited}"

    @invariant()
    def nothing_is_lost(self) -> None:
        available, held = self.till.standing(self.customer)
        with self.session() as session:
            paid = sum(one.amount_minor for one in self.rows(session) if one.status is PayoutStatus.PAID)
            assert holds.check(session) == []
        assert available + held + paid == EARNED_MINOR

    def teardown(self) -> None:
        """In the end the company tells the truth, and the book agrees with it to the last kobo."""
        self.company.submits, self.company.answers = "settles", "truth"
        for payment in self.payments(ObservedStatus.PROCESSING):
            payment.settle(succeeds=True)
        for _ in range(8):
            self.till.work(timedelta(hours=13))
            self.decide("confirms")
        for payment in self.payments():
            self.say(payment, self.company.told(payment), AuthLevel.SIGNED)
        with self.session() as session:
            assert {one.status for one in self.rows(session)} <= ENDS
            assert reading.check(session) == []
            mine = {attempt.reference: attempt for attempt in self.attempts(session)}
            for reference, attempt in mine.items():
                made = self.company.payments.get(reference)
                paid = made is not None and made.holds_money
                kept = {AttemptResult.SUCCEEDED, AttemptResult.LATE, AttemptResult.RECOVERED}
                assert (attempt.result in kept) == paid, f"{attempt.result} and {made}"
            standing = {view.code: view.balance_minor for view in reading.accounts(session, limit=1_000)}
        everything = [one for one in self.company.payments.values() if one.holds_money]
        assert standing.get("float:fake", 0) == sum(one.amount_minor for one in everything)
        self.nobody_is_paid_twice()
        self.nothing_is_lost()

    # Means

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.till.container.database.unit_of_work() as session:
            yield session

    def office(self) -> calling.Office:
        container = self.till.container
        return office_of(container.settings, container.payment_providers, container.post)

    def rows(self, session: Session) -> list[Payout]:
        mine = Payout.household_id == self.customer.household_id
        return list(session.scalars(select(Payout).where(mine).order_by(Payout.id)))

    def attempts(self, session: Session, payout_id: UUID | None = None) -> list[PayoutAttempt]:
        ids = [payout_id] if payout_id else [one.id for one in self.rows(session)]
        return list(session.scalars(select(PayoutAttempt).where(PayoutAttempt.payout_id.in_(ids))))

    def attempt_of(self, session: Session, payment: Payment) -> PayoutAttempt:
        return session.scalars(
            select(PayoutAttempt).where(PayoutAttempt.reference == payment.reference)
        ).one()

    def payments(self, status: ObservedStatus | None = None) -> list[Payment]:
        mine = [one for one in self.company.payments.values() if one.phone == self.customer.phone]
        return [one for one in mine if status in {None, one.status}]

    def say(self, payment: Payment, seen: Observation, level: AuthLevel) -> None:
        with self.session() as session:
            attempt_id = self.attempt_of(session, payment).id
            answering.called_back(
                session, self.office(), attempt_id, seen=seen, level=level, now=self.till.clock.now()
            )

    def truth(self, payout_id: UUID) -> bool | None:
        """Whether the phone has the money; None while that is not settled."""
        with self.session() as session:
            references = [attempt.reference for attempt in self.attempts(session, payout_id)]
        known = [self.company.payments[one] for one in references if one in self.company.payments]
        if any(one.status is ObservedStatus.PROCESSING for one in known):
            return None
        return any(one.holds_money for one in known)

    def agree(self, payout_id: UUID, verdict: Verdict, second: str) -> None:
        ngozi, bola = (
            Desk(name, SECOND_PERSON_ABOVE_MINOR, self.office().heard, self.till.clock.now())
            for name in ("Ngozi", "Bola")
        )
        with self.session() as session:
            waits = any(one.status.value == "waiting" for one in deciding.decisions(session, payout_id))
            if waits:
                deciding.reject(session, payout_id, "decided anew", bola)
            made = deciding.decide(session, payout_id, verdict, "asked them", ngozi)
            if made.status.value != "waiting":
                return
            if second == "confirms":
                deciding.confirm(session, payout_id, bola)
            elif second == "rejects":
                deciding.reject(session, payout_id, "not sure", bola)


def test_in_any_history_nobody_is_paid_twice_and_nothing_is_lost(database_url: str) -> None:
    """`TEST_HISTORIES=200` tries so many."""
    histories = int(os.environ.get("TEST_HISTORIES", "10"))
    company = Company()
    with a_till(database_url, "fake", redemption_phone_day_limit_minor=10**9) as till:
        till.employ(fake=company)
        machine = type("History", (Histories,), {"till": till, "company": company})
        run_state_machine_as_test(machine, settings=settings(max_examples=histories, stateful_step_count=25))
