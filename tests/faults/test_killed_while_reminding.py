"""The worker is killed between every two steps of writing reminders; each household gets its text once.

From there to the phone, see `test_killed_while_texting`.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bootstrap import build
from app.kernel.clock import local_date
from app.pickups.models import Pickup, PickupKind
from app.reminders.models import Reminder, ReminderStatus
from app.settings import load_settings
from tests.factories import neighbourhood
from tests.faults.killing import doomed_workers
from tests.standins import twilio
from tests.standins.twilio import TwilioStandin
from workers.deliver import deliver_texts
from workers.reminders import write_reminders

STEPS_AT_LEAST = 6


def somewhere_at_noon(now: datetime) -> str:
    """A time zone in which it is between 12:00 and 13:00, whenever this test runs."""
    ahead = (12 - now.hour + 12) % 24 - 12
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"  # the sign of these names is reversed


def due_now(session: Session, zone_id: UUID, timezone: str, phone: str) -> UUID:
    """A household with a pickup tomorrow, long since arranged."""
    long_ago = datetime.now(UTC) - timedelta(days=2)
    home = neighbourhood.household(session, long_ago, zone_id, phone=phone)
    pickup = Pickup(
        household_id=home.id,
        zone_id=zone_id,
        date=local_date(datetime.now(UTC), timezone) + timedelta(days=1),
        window_start=time(8),
        window_end=time(12),
        kind=PickupKind.RECURRING,
        created_at=long_ago,
        updated_at=long_ago,
    )
    session.add(pickup)
    session.flush()
    return pickup.id


def test_a_worker_killed_between_any_two_steps_reminds_each_household_once(database_url: str) -> None:
    with TwilioStandin() as standin:
        given = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "SMS_GATEWAYS": "*=twilio",
            "SMS_PER_SENDER_PER_SECOND": "1000",
            "REMINDER_EVENING_AT": "07:00",  # due since then where it is noon now, and until 20:20
            "REMINDER_GRACE_MINUTES": "800",
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
            "TWILIO_FROM": twilio.SENDER,
            "TWILIO_API_URL": standin.url,
        }
        container = build(load_settings(**{name.lower(): value for name, value in given.items()}))
        timezone = somewhere_at_noon(datetime.now(UTC))
        with container.database.unit_of_work() as session:
            zone = neighbourhood.zone(session, datetime.now(UTC), timezone=timezone)
        killed_at = 0
        with doomed_workers(["write_reminders"], given) as workers:
            while True:
                phones = [f"+23480000{killed_at:04d}{number}" for number in range(2)]
                with container.database.unit_of_work() as session:
                    due = [due_now(session, zone.id, timezone, phone) for phone in phones]
                killed = workers.work_until_step(killed_at + 1)
                while write_reminders(container) + deliver_texts(container):
                    pass
                assert [len(standin.to(phone)) for phone in phones] == [1, 1], f"killed at {killed_at + 1}"
                with container.database.unit_of_work() as session:
                    rows = session.scalars(select(Reminder.status).where(Reminder.pickup_id.in_(due)))
                    assert list(rows) == [ReminderStatus.WRITTEN] * 2
                if not killed:
                    break
                killed_at += 1
        container.close()
        assert killed_at >= STEPS_AT_LEAST, "the steps were not found"
