"""The phone in the browser with its stand-ins, over real HTTP: both faces, and each switch does what it says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app import bootstrap
from app.adapters.sms.africastalking_standin import AfricasTalkingStandIn
from app.adapters.sms.twilio_standin import TwilioStandIn
from app.container import Container
from app.kernel.clock import TravellingClock
from app.main import create_app
from app.messaging import contacts
from app.messaging.models import (
    ConsentEvent,
    InboxMessage,
    OutboxMessage,
    OutboxStatus,
    UssdOutcome,
    UssdSession,
    UssdTurn,
)
from app.rewards.models import Redemption
from app.settings import load_settings
from app.web.simulator.air import LATE_BY
from app.web.simulator.line import LASTS
from app.web.simulator.parts import Simulator
from app.web.simulator.wire import Wire
from tests.demo_process import free_port
from tests.factories.street import a_street, give_credit
from tests.flows.phones import MONDAY, serve_zone
from tests.standins.serving import serving
from tests.waiting import PATIENCE_SECONDS, wait_until
from workers.deliver import deliver_texts

SECRET, TOKEN, API_KEY = "made-up-secret", "made-up-token", "made-up-key"
DIAL = "*347*55#"


@dataclass
class Visitor:
    """Plays one phone on the simulator's page, by its forms."""

    http: httpx.Client
    container: Container
    clock: TravellingClock
    phone: str
    page: str = ""

    def texts(self, body: str) -> str:
        return self.sends("text", body=body)

    def dials(self, code: str = DIAL) -> str:
        return self.sends("keypad", dial=code)

    def presses(self, keys: str) -> str:
        return self.sends("keypad", typed=keys)

    def throws(self, trouble: str) -> str:
        return self.sends("trouble", trouble=trouble)

    def waits(self) -> str:
        """Ten minutes of the demo's clock; the worker works."""
        return self.sends("time", to="minutes")

    def sends(self, form: str, **fields: str) -> str:
        answer = self.http.post(f"/simulator/{form}", data={"phone": self.phone, **fields})
        assert answer.status_code == 200, answer.text
        self.page = answer.text
        return self.screen

    @property
    def screen(self) -> str:
        """What the keypad's screen shows."""
        found = re.search(r'id="shown".*?</div>', self.page, re.DOTALL)
        assert found is not None
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0].split(">", 1)[1])).split())

    def rows(self, what: Any, *conditions: Any) -> list[Any]:
        with self.container.database.unit_of_work() as session:
            return list(session.scalars(select(what).where(*conditions).order_by(what.id)))

    def count(self, what: Any) -> int:
        with self.container.database.unit_of_work() as session:
            return session.scalar(select(func.count()).select_from(what)) or 0

    def is_sent(self, *, texts: int = 1) -> None:
        """The office has something to say, and the worker sends what is due."""
        for _ in range(texts):
            with self.container.database.unit_of_work() as session:
                self.container.post.text(
                    session, phone=self.phone, language="en", key="next.none", values={}, now=self.clock.now()
                )
        _work(self.container)

    def becomes(self, status: OutboxStatus) -> OutboxMessage:
        def is_reported() -> bool:
            return bool(self.rows(OutboxMessage, OutboxMessage.status == status))

        wait_until(is_reported, f"a text is {status.value}")
        text: OutboxMessage = self.rows(OutboxMessage, OutboxMessage.status == status)[0]
        return text


def _work(container: Container) -> int:
    done = 0
    while more := deliver_texts(container):
        done += more
    return done


@pytest.fixture
def gateways() -> str:
    return "*=twilio|africastalking"


