"""The whole story, over HTTP, against a running server and the worker as operators run it.

A household joins by signed texts, is reminded, visited, paid and answered. Twilio and the payment company are
stand-ins on loopback; the worker is a process of its own that drains what is due at the moment it is given.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from app import bootstrap
from app.access.keys import COMMAND_LINE, create_key
from app.adapters.payments.standin_company import PaymentCompany
from app.collectors import service as collectors
from app.kernel.clock import TravellingClock, at_local, local_date
from app.kernel.phone import Phone
from app.main import create_app
from app.rewards.models import Reward, RewardKind
from app.settings import load_settings
from app.weighing.models import Material, Rate
from tests.factories import neighbourhood
from tests.standins import payments, twilio
from tests.standins.serving import serving
from tests.standins.twilio import TwilioStandin, post_signed
from tests.waiting import PATIENCE_SECONDS, wait_until

LAGOS = "Africa/Lagos"
ADA = "+2348000000042"
RIDER, PIN = Phone("+2348000000901"), "4713"
EVERY_DAY = tuple(range(7))
WEBHOOK_SECRET = "payments-webhook-secret-of-no-one"


@dataclass
class Service:
    """A running server on a clock that can be turned, its worker, and the outside world around it."""

    url: str
    clock: TravellingClock
    environment: dict[str, str]
    network: TwilioStandin
    company: PaymentCompany
    office: httpx.Client

    def text(self, body: str) -> str:
        """What the answer to the signed webhook says to Ada's phone; empty for none."""
        form = {"MessageSid": f"SM{uuid4().hex}", "From": ADA, "To": twilio.SENDER, "Body": body}
        answer = post_signed(f"{self.url}/webhooks/twilio/sms", form)
        assert answer.status_code == 200
        said = re.search(r"<Message>(.*)</Message>", answer.text, re.DOTALL)
        return said[1] if said else ""

    def work(self) -> None:
        """`weighback worker --drain --as-of` the moment that the clock shows."""
        command = [sys.executable, "-c", "from app.cli import main; main()", "worker", "--drain", "--as-of"]
        ran = subprocess.run(
            [*command, self.clock.now().isoformat()],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr

    def received(self) -> list[str]:
        """Everything that reached Ada's phone by itself, in order."""
        return [text.body for text in self.network.to(ADA)]

    def travel(self, day: date, hour: time) -> None:
        self.clock.travel_to(at_local(day, hour, LAGOS))

    def listed(self, noun: str, **filters: str) -> list[dict[str, Any]]:
        answer = self.office.get(f"/api/v1/{noun}", params=filters)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with ExitStack() as stack:
        network = stack.enter_context(TwilioStandin())
        clock = TravellingClock()
        # Whoever joins in the evening needs no reminder of tomorrow, and this must not hang on the hour of the test.
        clock.travel_to(at_local(local_date(clock.now(), LAGOS) + timedelta(days=1), time(9, 0), LAGOS))
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        company_url, company = stack.enter_context(
            payments.payment_company(f"{url}/webhooks/payments/standin/{WEBHOOK_SECRET}")
        )
        given = {
            "environment": "test",
            "database_url": database_url,
            "public_url": url,
            "secret_key": "t" * 32,
            "twilio_account_sid": twilio.ACCOUNT_SID,
            "twilio_auth_token": twilio.AUTH_TOKEN,
            "twilio_from": twilio.SENDER,
            "twilio_api_url": network.url,
            "payment_providers": "standin",
            "payment_webhook_secret": WEBHOOK_SECRET,
            "standin_payments_api_url": company_url,
            "standin_payments_key": payments.KEY,
        }
        container = bootstrap.build(load_settings(**given), clock)
        stack.callback(container.close)
        now = clock.now() - timedelta(days=1)
        with container.database.unit_of_work() as session:
            hub = neighbourhood.hub(session, now)
            neighbourhood.zone(session, now, hub_id=hub.id, weekdays=EVERY_DAY)
            rider = collectors.create(
                session,
                name="Tunde",
                phone=RIDER,
                language="en",
                hub_id=hub.id,
                capacity_grams=150_000,
                now=now,
            )
            collectors.set_pin(session, rider.id, PIN, now)
            _offer(session, now)
            key = create_key(session, name="test", scopes=["admin"], by=COMMAND_LINE, now=now).key
        stack.enter_context(serving(create_app(container), port))
        office = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_SECONDS
        )
        stack.callback(office.close)
        environment = {**os.environ, **{f"WEIGHBACK_{name.upper()}": value for name, value in given.items()}}
        yield Service(url, clock, environment, network, company, office)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _offer(session: Session, now: datetime) -> None:
    """What is collected and for how much, and what the credit buys."""
    for code, name, amount in (("PET", "PET bottles", 15_000), ("CAN", "Cans", 50_000)):
        material = Material(code=code, name=name, created_at=now)
        session.add(material)
        session.flush()
        session.add(
            Rate(
                material_id=material.id,
                amount_minor_per_kilogram=amount,
                valid_from=now.date() - timedelta(days=1),
                created_at=now,
            )
        )
    session.add(
        Reward(
            code="AIRTIME",
            kind=RewardKind.AIRTIME,
            name="Airtime",
            minimum_minor=5_000,
            maximum_minor=1_000_000,
            step_minor=5_000,
            created_at=now,
            updated_at=now,
        )
    )


