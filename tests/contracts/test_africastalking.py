"""Africa's Talking in particular: its status codes, its errors, what it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.adapters.sms.africastalking import AfricasTalking
from app.messaging.models import OutboxStatus
from app.messaging.ports import (
    FateUnknown,
    NotHere,
    NotNow,
    NotSent,
    OptedOut,
    OutgoingText,
    Rejected,
    SendFailed,
)
from tests.standins import africastalking as standin_africastalking
from tests.standins.africastalking import AfricasTalkingStandin, Fault

TEXT = OutgoingText("+2348000000042", "Àlàáfíà, N1,250")


def an_africastalking(api_url: str, timeout_seconds: float = 10, sender: str = "20880") -> AfricasTalking:
    return AfricasTalking(
        username=standin_africastalking.USERNAME,
        api_key=standin_africastalking.API_KEY,
        sender=sender,
        api_url=api_url,
        timeout_seconds=timeout_seconds,
    )


@pytest.fixture
def standin() -> Iterator[AfricasTalkingStandin]:
    with AfricasTalkingStandin() as standin:
        yield standin


def test_a_text_arrives_whole_and_at_our_cost(standin: AfricasTalkingStandin) -> None:
    told = an_africastalking(standin.url).send(TEXT)
    [taken] = standin.taken
    assert (taken.message_id, taken.phone, taken.body) == (told.provider_message_id, TEXT.phone, TEXT.body)
    assert told.price == "NGN 2.2000"
    assert (taken.sender, taken.form["bulkSMSMode"]) == ("20880", "1")


def test_without_a_sender_of_its_own_none_is_named(standin: AfricasTalkingStandin) -> None:
    an_africastalking(standin.url, sender="").send(TEXT)
    assert "from" not in standin.taken[0].form


@pytest.mark.parametrize("code", [100, 101, 102])
def test_processed_sent_and_queued_are_all_taken(standin: AfricasTalkingStandin, code: int) -> None:
    standin.faults.append(Fault(code=code, take=True))
    assert an_africastalking(standin.url).send(TEXT).provider_message_id == standin.taken[0].message_id


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (Fault(code=401), FateUnknown, "401"),
        (Fault(code=402), NotSent, "402"),
        (Fault(code=403), Rejected, "403"),
        (Fault(code=404), Rejected, "404"),
        (Fault(code=405), NotSent, "405"),
        (Fault(code=406), OptedOut, "406"),
        (Fault(code=407), NotHere, "407"),
        (Fault(code=409, status=409), NotNow, "409"),
        (Fault(code=500), FateUnknown, "500"),
        (Fault(code=501), FateUnknown, "501"),
        (Fault(code=502), Rejected, "502"),
        (Fault(code=777), FateUnknown, "777"),
        (Fault(code=101), FateUnknown, "no-id"),
        (Fault(code=101, status=503, take=True), FateUnknown, "101"),
        (
            Fault(status=201, body='{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}'),
            NotSent,
            "402",
        ),
        (
            Fault(status=201, body='{"SMSMessageData":{"Message":"Oops","Recipients":[]}}'),
            FateUnknown,
            "no-recipient",
        ),
        (Fault(status=201, body="<html>"), FateUnknown, "no-recipient"),
        (Fault(status=200, body='{"SMSMessageData":"?"}'), FateUnknown, "no-recipient"),
        (Fault(status=200, body="[]"), FateUnknown, "no-recipient"),
        (Fault(status=302, body=""), NotSent, "302"),
        (Fault(status=400, body="The request content was malformed"), NotSent, "400"),
        (Fault(status=401, body="The supplied authentication is invalid"), NotSent, "401"),
        (Fault(status=418, body=""), NotSent, "418"),
        (Fault(status=429, body=""), NotSent, "429"),
        (Fault(status=500, body=""), FateUnknown, "500"),
        (Fault(status=503, body="", take=True), FateUnknown, "503"),
        (Fault(), FateUnknown, "RemoteProtocolError"),
        (Fault(take=True), FateUnknown, "RemoteProtocolError"),
    ],
    ids=str,
)
def test_every_answer_says_whether_trying_again_is_safe(
    standin: AfricasTalkingStandin, fault: Fault, expected: type[SendFailed], code: str
) -> None:
    standin.faults.append(fault)
    with pytest.raises(SendFailed) as caught:
        an_africastalking(standin.url).send(TEXT)
    assert type(caught.value) is expected
    assert caught.value.code == code
    assert caught.value.retryable is issubclass(expected, NotSent)


def test_nobody_there_is_surely_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(NotSent):
        an_africastalking(address).send(TEXT)


def test_an_answer_that_does_not_come_in_time_leaves_the_fate_unknown(standin: AfricasTalkingStandin) -> None:
    hold = threading.Event()
    standin.faults.append(Fault(hold=hold))
    with pytest.raises(FateUnknown):
        an_africastalking(standin.url, timeout_seconds=0.2).send(TEXT)
    hold.set()


def test_wrong_and_missing_credentials_send_nothing(standin: AfricasTalkingStandin) -> None:
    wrong = AfricasTalking(username="sandbox", api_key="another", sender="20880", api_url=standin.url)
    for gateway in (wrong, AfricasTalking(username="", api_key="")):
        with pytest.raises(NotSent):
            gateway.send(TEXT)
    assert standin.taken == []


def test_it_cannot_be_asked_what_became_of_a_text(standin: AfricasTalkingStandin) -> None:
    gateway = an_africastalking(standin.url)
    gateway.send(TEXT)
    assert not gateway.can_look_up
    assert gateway.find(TEXT, datetime.now(UTC)) == []


@pytest.mark.parametrize(
    ("status", "reason", "meaning", "opted_out"),
    [
        ("Sent", None, OutboxStatus.SENT, False),
        ("Submitted", None, OutboxStatus.SENT, False),
        ("Buffered", None, OutboxStatus.SENT, False),
        ("Success", None, OutboxStatus.DELIVERED, False),
        ("Rejected", "UserInBlackList", OutboxStatus.FAILED, True),
        ("Failed", "UserDoesNotExist", OutboxStatus.UNDELIVERED, False),
        ("AbsentSubscriber", None, OutboxStatus.UNDELIVERED, False),
        ("Expired", None, OutboxStatus.UNDELIVERED, False),
    ],
)
def test_reports_are_understood(
    status: str, reason: str | None, meaning: OutboxStatus | None, *, opted_out: bool
) -> None:
    understood = an_africastalking("http://127.0.0.1:9").meaning(status, reason)
    assert (understood.status, understood.opted_out) == (meaning, opted_out)
