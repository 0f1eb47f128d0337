"""Paystack's own ways: recipients, OTP, approvals, and signed events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.payouts.ports import AuthLevel
from app.payouts.statuses import PayoutStatus
from tests.factories.till import EARNED_MINOR
from tests.factories.vendors import Counter, a_counter
from tests.standins.company import Callback
from tests.standins.paystack import PaystackCompany, signed

HOUR = timedelta(hours=1)


@pytest.fixture
def counter(database_url: str) -> Iterator[Counter]:
    with a_counter(database_url, "paystack") as made:
        yield made


def company_of(counter: Counter) -> PaystackCompany:
    assert isinstance(counter.company, PaystackCompany)
    return counter.company


def test_the_wallet_of_the_phone_is_paid_and_a_phone_without_one_costs_nothing(counter: Counter) -> None:
    customer = counter.till.customer()
    paid = counter.till.redeem(customer, phone="+2348000000001")
    nobody = counter.till.redeem(customer, phone="+2348000000666")
    counter.work()
    counter.work(HOUR)
    assert [counter.till.status(one) for one in (paid, nobody)] == [PayoutStatus.PAID, PayoutStatus.FAILED]
    (recipient,) = company_of(counter).recipients.values()
    assert (recipient["type"], recipient["account_number"], recipient["bank_code"]) == (
        "nuban",
        "8000000001",
        "999992",
    )
    assert counter.till.standing(customer) == (EARNED_MINOR - 50_000, 0)


def test_a_transfer_that_waits_for_an_otp_waits_for_a_person(counter: Counter) -> None:
    counter.begin(outcome="never_settle")
    payout_id = counter.till.redeem(counter.till.customer())
    counter.work()
    (payment,) = counter.company.payments.values()
    payment.more["word"] = "otp"
    counter.work(HOUR)
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
    payment.more.clear()
    counter.company.mood = replace(counter.company.mood, outcome="succeed")
    counter.work(HOUR)
    assert counter.till.status(payout_id) is PayoutStatus.PAID


def test_it_may_ask_before_it_pays_and_only_what_we_ordered_is_approved(counter: Counter) -> None:
    company = company_of(counter)
    company.asks_first = True
    payout_id = counter.till.redeem(counter.till.customer())
    counter.till.work()
    (payment,) = company.payments.values()
    right = company.approval(payment)
    assert counter.send(right) == 200, "the same question has the same answer"
    for wrong in (
        {"amount_minor": payment.amount_minor + 100},
        {"currency": "GHS"},
        {"phone": "8000000999"},
        {"reference": "0" * 32},
        {"provider_id": "another-transfer-under-the-same-reference"},
    ):
        assert counter.send(company.approval(replace(payment, **wrong))) == 400, wrong
    for nonsense in (b"", b"{}", b'{"event": "transferrequest.approval-required"}'):
        assert counter.send(Callback(nonsense, path="approval")) == 400
    company.settle()
    company.call_back()
    assert counter.till.status(payout_id) is PayoutStatus.PAID
    assert counter.send(right) == 400, "it is paid"


def test_a_payment_that_our_approval_refused_is_given_back(counter: Counter) -> None:
    customer = counter.till.customer()
    company_of(counter).asks_first = True
    counter.company.send = lambda _: 400
    counter.till.redeem(customer)
    counter.work()
    assert counter.till.standing(customer) == (EARNED_MINOR, 0)


def test_a_signature_is_good_for_one_body_and_other_events_are_let_pass(counter: Counter) -> None:
    raw = json.dumps({"event": "charge.success", "data": {"reference": "x"}}).encode()
    provider = counter.provider
    assert provider.authenticate(signed(raw), raw, None) is AuthLevel.SIGNED
    assert provider.authenticate(signed(raw), raw + b" ", None) is AuthLevel.NONE
    assert provider.authenticate({"x-paystack-signature": "\u00fc"}, raw, None) is AuthLevel.NONE
    assert provider.parse_callback(raw) == []
    assert counter.send(Callback(raw, signed(raw))) == 200
    assert counter.send(Callback(raw)) == 404


def test_an_event_that_contradicts_itself_is_no_answer(counter: Counter) -> None:
    counter.begin(outcome="never_settle")
    payout_id = counter.till.redeem(counter.till.customer())
    counter.work()
    (payment,) = counter.company.payments.values()
    said: dict[str, Any] = json.loads(counter.company.callback(payment).body)
    said |= {"event": "transfer.failed"}
    said["data"]["status"] = "success"
    raw = json.dumps(said).encode()
    assert counter.send(Callback(raw, signed(raw))) == 200
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
