"""The Twilio webhooks over HTTP, with signatures made by Twilio's own library."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator

from app import bootstrap
from app.container import Container
from app.kernel.clock import FixedClock
from app.main import create_app
from app.messaging.models import DeliveryReport, InboxMessage, OutboxMessage, OutboxStatus
from app.pickups.models import Pickup, PickupKind
from app.settings import load_settings
from app.web.webhooks.twilio import twiml
from tests.factories.street import Street, a_street, give_credit
from tests.flows.phones import MONDAY, serve_zone

PUBLIC_URL = "https://sms.example.org"
TOKEN = "made-up-token"
SMS, STATUS = "/webhooks/twilio/sms", "/webhooks/twilio/status"
_numbers = itertools.count(1)


@dataclass
class Twilio:
    """Delivers as Twilio does."""

    http: TestClient
    container: Container
    street: Street

    def text(self, body: str = "BALANCE", *, sid: str | None = None, **fields: str) -> Response:
        form = {
            "MessageSid": sid or f"SM{next(_numbers):032}",
            "AccountSid": "AC1",
            "From": self.street.phone,
            "To": "+2348000009999",
            "Body": body,
            "NumMedia": "0",
        }
        return self.post(SMS, {**form, **fields})

    def post(
        self, path: str, form: dict[str, str], *, token: str = TOKEN, url: str | None = None, **headers: str
    ) -> Response:
        signature = RequestValidator(token).compute_signature(url or PUBLIC_URL + path, form)
        signed = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        response: Response = self.http.post(path, content=urlencode(form), headers={**signed, **headers})
        return response

    def count(self, model: Any, *conditions: Any) -> int:
        with self.container.database.unit_of_work() as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


@pytest.fixture
def twilio(database_url: str) -> Iterator[Twilio]:
    settings = load_settings(
        environment="test",
        database_url=database_url,
        public_url=PUBLIC_URL,
        twilio_account_sid="AC1",
        twilio_auth_token=TOKEN,
        twilio_from="+2348000009999",
    )
    container = bootstrap.build(settings, FixedClock(MONDAY))
    street = a_street(container.database, MONDAY)
    with container.database.unit_of_work() as session:
        serve_zone(session, street.zone_id)
        give_credit(session, street.household_id, 125_000, MONDAY)
    with TestClient(create_app(container), raise_server_exceptions=False) as http:
        yield Twilio(http, container, street)
    container.close()


def said(response: Response) -> str | None:
    """The one message of a TwiML answer."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(response.content)
    assert root.tag == "Response"
    messages = [child.text for child in root]
    assert len(messages) <= 1
    return messages[0] if messages else None


def test_a_signed_text_is_answered_in_twiml(twilio: Twilio) -> None:
    assert said(twilio.text("BALANCE")) == (
        "Amina, your credit is N1,250. Text REDEEM to spend it, RATES to see what we pay."
    )


def test_the_signature_covers_the_public_address_with_its_query(twilio: Twilio) -> None:
    form = {"MessageSid": "SMq", "From": twilio.street.phone, "Body": "BALANCE"}
    address = f"{SMS}?bodySHA256=&a=b%20c"
    assert said(twilio.post(address, form))
    assert said(twilio.post(SMS, {**form, "MessageSid": "SMp"}, url=f"https://sms.example.org:443{SMS}"))


@pytest.mark.parametrize("path", [SMS, STATUS])
@pytest.mark.parametrize("forged", [{"token": "other"}, {"url": "https://evil.example/webhooks/twilio/sms"}])
def test_a_text_that_twilio_did_not_sign_is_refused_and_leaves_no_trace(
    twilio: Twilio, path: str, forged: dict[str, Any]
) -> None:
    response = twilio.post(path, {"MessageSid": "SM1", "From": twilio.street.phone, "Body": "STOP"}, **forged)
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert twilio.count(InboxMessage) == 0


def test_a_field_that_was_changed_or_trimmed_on_the_way_is_refused(twilio: Twilio) -> None:
    signature = RequestValidator(TOKEN).compute_signature(
        PUBLIC_URL + SMS, {"Body": " BALANCE ", "MessageSid": "SM1", "From": twilio.street.phone}
    )
    for body, status in (("BALANCE", 403), (" BALANCE ", 200)):
        form = urlencode({"Body": body, "MessageSid": "SM1", "From": twilio.street.phone})
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        assert twilio.http.post(SMS, content=form, headers=headers).status_code == status


def test_no_signature_at_all_is_refused(twilio: Twilio) -> None:
    assert twilio.http.post(SMS, data={"MessageSid": "SM1"}).status_code == 403


def test_the_same_delivery_gets_the_same_answer_and_changes_nothing(twilio: Twilio) -> None:
    first = said(twilio.text("PICKUP", sid="SMsame"))
    assert first is not None
    assert "Done!" in first
    assert said(twilio.text("PICKUP", sid="SMsame")) == first
    assert twilio.count(OutboxMessage, OutboxMessage.status == OutboxStatus.REPLIED) == 1
    assert said(twilio.text("PICKUP")) != first


def test_fifty_deliveries_at_once_have_one_effect(twilio: Twilio) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = {
            said(answer) for answer in pool.map(lambda _: twilio.text("PICKUP", sid="SM50"), range(50))
        }
    [answer] = answers
    assert answer is not None
    assert "Done!" in answer
    assert twilio.count(InboxMessage) == 1
    assert twilio.count(OutboxMessage, OutboxMessage.status == OutboxStatus.REPLIED) == 1
    assert twilio.count(Pickup, Pickup.kind == PickupKind.ON_DEMAND) == 1


