"""`weighback worker` as operators run it: a process of its own, beside one that serves the same database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from app.bootstrap import build
from app.container import Container
from app.jobs import WorkerHeartbeat
from app.settings import load_settings
from tests.standins import twilio
from tests.standins.twilio import TwilioStandin
from tests.waiting import PATIENCE_SECONDS, wait_until

PHONES = [f"+23480000030{number:02d}" for number in range(20)]


@contextmanager
def worker_process(settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "worker"],
        env=os.environ | {f"WEIGHBACK_{name}": value for name, value in settings.items()},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def heartbeats(container: Container) -> int:
    with container.database.unit_of_work() as session:
        return session.scalars(select(func.count()).select_from(WorkerHeartbeat)).one()


def test_a_worker_beside_a_serving_process_sends_promptly_is_quiet_and_stops_when_told(
    database_url: str,
) -> None:
    with TwilioStandin() as standin:
        settings = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "SMS_GATEWAYS": "*=twilio",
            "SMS_PER_SENDER_PER_SECOND": "200",
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
            "TWILIO_FROM": twilio.SENDER,
            "TWILIO_API_URL": standin.url,
        }
        container = build(load_settings(**{name.lower(): value for name, value in settings.items()}))
        with worker_process(settings) as worker:
            wait_until(lambda: heartbeats(container) or worker.poll() is not None, "the worker starts")
            for phone in PHONES:
                with container.database.unit_of_work() as session:
                    container.post.text(
                        session,
                        phone=phone,
                        language="en",
                        key="next.none",
                        values={},
                        now=container.clock.now(),
                    )
            wait_until(lambda: len(standin.taken) == len(PHONES), "all texts are sent")
            worker.send_signal(signal.SIGTERM)
            said, complained = worker.communicate(timeout=PATIENCE_SECONDS)
        assert sorted(text.phone for text in standin.taken) == PHONES
        assert worker.returncode == 0, complained
        assert said == ""
        lines = complained.splitlines()
        assert any("worker_started" in line for line in lines)
        assert any("worker_stopped" in line for line in lines)
        assert [
            line for line in lines if "dbos" in line.lower() or "error" in line or "warning" in line
        ] == []
        assert heartbeats(container) == 0
        container.close()