@pytest.fixture
def visitor(sqlite_template: Path, tmp_path: Path, gateways: str) -> Iterator[Visitor]:
    """Someone who plays a household with N1,250."""
    shutil.copyfile(sqlite_template, tmp_path / "weighback.sqlite3")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = load_settings(
        environment="test",
        database_url=f"sqlite:///{tmp_path / 'weighback.sqlite3'}",
        public_url=url,
        sms_gateways=gateways,
        twilio_account_sid="AC1",
        twilio_auth_token=TOKEN,
        twilio_from="+2348000000999",
        twilio_api_url=url,
        africastalking_username="demo",
        africastalking_api_key=API_KEY,
        africastalking_from="20880",
        africastalking_api_url=url,
        africastalking_webhook_secret=SECRET,
        payment_providers=["standin"],
        payment_webhook_secret="made-up",
        standin_payments_api_url="http://127.0.0.1:9",
        standin_payments_key="made-up",
        sms_per_sender_per_second=1000,
    )
    clock = TravellingClock()
    clock.travel_to(MONDAY)
    with ExitStack() as stack:
        container = stack.enter_context(closing(bootstrap.build(settings, clock)))
        street = a_street(container.database, MONDAY)
        with container.database.unit_of_work() as session:
            serve_zone(session, street.zone_id)
            give_credit(session, street.household_id, 125_000, MONDAY)
        wire = Wire((SECRET, TOKEN, API_KEY))
        twilio = TwilioStandIn(
            account_sid="AC1",
            auth_token=TOKEN,
            number="+2348000000999",
            public_url=url,
            local_url=url,
            tell=wire.tell,
        )
        africastalking = AfricasTalkingStandIn(
            username="demo",
            api_key=API_KEY,
            number="20880",
            webhooks=f"{url}/webhooks/africastalking/{SECRET}",
            tell=wire.tell,
        )
        app = create_app(container)
        app.state.simulator = Simulator(
            company=stack.enter_context(closing(twilio)),
            africastalking=stack.enter_context(closing(africastalking)),
            clock=clock,
            drain=lambda _: _work(container),
            wire=wire,
        )
        stack.enter_context(serving(app, port))
        http = stack.enter_context(
            httpx.Client(base_url=url, follow_redirects=True, timeout=PATIENCE_SECONDS)
        )
        yield Visitor(http, container, clock, street.phone)


def test_credit_is_spent_on_the_keypad_and_the_screen_is_counted(visitor: Visitor) -> None:
    assert visitor.dials().startswith("Weighback 1 Next pickup")
    assert "CON" in visitor.screen
    assert "of 182 · GSM-7 · screen 1" in visitor.screen
    visitor.presses("4")
    visitor.presses("500")
    assert "END" in visitor.presses("1")
    assert visitor.count(Redemption) == 1
    session = visitor.rows(UssdSession)[0]
    assert session.outcome is UssdOutcome.ENDED
    assert session.end_status == "Success"
    assert session.end_raw["hopsCount"] == "4"


def test_a_dialled_shortcut_shows_its_screen_at_once(visitor: Visitor) -> None:
    assert "N1,250" in visitor.dials("*347*55*3#")
    assert "screen 1" in visitor.screen


def test_only_whole_codes_of_ours_are_dialled(visitor: Visitor) -> None:
    visitor.sends("keypad", typed="*34", key="7")
    assert 'value="*347"' in visitor.page
    for code in ("*347*56#", "*347*55", "*347*555#", "hello"):
        assert visitor.dials(code) == "The line is free."
        assert "Nobody answers at" in visitor.page
    assert visitor.count(UssdSession) == 0


def test_a_call_that_is_lost_comes_by_text_and_is_carried_on_by_dialling_again(visitor: Visitor) -> None:
    visitor.dials()
    visitor.presses("4")
    visitor.presses("500")
    assert "cut off" in visitor.sends("keypad", do="lose")
    assert visitor.rows(UssdSession)[0].end_status == "Incomplete"
    visitor.waits()
    assert (
        "Send Airtime of N500" in visitor.http.get("/simulator/thread", params={"phone": visitor.phone}).text
    )
    assert "Carry on" in visitor.dials()
    assert "Send Airtime of N500" in visitor.presses("1")


def test_the_network_ends_a_call_that_lasts_too_long(visitor: Visitor) -> None:
    visitor.dials()
    visitor.clock.travel_to(visitor.clock.now() + LASTS + timedelta(seconds=1))
    visitor.http.get("/simulator/thread", params={"phone": visitor.phone})
    assert visitor.rows(UssdSession)[0].outcome is UssdOutcome.DROPPED


def test_hanging_up_tells_the_service_and_frees_the_line(visitor: Visitor) -> None:
    visitor.dials()
    assert visitor.sends("keypad", do="hang-up") == "The line is free."
    assert visitor.rows(UssdSession)[0].end_status == "Incomplete"


@pytest.mark.parametrize("gateways", ["*=twilio", "*=africastalking"])
def test_delivered_twice_nothing_doubles(visitor: Visitor) -> None:
    visitor.throws("twice")
    visitor.texts("BALANCE")
    _work(visitor.container)
    assert visitor.count(InboxMessage) == 1
    assert visitor.count(OutboxMessage) == 1
    assert visitor.page.count("Your text, to the service") == 2
    visitor.dials()
    visitor.presses("4")
    visitor.presses("500")
    visitor.presses("1")
    assert visitor.count(Redemption) == 1
    assert visitor.count(UssdTurn) == 4


