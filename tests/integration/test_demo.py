"""`weighback demo` as a visitor starts it: one command in an empty folder, one signal to end it."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.conversation.catalogue import Catalogue
from app.demo.lagos import CLERKS, RIDERS
from app.flows.registry import TEXTS
from app.settings import load_settings
from tests.demo_process import COMMAND, demo, environment, free_port
from tests.waiting import wait_until

PHONE = "+2348000000100"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run once, been used, and been ended by SIGTERM."""
    folder = tmp_path_factory.mktemp("demo")
    with demo(folder) as first:
        first.visitor.post("/simulator/text", data={"phone": PHONE, "body": "BALANCE"})
        assert "BALANCE" in first.texts(PHONE)
        assert first.end() == 0
        assert "Weighback has stopped." in first.said()
        assert "Traceback" not in first.said()
    return folder


def test_the_first_start_shows_where_to_go_and_who_may_come_in(lived_in: Path) -> None:
    with demo(lived_in) as again:
        said = again.said()
        for face in ("/simulator", "/route", "/hub", "/dashboard", "/docs"):
            assert f"http://127.0.0.1:{again.visitor.base_url.port}{face}" in said
        for rider in RIDERS:
            assert rider.pin in said
        listed = again.visitor.get("/api/v1/households", params={"limit": 200}, headers=again.office())
        assert len(listed.json()["items"]) == 200
        assert again.visitor.post("/route/sign-in", data={"phone": RIDERS[0].phone, "pin": RIDERS[0].pin})
        for clerk in CLERKS:
            assert clerk.pin in said
        at_the_hub = {"phone": CLERKS[0].phone, "pin": CLERKS[0].pin}
        desk = again.visitor.post("/route/sign-in", data=at_the_hub, follow_redirects=True)
        assert desk.url.path == "/hub"
        riders_there = {rider.name: rider.hub == CLERKS[0].hub for rider in RIDERS}
        assert {name: name in desk.text for name in riders_there} == riders_there


def test_what_was_done_is_still_there_at_the_second_start(lived_in: Path) -> None:
    with demo(lived_in) as again:
        assert "BALANCE" in again.texts(PHONE)


def test_todays_routes_are_ready_and_nothing_of_the_past_is_sent_now(lived_in: Path) -> None:
    engine = create_engine(f"sqlite:///{lived_in}/data/weighback.sqlite3")
    with engine.connect() as connection:
        count = connection.execute(
            text(
                # Of all days only the one of the seeding has both hubs at work.
                "SELECT MAX(routes) FROM (SELECT COUNT(DISTINCT r.id) AS routes FROM routes r"
                " JOIN route_stops s ON s.route_id = r.id GROUP BY r.date)"
            )
        ).scalar_one()
        waiting = connection.execute(
            text("SELECT COUNT(*) FROM outbox_messages WHERE status IN ('failed', 'unclear')")
        ).scalar_one()
    engine.dispose()
    assert count == len(RIDERS)
    assert waiting == 0


def test_every_text_of_the_lived_week_has_a_price_and_stays_within_its_budget(lived_in: Path) -> None:
    catalogue = Catalogue.load(TEXTS, load_settings(environment="test").languages)
    engine = create_engine(f"sqlite:///{lived_in}/data/weighback.sqlite3")
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT template, language, MAX(parts) AS parts, COUNT(*) AS texts, COUNT(price_micros) AS priced"
                " FROM outbox_messages WHERE sent_at IS NOT NULL GROUP BY template, language"
            )
        ).all()
    engine.dispose()
    assert sum(row.texts for row in rows) > 500
    assert sum(row.priced for row in rows) == sum(row.texts for row in rows)
    assert [row for row in rows if row.parts > (catalogue.budget(row.template, row.language) or 0)] == []


