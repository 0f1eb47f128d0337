"""M-Pesa by Daraja: nothing is signed, so only the answer to a call of ours is an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.adapters.payments.daraja import Daraja
from app.kernel.ids import new_id
from app.payouts import service as payouts
from app.payouts.models import PayoutObservation, PayoutQuestion
from app.payouts.ports import AuthLevel, CannotPay, Instruction, ObservedStatus
from app.payouts.statuses import PayoutStatus
from tests.factories.till import EARNED_MINOR
from tests.factories.vendors import Counter, a_counter
from tests.standins.company import Callback, Payment
from tests.standins.daraja import CREDENTIAL, PHONE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def counter(sqlite_url: str) -> Iterator[Counter]:
    with a_counter(sqlite_url, "daraja") as made:
        yield made


def on_its_way(counter: Counter) -> tuple[UUID, Payment]:
    """A payout that is acknowledged, before any result."""
    counter.begin(outcome="never_settle", query="error")
    payout_id = counter.redeem(counter.till.customer())
    counter.till.work()
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
    (payment,) = counter.company.payments.values()
    return payout_id, payment


def result(counter: Counter, payment: Payment, **changes: Any) -> Callback:
    """That it was paid, as the payment's own result would tell, with `changes` at its top."""
    callback = counter.company.callback(replace(payment, status="succeeded"))
    said = json.loads(callback.body)
    said["Result"] |= changes
    return Callback(json.dumps(said).encode())


def test_a_result_counts_only_under_the_id_that_was_told_to_us_alone_and_once(counter: Counter) -> None:
    payout_id, payment = on_its_way(counter)
    guessed = result(counter, payment, ConversationID="AG_20261124_00000000000000000000")
    assert counter.send(guessed) == 200, "our reference is known to whoever may read payouts"
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
    stranger = result(counter, payment, OriginatorConversationID="f" * 32)
    assert counter.send(stranger) == 404
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
    assert counter.send(result(counter, payment)) == 200
    assert counter.till.status(payout_id) is PayoutStatus.PAID
    counter.send(result(counter, payment, ResultCode=2040))
    counter.till.work()
    assert counter.till.status(payout_id) is PayoutStatus.PAID


def test_the_answer_about_one_payout_is_no_answer_about_another(counter: Counter) -> None:
    first, _ = on_its_way(counter)
    second = counter.redeem(counter.till.customer())
    counter.till.work()
    one, other = counter.company.payments.values()
    counter.send(result(counter, one, ConversationID=other.more["conversation"]))
    assert [counter.till.status(payout_id) for payout_id in (first, second)] == [PayoutStatus.PENDING] * 2


def test_a_question_that_failed_is_no_payment_that_failed(counter: Counter) -> None:
    counter.begin(callback="never", query="not_found")
    customer = counter.till.customer()
    payout_id = counter.redeem(customer)
    for later in (0 * HOUR, HOUR, DAY):
        counter.work(later)
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
    counter.company.mood = replace(counter.company.mood, query="answer")
    counter.work(HOUR)
    assert counter.till.status(payout_id) is PayoutStatus.PAID
    assert counter.till.standing(customer) == (EARNED_MINOR - 50_000, 0)


def test_giving_up_the_wait_is_no_result_whatever_it_says(counter: Counter) -> None:
    payout_id, payment = on_its_way(counter)
    for callback in (result(counter, payment, ResultCode=1), result(counter, payment), Callback(b"?")):
        assert counter.send(replace(callback, path="timeout")) == 200
    assert counter.till.status(payout_id) is PayoutStatus.PENDING


@pytest.mark.parametrize("code", [17, 26, "4999", None])
def test_a_result_that_is_not_in_the_table_has_us_ask(counter: Counter, code: object) -> None:
    payout_id, payment = on_its_way(counter)
    counter.send(result(counter, payment, ResultCode=code))
    assert counter.till.status(payout_id) is PayoutStatus.PENDING
    counter.begin(query="answer")
    counter.company.payments[payment.reference] = replace(payment, status="succeeded")
    counter.till.work(HOUR)
    counter.company.call_back()
    assert counter.till.status(payout_id) is PayoutStatus.PAID


def test_neither_credential_nor_question_can_be_read_from_what_is_stored(counter: Counter) -> None:
    payout_id, payment = on_its_way(counter)
    counter.send(result(counter, payment))
    with counter.till.container.database.unit_of_work() as session:
        (attempt,) = payouts.attempts(session, payout_id)
        (question,) = session.scalars(select(PayoutQuestion))
        told = json.dumps([one.detail for one in session.scalars(select(PayoutObservation))])
    kept = attempt.body + told + question.question_sha256 + str(attempt.provider_reference)
    assert payment.more["conversation"] not in kept
    assert CREDENTIAL not in kept
    assert "webhooks" not in attempt.body
    assert question.answered_at is not None


def test_it_pays_whole_shillings_to_kenyan_phones(counter: Counter) -> None:
    plan = counter.provider.plan
    planned = json.loads(plan(Instruction(PHONE, 50_000, "KES"), new_id()).body)
    assert (planned["Amount"], planned["PartyB"]) == ("500", "254708374149")
    for phone, amount, currency in (
        (PHONE, 50_050, "KES"),
        (PHONE, 900, "KES"),
        (PHONE, 25_000_100, "KES"),
        (PHONE, 50_000, "NGN"),
        ("+2348000000001", 50_000, "KES"),
    ):
        with pytest.raises(CannotPay):
            plan(Instruction(phone, amount, currency), new_id())


def test_where_addresses_are_listed_nobody_else_is_believed() -> None:
    daraja = Daraja(
        consumer_key="k",
        consumer_secret="s",
        shortcode="600992",
        initiator_name="i",
        security_credential="c",
        callback_url="https://weighback.test",
        allowed_addresses=[ip_network("196.201.214.0/24")],
        programme_name="Weighback",
        api_url="http://127.0.0.1:9",
    )
    assert daraja.authenticate({}, b"", "196.201.214.200") is AuthLevel.SECRET
    assert daraja.authenticate({}, b"", "203.0.113.7") is AuthLevel.NONE
    assert daraja.authenticate({}, b"", None) is AuthLevel.NONE


def test_a_phone_that_is_hidden_is_told_as_unknown() -> None:
    told = [
        {"Key": "TransactionAmount", "Value": "500.00"},
        {"Key": "ReceiverPartyPublicName", "Value": "2547****149 - A. Name"},
    ]
    said = {"OriginatorConversationID": "a" * 32, "ConversationID": "AG_1", "ResultCode": "0"}
    raw = json.dumps({"Result": {**said, "ResultParameters": {"ResultParameter": told}}}).encode()
    (seen,) = Daraja.parse_callback(object.__new__(Daraja), raw)
    assert (seen.status, seen.amount_minor, seen.payee_phone) == (ObservedStatus.SUCCEEDED, 50_000, None)