def test_a_late_answer_arrives_when_its_question_has_lapsed_and_is_told_which_it_was_for(
    visitor: Visitor,
) -> None:
    visitor.texts("REDEEM")
    visitor.texts("500")
    visitor.throws("late")
    visitor.texts("1")
    assert "on its way, arrives" in visitor.page
    assert visitor.count(InboxMessage) == 2
    visitor.sends("time", to="day")
    assert "on its way" not in visitor.page
    arrived = visitor.rows(InboxMessage)[-1].received_at
    assert MONDAY + LATE_BY <= arrived < MONDAY + LATE_BY + timedelta(minutes=1)
    assert visitor.rows(OutboxMessage)[-1].template == "lapsed"
    assert visitor.count(Redemption) == 0


def test_out_of_order_the_second_text_overtakes_the_first(visitor: Visitor) -> None:
    visitor.throws("out-of-order")
    visitor.texts("RATES")
    assert "held back until you send another" in visitor.page
    assert visitor.count(InboxMessage) == 0
    visitor.texts("BALANCE")
    assert [text.body for text in visitor.rows(InboxMessage)] == ["BALANCE", "RATES"]
    visitor.texts("NEXT")
    visitor.throws("out-of-order")
    assert [text.body for text in visitor.rows(InboxMessage)] == ["BALANCE", "RATES", "NEXT"]


def test_a_session_is_cut_before_its_screen_is_seen(visitor: Visitor) -> None:
    visitor.throws("session-cut")
    assert "Connection problem" in visitor.dials()
    assert "Next pickup" not in visitor.screen
    assert visitor.rows(UssdSession)[0].outcome is UssdOutcome.DROPPED
    visitor.throws("session-cut")
    assert "Next pickup" in visitor.dials()


@pytest.mark.parametrize(
    ("gateways", "reason"), [("*=twilio", "30003"), ("*=africastalking", "DeliveryFailure")]
)
def test_a_text_that_did_not_arrive_is_known_not_to_have(visitor: Visitor, reason: str) -> None:
    visitor.throws("not-delivered")
    visitor.is_sent()
    assert visitor.becomes(OutboxStatus.UNDELIVERED).error_code == reason


@pytest.mark.parametrize("gateways", ["*=twilio", "*=africastalking"])
def test_a_number_opted_out_at_the_carrier_is_sent_nothing_more_until_it_says_start(
    visitor: Visitor, gateways: str
) -> None:
    visitor.throws("opted-out")
    visitor.is_sent()
    with visitor.container.database.unit_of_work() as session:
        assert contacts.opted_out(session, visitor.phone)
    [event] = visitor.rows(ConsentEvent)
    assert event.source == f"gateway:{gateways.removeprefix('*=')}"
    visitor.throws("opted-out")
    assert "opted out: START" in visitor.page
    visitor.texts("START")
    with visitor.container.database.unit_of_work() as session:
        assert not contacts.opted_out(session, visitor.phone)


def test_while_a_gateway_is_down_its_texts_go_by_the_other_one(visitor: Visitor) -> None:
    visitor.throws("gateway-down")
    visitor.is_sent(texts=4)
    visitor.waits()
    assert {text.gateway for text in visitor.rows(OutboxMessage)} == {"africastalking"}
    assert visitor.becomes(OutboxStatus.DELIVERED)


@pytest.mark.parametrize("gateways", ["*=twilio", "*=africastalking"])
def test_the_last_requests_and_answers_are_shown_as_they_stood_without_their_secrets(
    visitor: Visitor, gateways: str
) -> None:
    visitor.dials("*347*55*3#")
    assert "POST /webhooks/africastalking/•••/ussd\n" in visitor.page
    assert "text=3" in visitor.page
    assert "END" in visitor.page or "CON " in visitor.page
    visitor.texts("BALANCE <b>")
    visitor.is_sent()
    shown = unescape(visitor.http.get("/simulator/wire", params={"phone": visitor.phone}).text)
    assert "BALANCE+%3Cb%3E" in shown
    if gateways == "*=twilio":
        assert "X-Twilio-Signature: •••" in shown
        assert "Authorization: Basic •••" in shown
        assert "<Response><Message>" in shown
    else:
        assert "apiKey: •••" in shown
    for secret in (SECRET, TOKEN, API_KEY):
        assert secret not in shown + visitor.page


def test_troubles_are_this_phones_alone(visitor: Visitor) -> None:
    visitor.throws("late")
    other = visitor.http.get("/simulator", params={"phone": "+2348000000588"}).text
    assert 'value="late" aria-pressed="false"' in other
    assert 'value="late" aria-pressed="true"' in visitor.page
    assert "Trouble is on: late delivery" in visitor.page
    assert "Trouble is on" not in other
