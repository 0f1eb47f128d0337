"""The phone in the browser: it types and shows, and leaves the rest to the real webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from app import bootstrap
from app.container import Container
from app.kernel.clock import TravellingClock, at_local, local_date
from app.kernel.ids import new_id
from app.main import create_app
from app.messaging.models import InboxMessage, OutboxMessage, OutboxStatus
from app.pickups import service as pickups
from app.settings import load_settings
from app.web.simulator.parts import Simulator
from app.web.simulator.wire import Wire
from tests.factories import neighbourhood

PHONE = "+2348000000001"
LAGOS = "Africa/Lagos"
EVERY_DAY = tuple(range(7))


@dataclass
class Company:
    """Keeps what was typed, and answers as it is told to."""

    status: int = 200
    typed: list[tuple[str, str]] = field(default_factory=list)

    def written(self, phone: str, body: str) -> dict[str, str]:
        return {"phone": phone, "body": body}

    def deliver(self, form: Mapping[str, str]) -> int:
        self.typed.append((form["phone"], form["body"]))
        return self.status

    def post(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        raise AssertionError(f"nobody dials here: {path} {form}")

    def allows(self, account: str, password: str) -> bool:
        return (account, password) == ("AC1", "secret")

    def accept(self, form: Mapping[str, str], *, fails: bool = False) -> dict[str, Any]:
        return {"sid": "SM1", "body": form["Body"]}

    def message(self, sid: str) -> dict[str, Any]:
        return {"sid": sid}

    def messages(self, to: str | None) -> list[dict[str, Any]]:
        return [{"sid": "SM1", "to": to}]


@pytest.fixture
def clock() -> TravellingClock:
    return TravellingClock()


@pytest.fixture
def container(database_url: str, clock: TravellingClock) -> Iterator[Container]:
    container = bootstrap.build(load_settings(environment="test", database_url=database_url), clock)
    yield container
    container.close()


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def drained() -> list[datetime]:
    return []


@pytest.fixture
def visitor(
    container: Container, clock: TravellingClock, company: Company, drained: list[datetime]
) -> TestClient:
    app = create_app(container)

    def drain(moment: datetime) -> int:
        drained.append(moment)
        return 0

    app.state.simulator = Simulator(company, company, clock, drain, Wire())
    return TestClient(app)


def _household(container: Container) -> UUID:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        zone = neighbourhood.zone(session, now, weekdays=EVERY_DAY)
        household = neighbourhood.household(session, now, zone.id, phone=PHONE)
        pickups.extend(session, now, container.post)
    return household.id


def _text(status: OutboxStatus, body: str, now: datetime, parts: int = 1) -> OutboxMessage:
    return OutboxMessage(
        id=new_id(),
        phone=PHONE,
        template="receipt",
        language="en",
        body=body,
        encoding="gsm7",
        parts=parts,
        status=status,
        not_before=now,
        created_at=now,
        updated_at=now,
    )


def _typed(body: str, now: datetime) -> InboxMessage:
    return InboxMessage(
        id=new_id(),
        gateway="twilio",
        provider_message_id=body,
        phone=PHONE,
        recipient="+2348000000999",
        body=body,
        raw={},
        received_at=now,
    )


def test_what_is_typed_goes_out_as_it_was_typed(visitor: TestClient, company: Company) -> None:
    page = visitor.post("/simulator/text", data={"phone": "0800 000 0001", "body": "Je suis là <b>"})
    assert page.status_code == 200
    assert company.typed == [(PHONE, "Je suis là <b>")]


@pytest.mark.parametrize(("status", "said"), [(0, "could not be reached"), (503, "answered 503")])
def test_a_text_that_was_not_taken_stays_in_the_box_with_the_reason(
    visitor: TestClient, company: Company, status: int, said: str
) -> None:
    company.status = status
    page = visitor.post("/simulator/text", data={"phone": PHONE, "body": "BALANCE please"})
    assert said in page.text
    assert ">BALANCE please</textarea>" in page.text


def test_a_phone_that_is_none_is_refused_with_a_sentence(visitor: TestClient, company: Company) -> None:
    page = visitor.post("/simulator/text", data={"phone": "hello", "body": "JOIN"})
    assert "That is no phone number." in page.text
    assert company.typed == []


def test_the_thread_shows_what_reached_the_phone_and_nothing_else(
    container: Container, visitor: TestClient
) -> None:
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        for row in (
            _typed("BALANCE <script>", now),
            _text(OutboxStatus.REPLIED, "Your balance is N50.", now),
            _text(OutboxStatus.DELIVERED, "A long receipt", now, parts=2),
            _text(OutboxStatus.QUEUED, "Still on its way", now),
            _text(OutboxStatus.DROPPED, "Never sent", now),
        ):
            session.add(row)
            session.flush()
    thread = visitor.get("/simulator/thread", params={"phone": PHONE})
    positions = [thread.text.index(said) for said in ("BALANCE &lt;script&gt;", "N50", "A long receipt")]
    assert positions == sorted(positions)
    assert "2 parts" in thread.text
    assert "GSM-7" in thread.text
    assert "Still on its way" not in thread.text
    assert "Never sent" not in thread.text
    assert thread.headers["X-Clock"]


def test_the_page_holds_no_inline_script_or_style_and_allows_none(
    container: Container, visitor: TestClient
) -> None:
    _household(container)
    page = visitor.get("/simulator", params={"phone": PHONE})
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert " style=" not in page.text
    assert "onclick" not in page.text
    assert "<script>" not in page.text
    for link in ("/looks/looks.css", "/simulator/static/simulator.css", "/simulator/static/simulator.js"):
        assert link in page.text
        assert visitor.get(link).status_code == 200
    assert visitor.get("/simulator/static/..%2Fphone.py").status_code == 404


@pytest.mark.parametrize(
    "journey",
    [
        ("evening-before", time(9, 0), 0, 1, time(18, 1)),
        (
            "evening-before",
            time(17, 30),
            1,
            1,
            time(18, 1),
        ),  # who was just told is not reminded the same evening
        ("morning-of", time(9, 0), 1, 0, time(6, 31)),
    ],
)
def test_travel_stops_where_the_reminder_of_the_phones_pickup_falls_due(
    container: Container,
    clock: TravellingClock,
    visitor: TestClient,
    drained: list[datetime],
    journey: tuple[str, time, int, int, time],
) -> None:
    to, joined, days_on, days_before, hour = journey
    today = local_date(clock.now(), LAGOS) + timedelta(days=1)
    clock.travel_to(at_local(today, joined, LAGOS))
    household_id = _household(container)
    before = container.clock.now()
    visitor.post("/simulator/time", data={"phone": PHONE, "to": to})
    arrived = drained[-1]
    assert arrived > before
    assert abs(container.clock.now() - arrived) < timedelta(minutes=1)
    day = today + timedelta(days=days_on)
    assert arrived == at_local(day, hour, LAGOS)
    with container.database.unit_of_work() as session:
        pickup = pickups.upcoming(session, household_id, day + timedelta(days=days_before))
    assert pickup is not None
    assert pickup.date == day + timedelta(days=days_before)
    assert drained == sorted(drained)


def test_a_day_on_passes_through_the_evening_and_the_morning(
    visitor: TestClient, clock: TravellingClock, drained: list[datetime]
) -> None:
    before = clock.now()
    visitor.post("/simulator/time", data={"to": "day"})
    assert drained == sorted(drained)
    passed = {moment.astimezone(ZoneInfo(LAGOS)).time() for moment in drained}
    assert {time(18, 1), time(6, 31)} <= passed
    assert abs(drained[-1] - before - timedelta(days=1)) < timedelta(minutes=1)


def test_back_to_now_is_the_real_time_again(visitor: TestClient, clock: TravellingClock) -> None:
    clock.travel_to(clock.now() + timedelta(days=3))
    visitor.post("/simulator/time", data={"to": "now"})
    assert not clock.travelled


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"to": "moment", "moment": "yesterday"}, "Write the moment"),
        ({"to": "moment", "moment": "2020-01-01T08:00"}, "Only forward"),
        ({"to": "moment", "moment": "2999-01-01T08:00"}, "No further than"),
        ({"to": "evening-before", "phone": "+2348000000555"}, "Nobody has joined"),
        ({"to": "sideways"}, "Choose where to go"),
    ],
)
def test_a_journey_that_cannot_be_made_is_explained_and_not_begun(
    visitor: TestClient, clock: TravellingClock, drained: list[datetime], form: dict[str, str], said: str
) -> None:
    assert said in visitor.post("/simulator/time", data=form).text
    assert not clock.travelled
    assert drained == []


def test_the_stand_in_for_twilio_takes_texts_only_with_the_accounts_password(visitor: TestClient) -> None:
    form = {"To": PHONE, "From": "+2348000000999", "Body": "hello"}
    path = "/2010-04-01/Accounts/AC1/Messages.json"
    assert visitor.post(path, data=form).status_code == 401
    assert visitor.post(path, data=form, auth=("AC1", "guess")).status_code == 401
    assert visitor.post(path, data=form, auth=("AC1", "secret")).json() == {"sid": "SM1", "body": "hello"}


@pytest.mark.parametrize(
    "path", ["/simulator", "/simulator/thread?phone=1", "/2010-04-01/Accounts/AC1/Messages.json"]
)
def test_production_has_no_simulator(database_url: str, path: str) -> None:
    settings = load_settings(
        environment="production",
        database_url=database_url,
        secret_key="t" * 32,
        twilio_account_sid="AC1",
        twilio_auth_token="secret",
        twilio_from="+2348000000999",
    )
    container = bootstrap.build(settings)
    try:
        assert TestClient(create_app(container)).get(path).status_code == 404
    finally:
        container.close()


def test_a_service_that_is_no_demo_has_no_simulator_either(container: Container) -> None:
    assert TestClient(create_app(container)).get("/simulator").status_code == 404
