"""Fills an empty database with the demo's neighbourhood and a week of its life, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.container import Container
from app.demo import founding
from app.demo.founding import Office
from app.demo.history import EVENING, PLANNED_AT, Past
from app.demo.holidays import holidays as holidays_between
from app.demo.people import neighbours
from app.flows.talk import Talk
from app.households import service as households
from app.households.models import Household
from app.kernel.clock import at_local, local_date
from app.pickups import service as pickups
from app.places import service as places
from app.places.models import Hub, Zone

SEED: Final = 20_261_123
HISTORY_DAYS: Final = 7
LEAD_DAYS: Final = 3
"""The office opened, and people joined, so many days before the first collection."""
ROADWORKS_FROM_DAYS: Final = 6
ROADWORKS_IN: Final = "MAK"
A_MINUTE: Final = timedelta(minutes=1)

Tell = Callable[[str], None]


def is_empty(session: Session) -> bool:
    """Whether nobody has set anything up here yet: the demo never adds to somebody's data."""
    return not any(session.scalar(select(table.id).limit(1)) for table in (Hub, Zone, Household))


def seed(container: Container, now: datetime, tell: Tell) -> None:
    """A week that ended just now: people joined, were reminded, visited, paid, and some of them spent it.

    Today's routes are planned and nobody has been visited yet. `tell` is given a sentence before each step.
    """
    with container.database.unit_of_work() as session:
        _Seeding(container, session, now, tell).run()


class _Seeding:
    def __init__(self, container: Container, session: Session, now: datetime, tell: Tell) -> None:
        jobs = _NoNudges()
        post = replace(container.post, jobs=jobs)
        talk = Talk(container.settings, container.catalogue, post, jobs)
        self.container = replace(container, jobs=jobs, post=post, talk=talk)
        self.session = session
        self.now = now
        self.tell = tell
        self.settings = container.settings
        self.today = local_date(now, self.settings.timezone)
        self.first_day = self.today - timedelta(days=HISTORY_DAYS)
        self.random = Random(SEED)  # noqa: S311 - the same people each time, no secret

    def run(self) -> None:
        self.tell("Opening the office")
        opened = self._at(self.first_day - timedelta(days=LEAD_DAYS), time(9))
        office = founding.found(self.session, self.settings, self.first_day, self.today, opened)
        self._enrol(office, opened)
        self._calendar(office, opened)
        past = Past.of(self.container, self.random, office.collectors)
        for day in (self.first_day + timedelta(days=n) for n in range(HISTORY_DAYS)):
            self.tell(f"Living through {day:%A %-d %B}")
            past.live(self.session, day)
        self.tell("Planning today's routes")
        self._today(past)
        past.settle_texts(self.session, self.now)

    def _enrol(self, office: Office, opened: datetime) -> None:
        for number, one in enumerate(neighbours(self.random, self.settings.languages)):
            households.enrol(
                self.session,
                phone=one.phone,
                name=one.name,
                language=one.language,
                zone_id=office.zones[one.area.code],
                landmark=one.landmark,
                location=one.location,
                now=opened + timedelta(minutes=2 * number),
            )

    def _calendar(self, office: Office, opened: datetime) -> None:
        """Pickups to the horizon, then the days on which the office is closed, as households would hear of them."""
        post, timetable = self.container.post, pickups.Timetable.of(self.settings)
        joined = self._at(self.first_day - timedelta(days=LEAD_DAYS - 1), time(9))
        pickups.extend(self.session, joined, post, timetable)
        zone_id = office.zones[ROADWORKS_IN]
        served = places.service_dates(
            self.session,
            zone_id,
            self.today + timedelta(days=ROADWORKS_FROM_DAYS),
            self.today + timedelta(days=21),
        )
        closed = founding.close_on_holidays(self.session, self.today, opened)
        holidays = {day for day, _ in holidays_between(self.today, self.today + timedelta(days=30))}
        near = next((day.date for day in served if day.moved_from is None and day.date not in holidays), None)
        if near is not None:
            closed.append(founding.close_for_roadworks(self.session, zone_id, near, opened))
        for exception_id in closed:
            pickups.apply_exception(self.session, exception_id, joined, post, timetable)

    def _today(self, past: Past) -> None:
        """Everything that would have happened by now, short of the first door."""
        yesterday = self.today - timedelta(days=1)
        past.complain(self.session, self._at(yesterday, time(20)))
        evening, morning = self.settings.reminder_evening_at, self.settings.reminder_morning_at
        past.remind(self.session, self._at(yesterday, evening) + A_MINUTE)
        past.voices.answer_reminders(self.session, self._at(yesterday, EVENING))
        for moment in (self._at(self.today, morning) + A_MINUTE, self._at(self.today, evening) + A_MINUTE):
            if moment <= self.now:
                past.remind(self.session, moment)
        past.plan(self.session, self.today, min(self.now, self._at(self.today, PLANNED_AT)))

    def _at(self, day: date, hour: time) -> datetime:
        return at_local(day, hour, self.settings.timezone)


class _NoNudges:
    """Nothing of the past is left to do, so the worker need not be told of it."""

    def enqueue(self, session: Session, name: str) -> None:
        pass
