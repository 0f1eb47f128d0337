"""The schedule: pickups made ahead, asked for, declined, and carried along with the calendar."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import IllegalTransition, Refused
from app.households import service as households
from app.kernel.place import Location
from app.messaging.models import OutboxMessage
from app.pickups import service as pickups
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import MissedReason, PickupStatus
from app.places import editing
from app.places.models import ExceptionKind
from tests.factories import neighbourhood
from tests.factories.letterbox import Letterbox, bodies

POST = Letterbox()
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
TUESDAY, FRIDAY = date(2026, 3, 3), date(2026, 3, 6)
NEXT_TUESDAY = date(2026, 3, 10)


@pytest.fixture
def session_home(database: Database) -> tuple[UUID, UUID]:
    """A zone and a household in it, with its pickups made."""
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON)
        home = neighbourhood.household(session, MONDAY_NOON, zone.id)
        pickups.extend(session, MONDAY_NOON, POST)
        return zone.id, home.id


def days_of(session: Session, household_id: UUID) -> dict[date, PickupStatus]:
    found = session.scalars(select(Pickup).where(Pickup.household_id == household_id).order_by(Pickup.date))
    return {pickup.date: pickup.status for pickup in found}


def test_pickups_are_made_ahead_once_for_active_households_only(database: Database) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON)
        active, paused, left = (neighbourhood.household(session, MONDAY_NOON, zone.id) for _ in range(3))
        pickups.pause(session, paused.id, until=None, now=MONDAY_NOON)
        pickups.leave(session, left.id, MONDAY_NOON)
        assert pickups.extend(session, MONDAY_NOON, POST) == 8
    with database.unit_of_work() as session:
        assert pickups.extend(session, MONDAY_NOON, POST) == 0
        assert list(days_of(session, active.id))[:3] == [TUESDAY, FRIDAY, NEXT_TUESDAY]
        assert not days_of(session, paused.id)
        assert not days_of(session, left.id)


def test_making_pickups_takes_as_many_queries_for_a_hundred_households_as_for_one(database: Database) -> None:
    def statements(households_more: int, now: datetime) -> int:
        with database.unit_of_work() as session:
            for _ in range(households_more):
                neighbourhood.household(session, now, zone_id)
        seen: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        with database.unit_of_work() as session:
            assert pickups.extend(session, now, POST) >= households_more
        return len(seen)

    with database.unit_of_work() as session:
        zone_id = neighbourhood.zone(session, MONDAY_NOON).id
    assert statements(100, MONDAY_NOON) <= statements(1, MONDAY_NOON + timedelta(days=60))


def test_a_household_is_not_put_down_for_a_day_that_is_past_its_cutoff(database: Database) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NIGHT)
        home = neighbourhood.household(session, MONDAY_NIGHT, zone.id)
        pickups.extend(session, MONDAY_NIGHT, POST, household_id=home.id)
        first = pickups.upcoming(session, home.id, TUESDAY)
        assert first is not None
        assert first.date == FRIDAY


def test_two_requests_on_one_day_make_one_pickup(database: Database) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON)
        home = neighbourhood.household(session, MONDAY_NOON, zone.id)
    together = Barrier(4)

    def ask(_: int) -> pickups.PickupRequested:
        together.wait()
        with database.unit_of_work() as session:
            return pickups.request(session, home.id, MONDAY_NOON)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
    assert len({answer.pickup.id for answer in answers}) == 1
    assert sum(answer.created for answer in answers) == 1
    with database.unit_of_work() as session:
        assert days_of(session, home.id) == {TUESDAY: PickupStatus.SCHEDULED}


def test_a_request_after_the_cutoff_is_for_the_day_after(database: Database) -> None:
    with database.unit_of_work() as session:
        home = neighbourhood.household(session, MONDAY_NOON, neighbourhood.zone(session, MONDAY_NOON).id)
        assert pickups.request(session, home.id, MONDAY_NIGHT).pickup.date == FRIDAY


def test_a_request_takes_back_a_no_and_ends_a_pause_but_not_a_farewell(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    _, home_id = session_home
    with database.unit_of_work() as session:
        pickups.decline(session, home_id, MONDAY_NOON)
        again = pickups.request(session, home_id, MONDAY_NOON)
        assert (again.pickup.status, again.created) == (PickupStatus.CONFIRMED, False)
        pickups.pause(session, home_id, until=None, now=MONDAY_NOON)
        assert set(days_of(session, home_id).values()) == {PickupStatus.CANCELLED}
        assert pickups.request(session, home_id, MONDAY_NOON).pickup.date == TUESDAY
        pickups.extend(session, MONDAY_NOON, POST)
        assert set(days_of(session, home_id).values()) == {PickupStatus.SCHEDULED}
        pickups.leave(session, home_id, MONDAY_NOON)
        pickups.extend(session, MONDAY_NOON, POST)
        assert set(days_of(session, home_id).values()) == {PickupStatus.CANCELLED}
        with pytest.raises(Refused):
            pickups.request(session, home_id, MONDAY_NOON)


def test_not_today_said_twice_skips_one_day_and_ready_takes_it_back(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    _, home_id = session_home
    with database.unit_of_work() as session:
        for _ in range(2):
            declined = pickups.decline(session, home_id, MONDAY_NOON)
            assert declined is not None
            assert declined.date == TUESDAY
        following = pickups.upcoming(session, home_id, TUESDAY)
        assert following is not None
        assert following.date == FRIDAY
        confirmed = pickups.confirm(session, home_id, MONDAY_NOON)
        assert confirmed is not None
        assert (confirmed.date, confirmed.status) == (TUESDAY, PickupStatus.CONFIRMED)


def test_an_answer_in_the_evening_is_about_tomorrow_not_about_the_day_that_is_over(
    database: Database,
) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON, weekdays=(1, 2))
        home = neighbourhood.household(session, MONDAY_NOON, zone.id)
        pickups.extend(session, MONDAY_NOON, POST)
        on_tuesday_evening = datetime(2026, 3, 3, 17, 10, tzinfo=UTC)
        declined = pickups.decline(session, home.id, on_tuesday_evening)
        assert declined is not None
        assert declined.date == date(2026, 3, 4)
        late_in_the_window = datetime(2026, 3, 3, 10, 50, tzinfo=UTC)
        confirmed = pickups.confirm(session, home.id, late_in_the_window)
        assert confirmed is not None
        assert confirmed.date == TUESDAY


def test_what_was_collected_stays_collected(database: Database, session_home: tuple[UUID, UUID]) -> None:
    _, home_id = session_home
    with database.unit_of_work() as session:
        pickup = pickups.upcoming(session, home_id, TUESDAY)
        assert pickup is not None
        pickups.move_to(session, pickup, PickupStatus.MISSED, MONDAY_NOON, MissedReason.NOBODY_HOME)
        pickups.move_to(session, pickup, PickupStatus.COLLECTED, MONDAY_NOON)
        assert pickup.missed_reason is None
        with pytest.raises(IllegalTransition):
            pickups.move_to(session, pickup, PickupStatus.DECLINED, MONDAY_NOON)


def close(
    session: Session,
    day: date,
    *,
    zone_id: UUID | None = None,
    moved_to: date | None = None,
    settled: bool = True,
) -> UUID:
    made = editing.add_exception(
        session,
        day=day,
        kind=ExceptionKind.CLOSED,
        reason="Holiday",
        zone_id=zone_id,
        moved_to=moved_to,
        now=MONDAY_NOON,
    )
    if settled:
        pickups.apply_exception(session, made.id, MONDAY_NOON, POST)
    return made.id


def test_a_holiday_moves_the_pickup_to_its_stated_day_and_tells_the_household_once(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    zone_id, home_id = session_home
    wednesday = date(2026, 3, 4)
    with database.unit_of_work() as session:
        pickups.confirm(session, home_id, MONDAY_NOON)
        exception_id = close(session, TUESDAY, moved_to=wednesday)
        pickups.apply_exception(session, exception_id, MONDAY_NOON, POST)
        pickups.extend(session, MONDAY_NOON, POST)
    with database.unit_of_work() as session:
        moved = pickups.upcoming(session, home_id, TUESDAY)
        assert moved is not None
        assert (moved.date, moved.moved_from, moved.confirmed) == (wednesday, TUESDAY, False)
        assert bodies(session) == ["pickup.moved 2026-03-04 2026-03-03"]
        editing.remove_exception(session, exception_id)
        for _ in range(2):
            pickups.settle(session, MONDAY_NOON, POST, zone_id=zone_id)
            pickups.extend(session, MONDAY_NOON, POST)
        assert list(days_of(session, home_id))[:2] == [TUESDAY, FRIDAY]
        assert bodies(session)[1:] == ["pickup.returned 2026-03-03 2026-03-04"]


def test_a_day_that_is_off_joins_the_next_one_and_comes_back_when_it_is_not(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    zone_id, home_id = session_home
    with database.unit_of_work() as session:
        exception_id = close(session, TUESDAY, zone_id=zone_id)
        assert bodies(session) == ["pickup.moved 2026-03-06 2026-03-03"]
        status = days_of(session, home_id)
        assert (status[TUESDAY], status[FRIDAY]) == (PickupStatus.CANCELLED, PickupStatus.SCHEDULED)
        pickups.extend(session, MONDAY_NOON, POST)
        assert days_of(session, home_id) == status
        editing.remove_exception(session, exception_id)
        pickups.settle(session, MONDAY_NOON, POST)
        assert days_of(session, home_id)[TUESDAY] is PickupStatus.SCHEDULED
        assert bodies(session)[1:] == ["pickup.back 2026-03-03"]


def test_a_pickup_asked_for_moves_to_the_next_day_when_its_own_is_off(database: Database) -> None:
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON)
        home = neighbourhood.household(session, MONDAY_NOON, zone.id)
        asked = pickups.request(session, home.id, MONDAY_NOON).pickup
        assert asked.kind is PickupKind.ON_DEMAND
        close(session, TUESDAY)
        assert days_of(session, home.id) == {FRIDAY: PickupStatus.SCHEDULED}
        assert asked.moved_from == TUESDAY


def test_nobody_comes_on_a_declined_day_because_another_was_moved_onto_it(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    _, home_id = session_home
    with database.unit_of_work() as session:
        pickups.decline(session, home_id, MONDAY_NOON, on=FRIDAY)
        close(session, TUESDAY, moved_to=FRIDAY)
        assert days_of(session, home_id)[FRIDAY] is PickupStatus.DECLINED
        assert bodies(session) == ["pickup.off 2026-03-03"]


def test_a_day_moves_onto_another_that_is_moved_away_at_the_same_time(database: Database) -> None:
    wednesday, thursday = date(2026, 3, 4), date(2026, 3, 5)
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, MONDAY_NOON, weekdays=(1, 2))
        neighbourhood.household(session, MONDAY_NOON, zone.id)
        pickups.extend(session, MONDAY_NOON, POST)
        first = close(session, wednesday, zone_id=zone.id, moved_to=FRIDAY)
        for now_tuesday, now_wednesday in ((FRIDAY, thursday), (thursday, FRIDAY)):
            editing.remove_exception(session, first)
            first = close(session, wednesday, zone_id=zone.id, moved_to=now_wednesday, settled=False)
            second = close(session, TUESDAY, zone_id=zone.id, moved_to=now_tuesday, settled=False)
            pickups.settle(session, MONDAY_NOON, POST)
            standing = {
                pickup.date: pickup.moved_from
                for pickup in session.scalars(select(Pickup).where(Pickup.date < NEXT_TUESDAY))
            }
            assert standing == {now_tuesday: TUESDAY, now_wednesday: wednesday}
            editing.remove_exception(session, second)


def test_a_household_that_moves_house_takes_its_pickups_along(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    _, home_id = session_home
    with database.unit_of_work() as session:
        fridays = neighbourhood.zone(session, MONDAY_NOON, code="SUR", weekdays=(4,))
        households.change_place(
            session,
            home_id,
            zone_id=fridays.id,
            landmark="Green gate",
            location=Location(6.5, 3.35),
            now=MONDAY_NOON,
        )
        pickups.extend(session, MONDAY_NOON, POST)
        standing = {
            pickup.date: pickup.zone_id
            for pickup in session.scalars(
                select(Pickup).where(Pickup.status == PickupStatus.SCHEDULED).order_by(Pickup.date)
            )
        }
        assert list(standing)[:2] == [FRIDAY, date(2026, 3, 13)]
        assert set(standing.values()) == {fridays.id}


def test_what_nobody_came_to_is_missed_at_the_end_of_the_day_and_the_household_is_told(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    _, home_id = session_home
    afternoon, evening = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (15, 19))
    with database.unit_of_work() as session:
        assert pickups.close_days(session, afternoon, POST) == 0
        assert pickups.close_days(session, evening, POST) == 1
        assert pickups.close_days(session, evening, POST) == 0
        assert days_of(session, home_id)[TUESDAY] is PickupStatus.MISSED
        assert bodies(session) == ["pickup.unvisited 2026-03-03 2026-03-06"]


def test_a_text_about_the_schedule_waits_for_the_morning(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    with database.unit_of_work() as session:
        two_at_night = datetime(2026, 3, 4, 1, tzinfo=UTC)
        assert pickups.close_days(session, two_at_night, POST) == 1
        assert session.scalars(select(OutboxMessage.not_before)).one() == datetime(2026, 3, 4, 5, tzinfo=UTC)


def test_who_comes_back_within_half_a_year_gets_the_old_household_back(
    database: Database, session_home: tuple[UUID, UUID]
) -> None:
    zone_id, home_id = session_home
    with database.unit_of_work() as session:
        phone = households.primary_phone(session, home_id)
        pickups.leave(session, home_id, MONDAY_NOON)
        assert households.for_phone(session, phone) == []
        soon, late = MONDAY_NOON + timedelta(days=30), MONDAY_NOON + timedelta(days=230)
        assert neighbourhood.household(session, soon, zone_id, phone=phone).id == home_id
        pickups.leave(session, home_id, soon)
        assert neighbourhood.household(session, late, zone_id, phone=phone).id != home_id
        assert session.scalar(select(func.count()).select_from(Pickup)) == 8
