"""What `weighback doctor` looks at."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app import migrate
from app.bootstrap import build
from app.container import Container
from app.errors import ConfigurationError
from app.jobs import WorkerHeartbeat
from app.messaging.prices import Prices
from app.payouts.floats.models import Level
from app.payouts.floats.watching import judge
from app.reconciliation.service import last_report
from app.settings import PREFIX, Environment, Settings, load_settings

REACH_TIMEOUT_SECONDS = 5
CLOCK_TOLERANCE_SECONDS = 60
WORKER_SILENT_SECONDS = 60
"""A living worker beats every five."""


@dataclass(frozen=True)
class Finding:
    what: str
    well: bool
    said: str


def examine() -> list[Finding]:
    """Every finding; later checks are left out where an earlier one makes them pointless."""
    try:
        settings = load_settings()
        container = build(settings)
    except ConfigurationError as error:
        return [Finding("settings", well=False, said=error.detail)]
    try:
        return [
            Finding("settings", well=True, said=f"complete for {settings.environment.value}"),
            *_database(container),
            *_public_url(settings),
            *_gateways(settings),
            _prices(settings),
            *_payments(settings),
        ]
    finally:
        container.close()


def _database(container: Container) -> Iterator[Finding]:
    database = container.database
    try:
        with database.engine.connect() as connection:
            theirs = connection.execute(text("SELECT CURRENT_TIMESTAMP")).scalar_one()
    except SQLAlchemyError:
        yield Finding("database", well=False, said="cannot be reached; check WEIGHBACK_DATABASE_URL")
        return
    yield Finding("database", well=True, said=f"{database.dialect} answers")
    if migrate.is_current(database):
        yield Finding("schema", well=True, said="is this version's")
    else:
        yield Finding("schema", well=False, said="is not this version's; run weighback migrate")
        return
    yield _worker(container)
    yield from _floats(container)
    yield from _reconciled(container)
    if isinstance(theirs, datetime):  # SQLite has no clock of its own
        yield _compared("database's clock", theirs, container.clock.now())


def _worker(container: Container) -> Finding:
    """Heartbeats are in real time, whatever the container's clock shows."""
    with container.database.unit_of_work() as session:
        beat_at = session.scalar(select(func.max(WorkerHeartbeat.beat_at)))
    silent_seconds = None if beat_at is None else (datetime.now(UTC) - beat_at).total_seconds()
    if silent_seconds is None or silent_seconds > WORKER_SILENT_SECONDS:
        said = "none is running, so nothing is sent, planned or paid; start weighback worker"
        return Finding("worker", well=False, said=said)
    return Finding("worker", well=True, said=f"gave a sign of life {max(0, silent_seconds):.0f} seconds ago")


def _floats(container: Container) -> Iterator[Finding]:
    """Our money with each provider: what is known of it, and how long it lasts."""
    with container.database.snapshot() as session:
        judged = judge(
            session, container.payment_providers, container.settings.float_warning_days, container.clock.now()
        )
    for one in judged:
        held, what = one.float, f"float with {one.float.provider}"
        days = "" if one.days_left is None else f", enough for {one.days_left} days"
        if one.level is Level.UNKNOWN:
            yield Finding(
                what, well=held.failure is None, said=f"is not known ({held.failure or 'nothing recorded'})"
            )
        elif one.level is Level.ENOUGH:
            yield Finding(what, well=True, said=f"{held.known_minor} minor units{days}")
        else:
            said = f"{held.known_minor} minor units{days}: top it up, then record it at /api/v1/floats"
            yield Finding(what, well=False, said=said)


def _reconciled(container: Container) -> Iterator[Finding]:
    """Whether the last day that was compared agreed, provider by provider."""
    with container.database.snapshot() as session:
        found = [(name, last_report(session, name)) for name in container.payment_providers]
    for name, last in found:
        if last is None:
            continue
        what, count = f"reconciliation with {name}", len(last.differences)
        said = f"{last.head.date}: {count or 'no'} difference{'' if count == 1 else 's'}"
        more = f"; see /api/v1/reconciliations/{last.head.id}" if count else ""
        yield Finding(what, well=not count, said=said + more)


def _public_url(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.public_url)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if settings.environment is Environment.PRODUCTION and (parts.scheme != "https" or local):
        yield Finding(
            "public address",
            well=False,
            said=f"{settings.public_url} is not one that gateways can call; set WEIGHBACK_PUBLIC_URL to https://…",
        )
    else:
        yield Finding("public address", well=True, said=settings.public_url)


def _gateways(settings: Settings) -> Iterator[Finding]:
    addresses = {"twilio": settings.twilio_api_url, "africastalking": settings.africastalking_address}
    for name in sorted(settings.sms_gateway_names):
        what = f"SMS gateway {name}"
        missing = settings.missing_for(name)
        if name not in addresses:
            yield Finding(what, well=True, said="is asked for; nothing to check from here")
        elif missing:
            yield Finding(what, well=False, said=f"set {', '.join(PREFIX + setting for setting in missing)}")
        else:
            yield from _reached(what, addresses[name])
    if "africastalking" in settings.sms_gateway_names and settings.africastalking_in_sandbox:
        yield Finding(
            "SMS gateway africastalking",
            well=settings.environment is not Environment.PRODUCTION,
            said="is the sandbox: texts reach its simulator and no phone",
        )


def _prices(settings: Settings) -> Finding:
    """Texts are sent without a price too; only the reports then cannot say what they cost."""
    prices = Prices.of(settings)
    unknown = sorted(
        f"{name}:{prefix}"
        for prefix, chain in settings.sms_gateways.items()
        for name in chain
        if prices.of_a_part(name, prefix) is None
    )
    said = f"not known for {', '.join(unknown)}; set WEIGHBACK_SMS_PRICES" if unknown else "known everywhere"
    return Finding("prices of texts", well=True, said=said)


def _payments(settings: Settings) -> Iterator[Finding]:
    if not settings.payment_providers:
        yield Finding("payments", well=False, said="nobody can be paid; set WEIGHBACK_PAYMENT_PROVIDERS")
        return
    yield Finding("payments", well=True, said=f"through {', '.join(settings.payment_providers)}")


def _reached(what: str, url: str) -> Iterator[Finding]:
    """One HEAD without credentials: nothing is sent, and the answer's Date checks our clock."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=REACH_TIMEOUT_SECONDS)
    try:
        connection.request("HEAD", parts.path or "/")
        answered_at = connection.getresponse().getheader("Date")
    except (OSError, http.client.HTTPException) as error:
        yield Finding(what, well=False, said=f"{parts.netloc} cannot be reached ({type(error).__name__})")
        return
    finally:
        connection.close()
    yield Finding(what, well=True, said=f"{parts.netloc} answers")
    if answered_at:
        yield _compared("our clock", parsedate_to_datetime(answered_at), datetime.now(UTC))


def _compared(what: str, theirs: datetime, ours: datetime) -> Finding:
    off = abs((ours - theirs).total_seconds())
    if off > CLOCK_TOLERANCE_SECONDS:
        return Finding(
            what, well=False, said=f"is {off:.0f} seconds off; signatures and reminders need it right"
        )
    return Finding(what, well=True, said=f"agrees within {CLOCK_TOLERANCE_SECONDS} seconds")
