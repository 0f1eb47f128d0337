"""What both sides of a benchmark stand on: the same settings, and a fresh database with some households."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path

from sqlalchemy import URL

from app import migrate
from app.db import Database
from app.households.service import enrol
from app.places.editing import add_service_day, create_hub, create_zone
from tests import postgres

PUBLIC_URL = "https://sms.example.org"
TOKEN = "made-up-token-for-the-benchmark"
USSD_SECRET = "made-up-secret-in-the-address-of-webhooks"
USSD_PATH = f"/webhooks/africastalking/{USSD_SECRET}/ussd"
PHONES = [f"+23480000{number:05d}" for number in range(4000)]
"""Enough that no phone texts like a machine."""


def environment(database_url: str) -> dict[str, str]:
    """The settings of a server under measurement."""
    return {
        "WEIGHBACK_ENVIRONMENT": "production",
        "WEIGHBACK_DATABASE_URL": database_url,
        "WEIGHBACK_PUBLIC_URL": PUBLIC_URL,
        "WEIGHBACK_SECRET_KEY": "made-up-secret-for-the-benchmark-only",
        "WEIGHBACK_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
        "WEIGHBACK_TWILIO_AUTH_TOKEN": TOKEN,
        "WEIGHBACK_TWILIO_FROM": "+2348000009999",
        "WEIGHBACK_SMS_GATEWAYS": "*=twilio|africastalking",
        "WEIGHBACK_AFRICASTALKING_USERNAME": "benchmark",
        "WEIGHBACK_AFRICASTALKING_FROM": "WEIGHBACK",
        "WEIGHBACK_AFRICASTALKING_API_KEY": "made-up-key",
        "WEIGHBACK_AFRICASTALKING_WEBHOOK_SECRET": USSD_SECRET,
        **{f"WEIGHBACK_INBOUND_TEXTS_PER_PHONE_PER_{span}": "1000000" for span in ("MINUTE", "HOUR", "DAY")},
    }


@contextmanager
def fresh_database(dialect: str, server: URL | None) -> Iterator[str]:
    """Address of a migrated database of `dialect` with a zone and a household for each of `PHONES`."""
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="weighback-benchmark-") as folder:
            url = f"sqlite:///{Path(folder) / 'benchmark.sqlite3'}"
            _fill(url)
            yield url
        return
    if server is None:
        raise ValueError("PostgreSQL needs a server")
    with postgres.new_database(server) as url:
        _fill(url)
        yield url


def _fill(url: str) -> None:
    database = Database(url)
    migrate.upgrade(database)
    now = datetime.now(UTC)
    with database.unit_of_work() as session:
        hub = create_hub(session, code="HUB", name="Hub", latitude=6.45, longitude=3.33, now=now)
        zone = create_zone(
            session,
            code="ZON",
            name="Zone",
            hub_id=hub.id,
            timezone="Africa/Lagos",
            latitude=6.45,
            longitude=3.33,
            now=now,
        )
        add_service_day(
            session,
            zone_id=zone.id,
            weekday=(now.weekday() + 2) % 7,
            window_start=time(8),
            window_end=time(12),
            starts_on=now.date(),
            now=now,
        )
        for phone in PHONES:
            enrol(
                session,
                phone=phone,
                name="Household",
                language="en",
                zone_id=zone.id,
                landmark="by the market",
                location=None,
                now=now,
            )
    database.close()
