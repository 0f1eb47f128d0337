"""The Africa's Talking webhooks over HTTP, and the replies that a worker then sends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from app import bootstrap
from app.container import Container
from app.main import create_app
from app.messaging import contacts
from app.messaging.models import (
    ConsentEvent,
    Contact,
    DeliveryReport,
    InboxMessage,
    OutboxMessage,
    OutboxStatus,
)
from app.pickups.models import Pickup, PickupKind
from app.settings import Settings, load_settings
from tests.factories.street import Street, a_street, give_credit
from tests.flows.phones import MONDAY, serve_zone
from tests.standins import africastalking as standin_africastalking
from tests.standins.africastalking import AfricasTalkingStandin, Fault
from workers.deliver import deliver_texts

SECRET = "made-up-" * 4
HOOKS = f"/webhooks/africastalking/{SECRET}"
CALLER = "203.0.113.7"
_numbers = itertools.count(1)


@dataclass
class Watch:
    """A clock that moves on by a second whenever somebody looks."""

    at: datetime = field(default=MONDAY)

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Company:
    """Delivers as Africa's Talking does."""

    http: TestClient
    container: Container
    street: Street
    standin: AfricasTalkingStandin

    def text(self, body: str = "BALANCE", *, message_id: str | None = None, **fields: str) -> Response:
        form = {
            "date": "2026-11-23 10:00:00",
            "from": self.street.phone,
            "id": message_id or f"{next(_numbers):032}",
            "linkId": "",
            "text": body,
            "to": "20880",
            "networkCode": "62130",
        }
        return self.post("sms", {**form, **fields})

    def post(self, path: str, form: dict[str, str]) -> Response:
        response: Response = self.http.post(f"{HOOKS}/{path}", data=form)
        return response

    def deliver(self) -> list[str]:
        """What a worker then sends to the household's phone, in order."""
        before = len(self.standin.taken)
        while deliver_texts(self.container):
            pass
        return [text.body for text in self.standin.taken[before:]]

    def count(self, model: Any, *conditions: Any) -> int:
        with self.container.database.unit_of_work() as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def the_settings(database_url: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": database_url,
        "sms_gateways": "*=africastalking",
        "africastalking_username": standin_africastalking.USERNAME,
        "africastalking_api_key": standin_africastalking.API_KEY,
        "africastalking_from": standin_africastalking.SENDER,
        "africastalking_webhook_secret": SECRET,
        "sms_per_sender_per_second": 1000,
    }
    return load_settings(**(given | more))


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    with AfricasTalkingStandin() as standin:
        settings = the_settings(database_url, africastalking_api_url=standin.url)
        container = bootstrap.build(settings, Watch())
        street = a_street(container.database, MONDAY)
        with container.database.unit_of_work() as session:
            serve_zone(session, street.zone_id)
            give_credit(session, street.household_id, 125_000, MONDAY)
        with TestClient(create_app(container), raise_server_exceptions=False) as http:
            yield Company(http, container, street, standin)
        container.close()


def test_a_text_is_answered_by_a_text_of_its_own(company: Company) -> None:
    answer = company.text("BALANCE")
    assert (answer.status_code, answer.content) == (200, b"")
    assert company.deliver() == [
        "Amina, your credit is N1,250. Text REDEEM to spend it, RATES to see what we pay."
    ]
    [sent] = company.standin.taken
    assert (sent.phone, sent.sender) == (company.street.phone, standin_africastalking.SENDER)
    with company.container.database.unit_of_work() as session:
        row = session.scalars(select(OutboxMessage)).one()
    assert (row.status, row.provider_message_id) == (OutboxStatus.SENT, sent.message_id)


def test_fifty_deliveries_at_once_have_one_effect_and_one_reply(company: Company) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: company.text("PICKUP", message_id="same"), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(company.deliver()) == 1
    assert company.text("PICKUP", message_id="same").status_code == 200
    assert company.deliver() == []
    assert company.count(InboxMessage) == 1
    assert company.count(Pickup, Pickup.kind == PickupKind.ON_DEMAND) == 1


