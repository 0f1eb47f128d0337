"""Odd requests, as gateways really send them: answered sensibly, and stored whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from app import bootstrap
from app.container import Container
from app.kernel.clock import TravellingClock
from app.main import create_app
from app.messaging.models import InboxMessage, OutboxMessage
from app.settings import load_settings
from app.web.webhooks.twilio import as_signed
from tests.contracts.forms import africastalking, twilio
from tests.contracts.forms.case import Case
from tests.factories.street import a_street, give_credit
from tests.flows.phones import MONDAY, serve_zone

PUBLIC_URL = "https://sms.example.org"
TOKEN = "made-up-token"
SECRET = "made-up-" * 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
A_DAY = timedelta(days=1)


@pytest.fixture
def service(database_url: str) -> Iterator[tuple[TestClient, Container, TravellingClock]]:
    settings = load_settings(
        environment="test",
        database_url=database_url,
        public_url=PUBLIC_URL,
        sms_gateways="+234=africastalking|twilio,*=twilio",
        twilio_account_sid="AC1",
        twilio_auth_token=TOKEN,
        twilio_from="+2348000009999",
        africastalking_webhook_secret=SECRET,
    )
    clock = TravellingClock()
    clock.travel_to(MONDAY)
    container = bootstrap.build(settings, clock)
    street = a_street(container.database, MONDAY)
    with container.database.unit_of_work() as session:
        serve_zone(session, street.zone_id)
        give_credit(session, street.household_id, 125_000, MONDAY)
    with TestClient(create_app(container), raise_server_exceptions=False) as http:
        yield http, container, clock
    container.close()


def _by_africastalking(http: TestClient, form: bytes) -> int:
    address = f"/webhooks/africastalking/{SECRET}/sms"
    return int(http.post(address, content=form, headers=FORM).status_code)


def _by_twilio(http: TestClient, form: bytes) -> int:
    path = "/webhooks/twilio/sms"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, as_signed(form))
    headers = {**FORM, "X-Twilio-Signature": signature}
    return int(http.post(path, content=form, headers=headers).status_code)


@pytest.mark.parametrize(
    ("gateway", "cases", "deliver"),
    [
        ("africastalking", africastalking.CASES, _by_africastalking),
        ("twilio", twilio.CASES, _by_twilio),
    ],
)
def test_odd_texts_are_answered_sensibly_and_stored_whole(
    service: tuple[TestClient, Container, TravellingClock],
    gateway: str,
    cases: tuple[Case, ...],
    deliver: Callable[[TestClient, bytes], int],
) -> None:
    http, container, clock = service
    for days, case in enumerate(cases):
        clock.travel_to(MONDAY + A_DAY * days)  # a new conversation each time
        assert deliver(http, case.form) == 200, case.what
        with container.database.unit_of_work() as session:
            kept = session.scalars(select(InboxMessage).order_by(InboxMessage.id.desc()).limit(1)).one()
            reply = session.scalars(
                select(OutboxMessage.body).where(OutboxMessage.in_reply_to_id == kept.id)
            ).one_or_none()
        assert (kept.gateway, kept.body) == (gateway, case.heard), case.what
        for whole in case.kept:
            assert whole in kept.raw.values(), case.what
        if case.answered_with is None:
            assert reply is None, case.what
        else:
            assert reply is not None, case.what
            assert case.answered_with in reply, case.what
