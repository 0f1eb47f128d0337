"""Airtime by Africa's Talking: what its answers mean, and that a stolen key sends none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kernel.ids import new_id
from app.payouts.ports import Instruction, Observation, ObservedStatus, SubmitOutcome, SubmitResult
from app.payouts.statuses import PayoutStatus
from tests.factories.till import EARNED_MINOR
from tests.factories.vendors import VENDORS, Counter, a_counter
from tests.standins.africastalking_airtime import ADDRESS, DUPLICATE, AirtimeCompany
from tests.standins.company import Callback

HOUR = timedelta(hours=1)
PHONE = "+2348000000001"


@pytest.fixture
def counter(sqlite_url: str) -> Iterator[Counter]:
    with a_counter(sqlite_url, "africastalking") as made:
        yield made


def company_of(counter: Counter) -> AirtimeCompany:
    assert isinstance(counter.company, AirtimeCompany)
    return counter.company


def submitted(body: dict[str, Any], status: int = 201) -> SubmitResult:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    provider = VENDORS["africastalking"].make("https://company.test", transport)
    request = provider.plan(Instruction(PHONE, 50_000, "NGN"), new_id())
    return asyncio.run(provider.submit(request))


def found(body: dict[str, Any]) -> Observation:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    provider = VENDORS["africastalking"].make("https://company.test", transport)
    request = provider.plan(Instruction(PHONE, 50_000, "NGN"), new_id())
    return asyncio.run(provider.query(request, "ATQid_1"))


def answered(
    status: str, request_id: str = "None", message: str = "None", phone: str = PHONE
) -> dict[str, Any]:
    one = {"phoneNumber": phone, "status": status, "requestId": request_id, "errorMessage": message}
    return {"errorMessage": "None", "responses": [{**one, "amount": "NGN 500.0000"}]}


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (answered("Sent", "ATQid_1"), SubmitOutcome.ACCEPTED),
        (answered("Failed", message="Internal failure"), SubmitOutcome.REJECTED_FINAL),
        (DUPLICATE, SubmitOutcome.DUPLICATE),
        (answered("Failed", message=str(DUPLICATE["errorMessage"])), SubmitOutcome.DUPLICATE),
        (answered("Sent"), SubmitOutcome.INDETERMINATE),
        (answered("Failed", "ATQid_1"), SubmitOutcome.INDETERMINATE),
        (answered("Levitating", "ATQid_1"), SubmitOutcome.INDETERMINATE),
        (answered("Sent", "ATQid_1", phone="+2348000000002"), SubmitOutcome.INDETERMINATE),
        ({"errorMessage": "Something else", "responses": []}, SubmitOutcome.INDETERMINATE),
    ],
)
def test_only_a_recipient_with_a_request_id_is_on_its_way(
    body: dict[str, Any], outcome: SubmitOutcome
) -> None:
    assert submitted(body).outcome is outcome


def test_a_phone_in_their_words_is_neither_kept_nor_logged(capsys: pytest.CaptureFixture[str]) -> None:
    seen = submitted(answered("Failed", message=f"Invalid number {PHONE}")).observation
    assert seen.code == "Invalid number (phone)"
    submitted({"errorMessage": f"No airtime for {PHONE[1:]}", "responses": []})
    assert PHONE[1:] not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "Success"}, ObservedStatus.SUCCEEDED),
        ({"status": "Failed"}, ObservedStatus.FAILED),
        ({"status": "Queued"}, ObservedStatus.PROCESSING),
        ({"status": "Failed", "errorMessage": "Transaction not found"}, ObservedStatus.UNCLEAR),
        ({"status": "Success", "data": {"status": "Failed"}}, ObservedStatus.FAILED),
        (
            {"status": "Success", "data": {"status": "Success", "transactionId": "other"}},
            ObservedStatus.UNCLEAR,
        ),
        ({"status": "Done"}, ObservedStatus.UNCLEAR),
    ],
)
def test_a_question_that_failed_is_no_payment_that_failed(
    body: dict[str, Any], status: ObservedStatus
) -> None:
    assert found(body).status is status


def test_it_asks_before_it_pays_and_only_what_we_ordered_is_validated(counter: Counter) -> None:
    company = company_of(counter)
    company.asks_first, company.ask = True, counter.ask
    customer = counter.till.customer()
    payout_id = counter.till.redeem(customer)
    counter.till.work()
    (payment,) = company.payments.values()
    assert counter.ask(company.validation(payment)) == "Validated", "the same question has the same answer"
    for wrong in (
        {"amount_minor": payment.amount_minor + 1},
        {"currency": "KES"},
        {"phone": "+2348000000999"},
        {"provider_id": "a-second-payment-to-the-same-phone"},
    ):
        assert counter.ask(company.validation(replace(payment, **wrong))) == "Failed", wrong
    for nonsense in (b"", b"{}", b"phoneNumber=1"):
        assert counter.ask(Callback(nonsense, path=f"{ADDRESS}/airtime-validation")) == "Failed"
    company.settle()
    company.call_back()
    counter.till.work()
    assert counter.till.status(payout_id) is PayoutStatus.PAID
    assert counter.ask(company.validation(payment)) == "Failed", "it is paid"


def test_what_our_validation_refused_is_given_back(counter: Counter) -> None:
    company = company_of(counter)
    company.asks_first = True
    customer = counter.till.customer()
    counter.till.redeem(customer)
    counter.work()
    assert counter.till.standing(customer) == (EARNED_MINOR, 0)


def test_a_lost_answer_is_matched_by_its_callback_only_where_there_is_no_doubt(counter: Counter) -> None:
    """Two payments to one phone, both answers lost: whose callback is whose cannot be told, so a person decides."""
    counter.begin(submit="drop_after")
    alone, twin = counter.till.customer(), counter.till.customer()
    one = counter.till.redeem(alone)
    twins = [counter.till.redeem(twin), counter.till.redeem(twin)]
    counter.work()
    counter.work(HOUR)
    assert counter.till.status(one) is PayoutStatus.PAID
    assert {counter.till.status(payout_id) for payout_id in twins} == {PayoutStatus.UNKNOWN}
    counter.work(timedelta(days=3))
    assert {counter.till.status(payout_id) for payout_id in twins} == {PayoutStatus.NEEDS_REVIEW}
    assert counter.till.standing(twin) == (EARNED_MINOR - 100_000, 100_000)


def test_where_it_tells_more_of_a_payment_that_is_compared(counter: Counter) -> None:
    counter.begin(report="wrong_amount", callback="never")
    company_of(counter).tells_more = True
    payout_id = counter.till.redeem(counter.till.customer())
    counter.work()
    counter.work(HOUR)
    assert counter.till.status(payout_id) is PayoutStatus.NEEDS_REVIEW
