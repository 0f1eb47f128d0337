"""Reminders: once each, in time or not at all, however often the worker runs or crashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.db import Database
from app.households import service as households
from app.households.models import HouseholdPhone
from app.messaging.models import Contact, OutboxMessage
from app.pickups import service as pickups
from app.pickups.statuses import PickupStatus
from app.places import editing
from app.places.models import ExceptionKind
from app.reminders import service as reminders
from app.reminders.models import DropReason, Reminder, ReminderKind, ReminderStatus
from app.settings import Settings, load_settings
from tests.factories import neighbourhood
from tests.factories.letterbox import Letterbox, bodies

POST = Letterbox()
SETTINGS: Settings = load_settings(environment="test", secret_key="s" * 32)
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)
"""18:05 in Lagos, the day before the first collection."""
MORNING = datetime(2026, 3, 3, 5, 31, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)


@dataclass
class Street:
    zone_id: UUID
    homes: list[UUID]


@pytest.fixture
def street(database: Database) -> Street:
    """Three households, down for Tuesday."""
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON)
        homes = [neighbourhood.household(session, MONDAY_NOON, zone.id).id for _ in range(3)]
        pickups.extend(session, MONDAY_NOON, POST)
        return Street(zone.id, homes)


def write(database: Database, now: datetime, limit: int = 200) -> int:
    with database.unit_of_work() as session:
        return reminders.write_due(session, now, POST, SETTINGS, limit=limit)


def written(database: Database) -> list[str]:
    with database.unit_of_work() as session:
        return bodies(session)


def rows(session: Session) -> list[tuple[ReminderKind, ReminderStatus, DropReason | None]]:
    return [
        (row.kind, row.status, row.reason) for row in session.scalars(select(Reminder).order_by(Reminder.id))
    ]


def test_each_household_is_reminded_once_in_the_evening_and_once_in_the_morning(
    database: Database, street: Street
) -> None:
    for minutes in range(20):
        write(database, EVENING + timedelta(minutes=minutes))
    assert written(database) == ["reminder.evening 2026-03-03"] * 3
    for _ in range(20):
        write(database, MORNING)
    assert Counter(written(database)) == {"reminder.evening 2026-03-03": 3, "reminder.morning 2026-03-03": 3}


def test_a_long_street_is_reminded_batch_by_batch(database: Database, street: Street) -> None:
    assert [write(database, EVENING, limit=2) for _ in range(3)] == [2, 1, 0]
    assert written(database) == ["reminder.evening 2026-03-03"] * 3


def test_nothing_is_written_before_its_moment(database: Database, street: Street) -> None:
    assert write(database, datetime(2026, 3, 2, 16, 59, tzinfo=UTC)) == 0


def test_a_reminder_whose_moment_has_passed_is_dropped_and_recorded(
    database: Database, street: Street
) -> None:
    at_half_past_seven = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    assert write(database, at_half_past_seven) == 3
    assert write(database, at_half_past_seven) == 0
    assert written(database) == []
    with database.unit_of_work() as session:
        assert set(rows(session)) == {(ReminderKind.EVENING_BEFORE, ReminderStatus.DROPPED, DropReason.LATE)}


def test_a_text_expires_with_its_reminder(database: Database, street: Street) -> None:
    write(database, EVENING)
    with database.unit_of_work() as session:
        assert set(session.scalars(select(OutboxMessage.expires_at))) == {
            datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
        }


def test_who_declined_left_paused_gave_or_opted_out_is_not_reminded(database: Database) -> None:
    def declined(session: Session, home: UUID) -> None:
        pickups.decline(session, home, MONDAY_NOON)

    def left(session: Session, home: UUID) -> None:
        households.leave(session, home, MONDAY_NOON)  # and the pickup, by some accident, stays

    def paused(session: Session, home: UUID) -> None:
        households.pause(session, home, until=None, now=MONDAY_NOON)

    def gave(session: Session, home: UUID) -> None:
        pickup = pickups.upcoming(session, home, TUESDAY)
        assert pickup is not None
        pickups.move_to(session, pickup, PickupStatus.COLLECTED, MONDAY_NOON)

    def cancelled(session: Session, home: UUID) -> None:
        pickup = pickups.upcoming(session, home, TUESDAY)
        assert pickup is not None
        pickups.cancel(session, pickup.id, MONDAY_NOON)

    def opted_out(session: Session, home: UUID) -> None:
        phone = households.primary_phone(session, home)
        session.add(
            Contact(phone=phone, opted_out_at=MONDAY_NOON, created_at=MONDAY_NOON, updated_at=MONDAY_NOON)
        )

    def wants_none(session: Session, home: UUID) -> None:
        session.execute(
            update(HouseholdPhone).where(HouseholdPhone.household_id == home).values(gets_reminders=False)
        )

    ways: list[Callable[[Session, UUID], None]] = [
        declined,
        left,
        paused,
        gave,
        cancelled,
        opted_out,
        wants_none,
    ]
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON)
        homes = [neighbourhood.household(session, MONDAY_NOON, zone.id).id for _ in ways]
        pickups.extend(session, MONDAY_NOON, POST)
        for home, way in zip(homes, ways, strict=True):
            way(session, home)
    write(database, EVENING)
    write(database, MORNING)
    assert written(database) == []
    with database.unit_of_work() as session:
        assert rows(session) == [
            (kind, ReminderStatus.DROPPED, DropReason.NOBODY_TO_TELL)
            for kind in ReminderKind
            for _ in range(2)
        ]


def test_who_was_given_the_day_after_the_evening_moment_is_reminded_in_the_morning_only(
    database: Database, street: Street
) -> None:
    with database.unit_of_work() as session:
        for home in street.homes:
            pickups.leave(session, home, MONDAY_NOON)
        just_before = datetime(2026, 3, 2, 16, 50, tzinfo=UTC)
        late = neighbourhood.household(session, just_before, street.zone_id)
        assert pickups.request(session, late.id, just_before).pickup.date == TUESDAY
    write(database, EVENING)
    assert written(database) == []
    write(database, MORNING)
    assert written(database) == ["reminder.morning 2026-03-03"]


def test_a_moved_pickup_is_reminded_of_on_its_new_day(database: Database, street: Street) -> None:
    write(database, EVENING)
    with database.unit_of_work() as session:
        flood = editing.add_exception(
            session,
            day=TUESDAY,
            kind=ExceptionKind.CLOSED,
            reason="Flood",
            moved_to=date(2026, 3, 5),
            now=EVENING,
        )
        pickups.apply_exception(session, flood.id, EVENING, POST)
    write(database, MORNING)
    write(database, EVENING + timedelta(days=2))
    write(database, MORNING + timedelta(days=2))
    assert Counter(written(database)) == {
        "reminder.evening 2026-03-03": 3,
        "pickup.moved 2026-03-05 2026-03-03": 3,
        "reminder.evening 2026-03-05": 3,
        "reminder.morning 2026-03-05": 3,
    }


def test_every_phone_is_reminded_in_its_language_and_a_shared_phone_once(
    database: Database, street: Street
) -> None:
    first, second, third = street.homes
    with database.unit_of_work() as session:
        pickups.leave(session, third, MONDAY_NOON)
        shared = households.primary_phone(session, first)
        households.add_phone(session, second, phone=shared, language="en", now=MONDAY_NOON)
        households.add_phone(session, first, phone="+2348000009999", language="pcm", now=MONDAY_NOON)
        own = households.primary_phone(session, second)
    write(database, EVENING)
    with database.unit_of_work() as session:
        sent = session.execute(select(OutboxMessage.phone, OutboxMessage.language)).all()
        assert sorted(map(tuple, sent)) == sorted([(shared, "en"), (own, "en"), ("+2348000009999", "pcm")])


@pytest.mark.parametrize(
    ("timezone", "day"),
    [
        ("Europe/London", date(2026, 3, 31)),
        ("Pacific/Kiritimati", date(2026, 3, 10)),
    ],
)
def test_reminders_keep_to_the_zones_own_clock(database: Database, timezone: str, day: date) -> None:
    asked = datetime(2026, 3, 1, tzinfo=UTC)
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, asked, timezone=timezone)
        neighbourhood.household(session, asked, zone.id)
        pickups.extend(session, asked, POST, pickups.Timetable(horizon_days=40))
    seen: dict[str, datetime] = {}
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=36)
    for _ in range(60 * 2):
        with database.unit_of_work() as session:
            if reminders.write_due(session, moment, POST, SETTINGS):
                for body in bodies(session):
                    seen.setdefault(body, moment.astimezone(ZoneInfo(timezone)))
        moment += timedelta(minutes=30)
    evening, morning = seen[f"reminder.evening {day}"], seen[f"reminder.morning {day}"]
    assert (evening.date(), evening.hour, evening.minute) == (day - timedelta(days=1), 18, 0)
    assert (morning.date(), morning.hour, morning.minute) == (day, 6, 30)


class Crashed(Exception):
    pass


def test_a_crash_between_any_two_steps_loses_nothing_and_repeats_nothing(
    database: Database, street: Street
) -> None:
    """The worker dies before its 1st, 2nd, … statement, commit included, until it gets through."""
    deaths = 0
    while True:
        steps_left = [deaths]

        def step(*_args: object, left: list[int] = steps_left) -> None:
            if left[0] == 0:
                raise Crashed
            left[0] -= 1

        event.listen(database.engine, "before_cursor_execute", step)
        event.listen(database.engine, "commit", step)
        try:
            write(database, EVENING)
        except Crashed:
            deaths += 1
        else:
            break
        finally:
            event.remove(database.engine, "before_cursor_execute", step)
            event.remove(database.engine, "commit", step)
        with database.unit_of_work() as session:
            assert (rows(session), bodies(session)) == ([], []), f"half done after step {deaths}"
    assert deaths > 5
    assert write(database, EVENING) == 0
    assert written(database) == ["reminder.evening 2026-03-03"] * 3


def test_workers_that_run_at_once_share_the_work(database: Database, street: Street) -> None:
    together = Barrier(3)

    def work(_: int) -> int:
        together.wait()
        with database.unit_of_work() as session:
            return reminders.write_due(session, EVENING, POST, SETTINGS, limit=2)

    with ThreadPoolExecutor(3) as threads:
        done = sum(threads.map(work, range(3)))
    while more := write(database, EVENING):
        done += more
    assert done == 3
    assert written(database) == ["reminder.evening 2026-03-03"] * 3
