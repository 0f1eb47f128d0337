"""Twilio in particular: its errors, its signatures, its address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from twilio.request_validator import RequestValidator

from app.adapters.sms.twilio import Twilio
from app.messaging.models import OutboxStatus
from app.messaging.ports import FateUnknown, NotHere, NotSent, OptedOut, OutgoingText, Rejected, SendFailed
from tests.standins import twilio as standin_twilio
from tests.standins.twilio import Fault, TwilioStandin

TEXT = OutgoingText("+2348000000042", "Hello")


def a_twilio(api_url: str, timeout_seconds: float = 10) -> Twilio:
    return Twilio(
        account_sid=standin_twilio.ACCOUNT_SID,
        auth_token=standin_twilio.AUTH_TOKEN,
        sender=standin_twilio.SENDER,
        public_url="https://weighback.example",
        api_url=api_url,
        timeout_seconds=timeout_seconds,
    )


@pytest.fixture
def standin() -> Iterator[TwilioStandin]:
    with TwilioStandin() as standin:
        yield standin


def test_a_text_arrives_with_its_sender_and_the_address_for_reports(standin: TwilioStandin) -> None:
    sid = a_twilio(standin.url).send(TEXT).provider_message_id
    [taken] = standin.taken
    assert (taken.sid, taken.phone, taken.body) == (sid, TEXT.phone, TEXT.body)
    assert taken.sender == standin_twilio.SENDER
    assert taken.status_callback == "https://weighback.example/webhooks/twilio/status"


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (Fault(400, 21610), OptedOut, "21610"),
        (Fault(400, 21211), Rejected, "21211"),
        (Fault(400, 21614), Rejected, "21614"),
        (Fault(429, 20429), NotSent, "20429"),
        (Fault(401, 20003), NotSent, "20003"),
        (Fault(403, 0), NotSent, "403"),
        (Fault(403, 21408), NotHere, "21408"),
        (Fault(400, 99999), Rejected, "99999"),
        (Fault(500, 20500), FateUnknown, "20500"),
        (Fault(503, 20503, take=True), FateUnknown, "20503"),
        (Fault(0), FateUnknown, "ConnectionError"),
        (Fault(0, take=True), FateUnknown, "ConnectionError"),
        (Fault(201, 7), FateUnknown, "no-sid"),
    ],
)
def test_every_refusal_says_whether_trying_again_is_safe(
    standin: TwilioStandin, fault: Fault, expected: type[SendFailed], code: str
) -> None:
    standin.faults.append(fault)
    with pytest.raises(SendFailed) as caught:
        a_twilio(standin.url).send(TEXT)
    assert type(caught.value) is expected
    assert caught.value.code == code
    assert caught.value.retryable is issubclass(expected, NotSent)


def test_nobody_there_is_surely_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    twilio = a_twilio(address)
    with pytest.raises(NotSent):
        twilio.send(TEXT)
    with pytest.raises(NotSent):
        twilio.find(TEXT, since=datetime.now(UTC))


def test_an_answer_that_does_not_come_in_time_leaves_the_fate_unknown(standin: TwilioStandin) -> None:
    hold = threading.Event()
    standin.faults.append(Fault(hold=hold))
    with pytest.raises(FateUnknown):
        a_twilio(standin.url, timeout_seconds=0.2).send(TEXT)
    hold.set()


def test_without_credentials_nothing_is_sent_and_nothing_believed() -> None:
    bare = Twilio(account_sid="", auth_token="", sender="", public_url="https://weighback.example")
    with pytest.raises(NotSent):
        bare.send(TEXT)
    url = "https://weighback.example/webhooks/twilio/sms"
    assert not bare.authentic(url, {}, RequestValidator("").compute_signature(url, {}))


@pytest.mark.parametrize("signed_port", ["", ":443"])
@pytest.mark.parametrize("asked_port", ["", ":443"])
def test_a_signature_holds_with_and_without_the_standard_port(signed_port: str, asked_port: str) -> None:
    form = {"Body": "  PICKUP ", "From": TEXT.phone, "ParameterOfTomorrow": ""}
    path = "/webhooks/twilio/sms"
    signature = RequestValidator(standin_twilio.AUTH_TOKEN).compute_signature(
        f"https://weighback.example{signed_port}{path}", form
    )
    twilio = a_twilio("http://127.0.0.1:9")
    asked = f"https://weighback.example{asked_port}{path}"
    assert twilio.authentic(asked, form, signature)
    assert not twilio.authentic(asked, form | {"Body": "PICKUP"}, signature), "trimmed on the way"
    assert not twilio.authentic(asked + "x", form, signature)


@pytest.mark.parametrize(
    ("status", "error_code", "meaning", "opted_out"),
    [
        ("queued", None, None, False),
        ("sent", None, OutboxStatus.SENT, False),
        ("delivered", None, OutboxStatus.DELIVERED, False),
        ("undelivered", "30003", OutboxStatus.UNDELIVERED, False),
        ("failed", "21610", OutboxStatus.FAILED, True),
    ],
)
def test_reports_are_understood(
    status: str, error_code: str | None, meaning: OutboxStatus | None, *, opted_out: bool
) -> None:
    understood = a_twilio("http://127.0.0.1:9").meaning(status, error_code)
    assert (understood.status, understood.opted_out) == (meaning, opted_out)