def test_texts_of_one_phone_take_turns_and_those_of_others_do_not_mind(twilio: Twilio) -> None:
    def send(number: int) -> str | None:
        phone = twilio.street.phone if number % 2 else f"+23480000030{number:02}"
        return said(twilio.text("JOIN" if number % 2 == 0 else "PICKUP", From=phone))

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))
    assert sum("Done!" in (answer or "") for answer in answers) == 1
    assert sum("already come" in (answer or "") for answer in answers) == 5
    assert sum("Choose your language" in (answer or "") for answer in answers) == 6


def test_a_failing_commit_is_told_to_twilio_and_the_retry_works(twilio: Twilio) -> None:
    engine = twilio.container.database.engine

    def fail(_connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    event.listen(engine, "commit", fail)
    try:
        assert twilio.text("PICKUP", sid="SMretry").status_code >= 500
    finally:
        event.remove(engine, "commit", fail)
    assert twilio.count(InboxMessage) == 0
    assert twilio.count(Pickup, Pickup.kind == PickupKind.ON_DEMAND) == 0
    answer = said(twilio.text("PICKUP", sid="SMretry"))
    assert answer is not None
    assert "Done!" in answer


@pytest.mark.parametrize(
    ("missing", "field"),
    [({"MessageSid": ""}, "MessageSid"), ({"From": ""}, "From"), ({"From": "x" * 99}, "From")],
)
def test_a_form_that_is_no_text_names_the_field(twilio: Twilio, missing: dict[str, str], field: str) -> None:
    form = {"MessageSid": "SM1", "From": twilio.street.phone, "Body": "BALANCE", **missing}
    response = twilio.post(SMS, form)
    assert response.status_code == 422
    assert field in response.text


def test_a_body_over_the_limit_is_refused_unread(twilio: Twilio) -> None:
    assert twilio.text("x" * 70_000).status_code == 413


@pytest.mark.parametrize("body", ["BAL\x00ANCE", "\x00", "\ufffd\ufffe", "<b>&amp;</b>]]>", "\x0b\x1b"])
def test_odd_characters_are_kept_as_far_as_can_be_and_answered(twilio: Twilio, body: str) -> None:
    assert said(twilio.text(body))
    with twilio.container.database.unit_of_work() as session:
        kept = session.scalars(select(InboxMessage.body)).one()
    assert kept.replace("\x00", "") == body.replace("\x00", "")


def test_broken_utf8_is_answered(twilio: Twilio) -> None:
    raw = b"MessageSid=SM1&From=%2B2348000000001&Body=BAL%FF%C3"
    form = {"MessageSid": "SM1", "From": "+2348000000001", "Body": "BAL\ufffd\ufffd"}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + SMS, form)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    assert said(twilio.http.post(SMS, content=raw, headers=headers))


def test_a_picture_without_words_is_answered(twilio: Twilio) -> None:
    answer = said(twilio.text("", NumMedia="1", MediaUrl0="https://api.example/1"))
    assert answer is not None
    assert "only read words" in answer


def test_what_twilio_answered_itself_gets_an_empty_answer(twilio: Twilio) -> None:
    assert said(twilio.text("STOP", OptOutType="STOP")) is None
    assert said(twilio.text("BALANCE")) is None
    assert said(twilio.text("START", OptOutType="START")) is None
    assert said(twilio.text("BALANCE"))


def test_a_short_code_gets_no_reply(twilio: Twilio) -> None:
    assert said(twilio.text("You have won!", From="32665")) is None


def test_new_parameters_from_twilio_do_no_harm(twilio: Twilio) -> None:
    assert said(twilio.text("BALANCE", ChannelMetadata='{"type":"sms"}', Empty="", Ünïcode="ß"))


def test_a_status_report_is_kept_and_moves_the_text(twilio: Twilio) -> None:
    with twilio.container.database.unit_of_work() as session:
        twilio.container.post.text(
            session, phone=twilio.street.phone, language="en", key="thanks", values={}, now=MONDAY
        )
        row = session.scalars(select(OutboxMessage)).one()
        row.status, row.provider_message_id, row.gateway = OutboxStatus.SENT, "SMout", "twilio"
    for status in ("delivered", "sent", "martian"):
        answer = twilio.post(STATUS, {"MessageSid": "SMout", "MessageStatus": status, "To": "+234"})
        assert answer.status_code == 204
    assert twilio.count(OutboxMessage, OutboxMessage.status == OutboxStatus.DELIVERED) == 1
    assert twilio.count(DeliveryReport) == 3


def test_a_report_that_the_number_opted_out_silences_it(twilio: Twilio) -> None:
    with twilio.container.database.unit_of_work() as session:
        twilio.container.post.text(
            session, phone=twilio.street.phone, language="en", key="thanks", values={}, now=MONDAY
        )
        row = session.scalars(select(OutboxMessage)).one()
        row.status, row.provider_message_id, row.gateway = OutboxStatus.SENT, "SMout", "twilio"
    report = {"MessageSid": "SMout", "MessageStatus": "failed", "ErrorCode": "21610"}
    assert twilio.post(STATUS, report).status_code == 204
    assert said(twilio.text("BALANCE")) is None


def test_an_answer_holds_nothing_that_xml_cannot() -> None:
    assert ET.fromstring(twiml("a\x0c<&>\x00\ufffeb"))[0].text == "a<&>b"
    assert len(ET.fromstring(twiml(None))) == 0


def test_a_text_costs_few_statements(twilio: Twilio) -> None:
    statements: list[str] = []
    twilio.text("BALANCE")

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(twilio.container.database.engine, "before_cursor_execute", note)
    assert said(twilio.text("BALANCE"))
    event.remove(twilio.container.database.engine, "before_cursor_execute", note)
    own = [one for one in statements if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
    assert len(own) <= 9, own