def _weigh(service: Service, **kilograms: str) -> None:
    """Sign in at /route, open the first stop, fill in its form as it stands there, and send it twice."""
    with httpx.Client(base_url=service.url, follow_redirects=True, timeout=PATIENCE_SECONDS) as browser:
        signed_in = browser.post("/route/sign-in", data={"phone": RIDER, "pin": PIN})
        assert "Ada Obi" in signed_in.text
        stop = re.search(r'href="(/route/stops/[^"]+)"', signed_in.text)
        assert stop is not None
        page = browser.get(stop[1])
        assert "Blue gate" in page.text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        form = {**hidden, **{f"kg-{code}": typed for code, typed in kilograms.items()}, "do": "weigh"}
        for _ in range(2):
            assert browser.post(stop[1], data=form).status_code == 200


def test_a_household_joins_is_reminded_collected_paid_and_answered(service: Service) -> None:
    # Joining
    assert "Choose your language" in service.text("JOIN")
    assert "name" in service.text("1")
    assert "Where do you live" in service.text("Ada Obi")
    assert "Where exactly" in service.text("YAB")
    welcome = service.text("Blue gate behind Tejuosho Market")
    assert "Your first pickup" in welcome
    [household] = service.listed("households")
    pickups = service.listed("pickups", household_id=household["id"])
    first = min(date.fromisoformat(pickup["date"]) for pickup in pickups)
    assert first > local_date(service.clock.now(), LAGOS)
    assert f"{first:%a} {first.day} {first:%b}" in welcome

    # The evening before, once however often the worker runs
    service.travel(first - timedelta(days=1), time(18, 5))
    service.work()
    service.work()
    reminders = service.received()
    assert len(reminders) == 1
    assert "tomorrow" in reminders[0]
    assert "See you" in service.text("1")

    # The day itself: on the collector's sheet, weighed once however often the form is sent
    service.travel(first, time(6, 35))
    service.work()
    assert "today" in service.received()[-1]
    service.travel(first, time(9, 20))
    _weigh(service, PET="2.5", CAN="0,4")
    service.work()
    receipt = service.received()[-1]
    assert "PET bottles 2.5kg" in receipt
    assert "N575" in receipt
    assert len(service.received()) == 3
    assert "N575" in service.text("BALANCE")

    # Airtime, paid once
    assert "Airtime of N500" in service.text("REDEEM 500")
    assert "on its way" in service.text("1")
    assert "N75" in service.text("BALANCE")
    service.work()
    wait_until(lambda: service.listed("payouts")[0]["status"] == "paid", "the company reports the payment")
    service.work()
    assert list(service.company.credits().values()) == [1]
    assert "Airtime of N500 is now on" in service.received()[-1]

    # Wrong: an admin corrects it with a new entry, never an edit
    service.text("WRONG there were two bags of bottles")
    [dispute] = service.listed("disputes", status="open")
    resolved = service.office.post(
        f"/api/v1/disputes/{dispute['id']}/resolve",
        json={"grams": {"PET": 5_000, "CAN": 400}, "decision": "The hub weighed 5 kg."},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert resolved.status_code == 200, resolved.text
    service.work()
    assert "N375" in service.received()[-1]
    assert "N450" in service.text("BALANCE")
    [weighing] = service.listed("weighings")
    assert weighing["credit_minor"] == 57_500
    kinds = [transfer["kind"] for transfer in service.listed("transfers")]
    assert kinds.count("correction") == 1
