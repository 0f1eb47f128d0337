"""The USSD webhooks over HTTP, as Africa's Talking calls them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from app import bootstrap
from app.container import Container
from app.kernel.clock import FixedClock
from app.main import create_app
from app.messaging.models import OutboxMessage, UssdSession, UssdTurn
from app.rewards.models import Redemption
from app.settings import load_settings
from tests.factories.street import Street, a_street, give_credit
from tests.flows.phones import MONDAY, serve_zone

SECRET = "made-up-secret"
_sessions = itertools.count(1)


@dataclass
class Network:
    """Calls as Africa's Talking does."""

    http: TestClient
    container: Container
    street: Street
    session_id: str = ""
    typed: list[str] = field(default_factory=list)

    def dials(self) -> str:
        self.session_id, self.typed = f"ATUid_{next(_sessions):032}", []
        return self.asks()

    def presses(self, keys: str) -> str:
        self.typed.append(keys)
        return self.asks()

    def asks(self) -> str:
        response = self.post("ussd", self.form())
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/plain")
        return response.text

    def form(self, **fields: str) -> dict[str, str]:
        asked = {
            "sessionId": self.session_id,
            "phoneNumber": self.street.phone,
            "networkCode": "62130",
            "serviceCode": "*347*55#",
            "text": "*".join(self.typed),
        }
        return {**asked, **fields}

    def is_cut(self, **fields: str) -> Response:
        end = {
            **self.form(),
            "date": "2026-11-23 09:01:00",
            "status": "Incomplete",
            "cost": "NGN 1.60",
            "durationInMillis": "41250",
            "hopsCount": "3",
            "input": "*".join(self.typed),
            "lastAppResponse": "CON Send Airtime",
            "errorMessage": "",
        }
        return self.post("ussd-end", {**end, **fields})

    def post(self, path: str, form: dict[str, str], *, secret: str = SECRET) -> Response:
        response: Response = self.http.post(
            f"/webhooks/africastalking/{secret}/{path}",
            content=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        return response

    def count(self, model: Any, *conditions: Any) -> int:
        with self.container.database.unit_of_work() as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0

    def texts(self) -> list[str]:
        with self.container.database.unit_of_work() as session:
            return list(session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))


@pytest.fixture
def network(database_url: str) -> Iterator[Network]:
    settings = load_settings(
        environment="test",
        database_url=database_url,
        sms_gateways={"*": "console"},
        africastalking_webhook_secret=SECRET,
        payment_providers=["standin"],
        payment_webhook_secret="made-up",
        standin_payments_api_url="http://127.0.0.1:9",
        standin_payments_key="made-up",
    )
    container = bootstrap.build(settings, FixedClock(MONDAY))
    street = a_street(container.database, MONDAY)
    with container.database.unit_of_work() as session:
        serve_zone(session, street.zone_id)
        give_credit(session, street.household_id, 125_000, MONDAY)
    with TestClient(create_app(container), raise_server_exceptions=False) as http:
        yield Network(http, container, street)
    container.close()


def test_credit_is_spent_from_the_keypad(network: Network) -> None:
    assert network.dials().startswith("CON Weighback\n1 Next pickup")
    assert network.presses("4").startswith("CON Your credit is N1,250")
    assert network.presses("500").startswith("CON Send Airtime of N500")
    done = network.presses("1")
    assert done.startswith("END Done!")
    assert network.asks() == done
    assert network.count(Redemption) == 1


def test_a_press_delivered_many_times_at_once_pays_once(network: Network) -> None:
    network.dials()
    network.presses("4")
    network.presses("500")
    network.typed.append("1")
    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(lambda _: network.asks(), range(12)))
    assert len(answers) == 1
    assert network.count(Redemption) == 1


def test_a_failing_commit_is_told_to_the_network_and_its_repeat_works(network: Network) -> None:
    for keys in ("4", "500"):
        network.dials() if not network.typed else None
        network.presses(keys)
    engine = network.container.database.engine

    def fail(_connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    confirmed = network.form(text="4*500*1")
    event.listen(engine, "commit", fail)
    try:
        assert network.post("ussd", confirmed).status_code >= 500
    finally:
        event.remove(engine, "commit", fail)
    assert network.count(Redemption) == 0
    assert network.post("ussd", confirmed).text.startswith("END Done!")
    assert network.count(Redemption) == 1


@pytest.mark.parametrize("path", ["ussd", "ussd-end"])
def test_a_wrong_secret_finds_nothing(network: Network, path: str) -> None:
    form = network.form(sessionId="ATUid_1", status="Incomplete")
    assert network.post(path, form, secret="guess").status_code == 404
    assert network.count(UssdSession) == 0


@pytest.mark.parametrize(
    "wrong", [{"sessionId": ""}, {"phoneNumber": ""}, {"sessionId": "x" * 121}, {"phoneNumber": "+2\x00"}]
)
def test_a_form_that_is_no_call_names_the_field(network: Network, wrong: dict[str, str]) -> None:
    for path in ("ussd", "ussd-end"):
        response = network.post(path, network.form(**{"sessionId": "ATUid_1", "status": "Success", **wrong}))
        assert response.status_code == 422
        assert next(iter(wrong)) in response.text
    assert network.count(UssdTurn) == 0


def test_odd_characters_are_answered(network: Network) -> None:
    network.dials()
    for keys in ("\x00", "\ufffd", "\U0001f642", "<b>", "%00", " ", "\x0b\x1b"):
        assert network.presses(keys).startswith("CON")


def test_a_cut_session_is_followed_by_the_open_question(network: Network) -> None:
    network.dials()
    network.presses("4")
    network.presses("500")
    for _ in range(2):
        assert network.is_cut().status_code == 200
    assert network.texts() == ["Send Airtime of N500 to 0800 000 0001?\n1 Yes, send it\n0 No"]
    with network.container.database.unit_of_work() as session:
        row = session.scalars(select(UssdSession)).one()
    assert (row.cost, row.duration_milliseconds, row.outcome) == ("NGN 1.60", 41_250, "dropped")
    assert row.told_price_micros == 1_600_000
    assert row.end_raw is not None
    assert row.end_raw["hopsCount"] == "3"


def test_who_opted_out_gets_no_text_after_a_cut(network: Network) -> None:
    network.dials()
    network.presses("STOP")
    network.dials()
    network.presses("4")
    network.presses("500")
    network.is_cut()
    assert network.texts() == []


def test_the_end_of_a_session_that_never_was_is_no_trouble(network: Network) -> None:
    assert network.is_cut(sessionId="ATUid_unknown").status_code == 200
    assert network.is_cut(sessionId="ATUid_unknown", phoneNumber="nobody").status_code == 200