def test_a_failing_commit_is_told_and_the_next_delivery_works(company: Company) -> None:
    engine = company.container.database.engine

    def fail(_connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    event.listen(engine, "commit", fail)
    try:
        assert company.text("PICKUP", message_id="again").status_code >= 500
    finally:
        event.remove(engine, "commit", fail)
    assert company.count(InboxMessage) == 0
    assert company.text("PICKUP", message_id="again").status_code == 200
    assert len(company.deliver()) == 1


def test_who_asks_is_answered_before_a_campaign_goes_on(company: Company) -> None:
    with company.container.database.unit_of_work() as session:
        for number in range(60):
            company.container.post.text(
                session, phone=f"+2348000000{number:03}", language="en", key="thanks", values={}, now=MONDAY
            )
    company.text("BALANCE")
    deliver_texts(company.container)
    assert company.street.phone in {text.phone for text in company.standin.taken[:4]}


def test_stop_is_confirmed_and_nothing_that_was_asked_before_follows(company: Company) -> None:
    for body in ("BALANCE", "STOP", "BALANCE", "stop"):
        company.text(body)
    [said] = company.deliver()
    assert said.startswith("You will get no more texts")
    company.text("HELP")
    assert len(company.deliver()) == 1


def test_a_reply_whose_fate_is_unknown_is_not_sent_again(company: Company) -> None:
    company.text("PICKUP", message_id="lost")
    company.standin.faults.append(Fault(take=True))
    company.deliver()
    company.text("PICKUP", message_id="lost")
    company.deliver()
    assert len(company.standin.taken) == 1
    assert company.count(OutboxMessage, OutboxMessage.status == OutboxStatus.UNCLEAR) == 1


def test_without_the_secret_there_is_nothing_here(company: Company) -> None:
    form = {"id": "1", "from": company.street.phone, "text": "STOP", "phoneNumber": company.street.phone}
    nothing = company.http.post("/webhooks/nothing/here")
    for secret in ("wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "%C3%A9", "x" * 5000):
        for path in ("sms", "delivery", "opt-out"):
            answer = company.http.post(f"/webhooks/africastalking/{secret}/{path}", data=form)
            assert (answer.status_code, answer.json()) == (404, nothing.json())
    assert company.count(InboxMessage) == company.count(Contact) == 0


def test_where_no_secret_is_set_nobody_is_let_in(database_url: str) -> None:
    container = bootstrap.build(the_settings(database_url, africastalking_webhook_secret=""))
    with TestClient(create_app(container)) as http:
        for path in ("/webhooks/africastalking//sms", "/webhooks/africastalking/x/sms"):
            assert http.post(path, data={"id": "1"}).status_code == 404
    container.close()


def test_a_list_of_addresses_lets_nobody_else_call(database_url: str) -> None:
    listed = the_settings(database_url, africastalking_allowed_addresses=f"{CALLER}, 2001:db8::/32")
    container = bootstrap.build(listed, Watch())
    app = create_app(container)
    headers = {"X-Forwarded-For": CALLER, "Forwarded": f"for={CALLER}"}  # anybody can say so
    for caller, status in (
        (CALLER, 200),
        (f"::ffff:{CALLER}", 200),
        ("2001:db8::9", 200),
        ("203.0.113.8", 404),
        ("2001:db9::1", 404),
        ("testclient", 404),
    ):
        with TestClient(app, client=(caller, 1)) as http:
            form = {"id": "1", "status": "Sent"}
            assert http.post(f"{HOOKS}/delivery", data=form, headers=headers).status_code == status
    container.close()


def test_the_secret_is_never_logged(
    company: Company, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="uvicorn"):
        company.text("BALANCE")
        company.http.post(f"{HOOKS}/sms", data={})
        company.http.post(f"{HOOKS}/typo", data={})
        company.http.get(f"{HOOKS}/sms")
        company.post("delivery", {"id": "1", "status": "martian"})
        company.http.post(f"/webhooks/payments/standin/{SECRET}", content=b"{}")
    shown = capsys.readouterr()
    metrics = company.http.get("/metrics").text
    assert "/webhooks/africastalking/{secret}/sms" in shown.out + shown.err
    assert SECRET not in shown.out + shown.err + metrics


def test_reports_move_a_text_in_whatever_order_they_come(company: Company) -> None:
    company.text("BALANCE")
    company.deliver()
    [sent] = company.standin.taken
    for status in ("Success", "Sent", "Martian", "Buffered"):
        form = {
            "id": sent.message_id,
            "status": status,
            "phoneNumber": sent.phone,
            "networkCode": "62130",
            "retryCount": "0",
        }
        assert company.post("delivery", form).status_code == 200
    assert company.count(OutboxMessage, OutboxMessage.status == OutboxStatus.DELIVERED) == 1
    assert company.count(DeliveryReport) == 4


def test_a_report_that_the_phone_is_blacklisted_silences_it(company: Company) -> None:
    company.text("BALANCE")
    company.deliver()
    [sent] = company.standin.taken
    company.post(
        "delivery", {"id": sent.message_id, "status": "Rejected", "failureReason": "UserInBlackList"}
    )
    company.text("BALANCE")
    assert company.deliver() == []


@pytest.mark.parametrize(
    ("form", "source"),
    [
        ({"senderId": "WEIGHBACK"}, "africastalking:opt-out"),
        ({"shortCode": "20880", "keyword": "JOIN", "updateType": "deletion"}, "africastalking:unsubscribed"),
        ({"shortCode": "20880", "keyword": "JOIN", "updateType": "Deletion"}, "africastalking:unsubscribed"),
        ({"shortCode": "20880", "keyword": "JOIN", "updateType": "addition"}, None),
        ({"shortCode": "20880", "keyword": "JOIN", "updateType": "martian"}, None),
    ],
)
def test_an_opt_out_at_the_operator_holds_at_once(
    company: Company, form: dict[str, str], source: str | None
) -> None:
    phone = company.street.phone
    for written in (phone, phone.replace("+", " "), phone.removeprefix("+")):
        assert company.post("opt-out", {**form, "phoneNumber": written}).status_code == 200
    with company.container.database.unit_of_work() as session:
        assert contacts.opted_out(session, phone) is (source is not None)
        logged = session.scalars(select(ConsentEvent.source)).all()
    assert logged == ([source] if source else [])


def test_a_form_that_lacks_something_names_it(company: Company) -> None:
    for path, form, field_name in (
        ("sms", {"from": "+2348000000001", "text": "x"}, "id"),
        ("sms", {"id": "1", "text": "x"}, "from"),
        ("sms", {"id": "x" * 81, "from": "+2348000000001"}, "id"),
        ("delivery", {"id": "1"}, "status"),
        ("delivery", {"status": "Sent"}, "id"),
        ("opt-out", {"senderId": "X"}, "phoneNumber"),
        ("opt-out", {"phoneNumber": "20880"}, "phoneNumber"),
    ):
        answer = company.post(path, form)
        assert answer.status_code == 422
        assert field_name in answer.text


def test_short_codes_and_names_get_no_reply(company: Company) -> None:
    for sender in ("20880", "WEIGHBACK", "MTN"):
        assert company.text("You have won!", **{"from": sender}).status_code == 200
    assert company.deliver() == []
