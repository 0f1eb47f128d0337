"""What every SMS gateway promises, whoever's it is; a gateway of another package passes this too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from structlog.testing import CapturingLogger

from app.adapters.sms.africastalking import AfricasTalking
from app.adapters.sms.console import Console
from app.adapters.sms.twilio import Twilio
from app.messaging.ports import OutgoingText, SmsGateway
from tests.fakes.sms import FakeGateway
from tests.standins import africastalking as standin_africastalking
from tests.standins import twilio as standin_twilio
from tests.standins.africastalking import AfricasTalkingStandin
from tests.standins.twilio import TwilioStandin

TEXT = OutgoingText("+2348000000042", "Your pickup is on Tue 24 Nov, 8am-12pm.")
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Candidate:
    gateway: SmsGateway
    delivers: bool
    """Whether texts go anywhere, and can be found there."""


@pytest.fixture
def twilio_gateway() -> Iterator[Candidate]:
    with TwilioStandin() as standin:
        gateway = Twilio(
            account_sid=standin_twilio.ACCOUNT_SID,
            auth_token=standin_twilio.AUTH_TOKEN,
            sender=standin_twilio.SENDER,
            public_url="http://127.0.0.1:8000",
            api_url=standin.url,
        )
        yield Candidate(gateway, delivers=True)


@pytest.fixture
def africastalking_gateway() -> Iterator[Candidate]:
    with AfricasTalkingStandin() as standin:
        gateway = AfricasTalking(
            username=standin_africastalking.USERNAME,
            api_key=standin_africastalking.API_KEY,
            sender=standin_africastalking.SENDER,
            api_url=standin.url,
        )
        yield Candidate(gateway, delivers=True)


@pytest.fixture(params=["console", "twilio", "africastalking", "fake"])
def candidate(request: pytest.FixtureRequest) -> Candidate:
    if request.param in {"twilio", "africastalking"}:
        found: Candidate = request.getfixturevalue(f"{request.param}_gateway")
        return found
    if request.param == "console":
        return Candidate(Console(), delivers=False)
    return Candidate(FakeGateway(), delivers=True)


def test_each_text_gets_an_id_of_its_own(candidate: Candidate) -> None:
    ids = [candidate.gateway.send(TEXT).provider_message_id for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(0 < len(found) <= 80 for found in ids)


def test_a_text_that_was_taken_can_be_found_and_one_that_was_not_cannot(candidate: Candidate) -> None:
    if not (candidate.delivers and candidate.gateway.can_look_up):
        assert candidate.gateway.find(TEXT, datetime.now(UTC) - AN_HOUR) == []
        return
    since = datetime.now(UTC)
    assert candidate.gateway.find(TEXT, since) == []
    sent = [candidate.gateway.send(TEXT).provider_message_id for _ in range(2)]
    candidate.gateway.send(OutgoingText("+2348000000043", TEXT.body))
    candidate.gateway.send(OutgoingText(TEXT.phone, "something else"))
    assert sorted(candidate.gateway.find(TEXT, since)) == sorted(sent)


def test_names_fit_their_columns(candidate: Candidate) -> None:
    assert 0 < len(candidate.gateway.name) <= 32
    assert 0 < len(candidate.gateway.sender) <= 32


def test_a_status_nobody_knows_moves_nothing(candidate: Candidate) -> None:
    meaning = candidate.gateway.meaning("beamed-up", None)
    assert meaning.status is None
    assert not meaning.opted_out


def test_an_unsigned_or_wrongly_signed_call_is_not_believed(candidate: Candidate) -> None:
    for signature in (None, "", "wrong"):
        assert not candidate.gateway.authentic("http://127.0.0.1:8000/webhooks/x", {"A": "1"}, signature)


def test_neither_words_nor_phones_reach_the_log(
    candidate: Candidate, caplog: pytest.LogCaptureFixture
) -> None:
    structured = CapturingLogger()
    before = structlog.get_config()
    structlog.configure(logger_factory=lambda *_: structured, cache_logger_on_first_use=False)
    try:
        with caplog.at_level("DEBUG"):
            candidate.gateway.send(TEXT)
            candidate.gateway.find(TEXT, datetime.now(UTC))
    finally:
        structlog.configure(**before)
    written = caplog.text + repr(structured.calls)
    assert TEXT.body not in written
    assert TEXT.phone not in written
    assert TEXT.phone.removeprefix("+") not in written
    assert standin_twilio.AUTH_TOKEN not in written
    assert standin_africastalking.API_KEY not in written