def test_a_text_goes_all_the_way_and_its_delivery_is_reported(lived_in: Path) -> None:
    with demo(lived_in) as running:
        new = "+2348000000577"
        for body in ("JOIN", "1", "Ada Obi", "YAB", "Blue gate behind Tejuosho Market"):
            running.visitor.post("/simulator/text", data={"phone": new, "body": body})
        assert "Your first pickup" in running.texts(new)
        running.visitor.post("/simulator/time", data={"phone": new, "to": "evening-before"})
        wait_until(lambda: "tomorrow" in running.texts(new), "the reminder reaches the phone")
        engine = create_engine(f"sqlite:///{lived_in}/data/weighback.sqlite3")
        delivered = text(
            "SELECT COUNT(*) FROM outbox_messages WHERE phone = :phone AND status = 'delivered'"
        ).bindparams(phone=new)

        def is_delivered() -> bool:
            with engine.connect() as connection:
                return bool(connection.execute(delivered).scalar_one() == 1)

        wait_until(is_delivered, "the signed delivery report is taken")
        engine.dispose()
        assert running.end() == 0


def test_by_africas_talking_a_text_is_answered_by_a_text_of_its_own(lived_in: Path) -> None:
    new = "+2348000000578"
    with demo(lived_in, sms_gateways="+234=africastalking|twilio,*=twilio") as running:
        running.visitor.post("/simulator/text", data={"phone": new, "body": "JOIN"})
        wait_until(lambda: "language" in running.texts(new), "the worker sends the reply")
        engine = create_engine(f"sqlite:///{lived_in}/data/weighback.sqlite3")
        arrived = text(
            "SELECT COUNT(*) FROM outbox_messages"
            " WHERE phone = :phone AND gateway = 'africastalking' AND status = 'delivered'"
        ).bindparams(phone=new)

        def is_delivered() -> bool:
            with engine.connect() as connection:
                return bool(connection.execute(arrived).scalar_one() == 1)

        wait_until(is_delivered, "the delivery report is taken")
        engine.dispose()
        log = (lived_in / "data" / "demo.log").read_text()
        secret = json.loads((lived_in / "data" / "demo.json").read_text())["payment_webhook_secret"]
        assert "webhooks/africastalking/{secret}/sms" in log
        assert secret not in log
        shown = running.visitor.get("/simulator/wire", params={"phone": new}).text
        assert "/webhooks/africastalking/•••/delivery" in shown
        assert secret not in shown
        assert running.end() == 0


def test_settings_that_are_given_stand(tmp_path: Path) -> None:
    with demo(
        tmp_path, "--data", "kept", twilio_auth_token="given", public_url="https://waste.example"
    ) as running:
        running.visitor.post("/simulator/text", data={"phone": PHONE, "body": "NEXT"})
        assert "NEXT" in running.texts(PHONE), "signed with the given token, for the given public address"
        assert running.end() == 0
    assert (tmp_path / "kept" / "weighback.sqlite3").exists()
    assert (tmp_path / "kept" / "demo.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("options", "given", "sentence"),
    [
        (["--reset"], {"database_url": "sqlite:///elsewhere.sqlite3"}, "empty that one yourself"),
        ([], {"environment": "production"}, "use `weighback serve`"),
        ([], {"timezone": "Lagos"}, "WEIGHBACK_TIMEZONE"),
        (["--data", "file"], {}, "choose another with --data"),
    ],
)
def test_what_stands_in_the_way_is_one_sentence(
    tmp_path: Path, options: list[str], given: dict[str, str], sentence: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    refused = _refused(tmp_path, ["--port", str(free_port()), *options], environment(**given))
    assert sentence in refused


def test_a_taken_port_is_named_before_anything_is_set_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is taken" in _refused(tmp_path, ["--port", str(port)], environment())
    assert list(tmp_path.iterdir()) == []


def _refused(folder: Path, options: list[str], variables: dict[str, str]) -> str:
    ran = subprocess.run(
        [*COMMAND, *options], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stderr
