"""The time machine: moves the demo's clock, and lets the worker do on the way all that falls due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.container import Container
from app.households import service as households
from app.kernel.clock import at_local, local_date
from app.pickups import service as pickups
from app.places import service as places
from app.reminders.service import JUST_TOLD
from app.settings import Settings
from app.web.deps import Here
from app.web.simulator import parts
from app.web.simulator.going_back import back, parse_or_none

FURTHEST_DAYS: Final = 31
AFTER_MIDNIGHT: Final = time(0, 30)
A_MINUTE: Final = timedelta(minutes=1)
SOME_MINUTES: Final = timedelta(minutes=10)

router = APIRouter(prefix="/simulator")
log = structlog.get_logger()


@router.post("/time")
def travel(
    container: Here,
    simulator: parts.Here,
    phone: Annotated[str, Form(max_length=32)] = "",
    to: Annotated[str, Form(max_length=32)] = "now",
    moment: Annotated[str, Form(max_length=32)] = "",
) -> RedirectResponse:
    """Go to `evening-before` or `morning-of` the phone's pickup, some `minutes` or a `day` on, a `moment`, or `now`."""
    chosen = parse_or_none(phone, container.settings.region) or ""
    here = simulator.clock.now()
    if to == "now":
        simulator.clock.return_to_now()
        simulator.drain(simulator.clock.now())
        simulator.catch_up()
        return back(chosen, notice="Back in the present.")
    try:
        target = _target(container, chosen, to, moment, here)
    except ValueError as error:
        return back(chosen, notice=str(error))
    arrivals = simulator.air.arrivals()
    for stop in _stops(container.settings, here, target, arrivals):
        simulator.clock.travel_to(stop)
        simulator.catch_up()
        simulator.drain(stop)
    simulator.clock.travel_to(target)  # the work on the way took its time
    return back(chosen)


def _target(container: Container, phone: str, to: str, moment: str, here: datetime) -> datetime:
    """Raises `ValueError` with a sentence for the visitor."""
    settings = container.settings
    if to == "minutes":
        return here + SOME_MINUTES
    if to == "day":
        return here + timedelta(days=1)
    if to in {"evening-before", "morning-of"}:
        with container.database.unit_of_work() as session:
            return _before_pickup(session, settings, phone, to, here)
    if to != "moment":
        raise ValueError("Choose where to go.")
    try:
        read = datetime.fromisoformat(moment)
    except ValueError as error:
        raise ValueError("Write the moment as a day and a time.") from error
    target = read.replace(tzinfo=ZoneInfo(settings.timezone)) if read.tzinfo is None else read
    if target < here - A_MINUTE:
        raise ValueError("Only forward: first go back to now, then on from there.")
    if target > here + timedelta(days=FURTHEST_DAYS):
        raise ValueError(f"No further than {FURTHEST_DAYS} days at once.")
    return target


def _before_pickup(session: Session, settings: Settings, phone: str, to: str, here: datetime) -> datetime:
    """The next evening before, or morning of, a pickup that has not passed yet and that there is a reminder of."""
    found = households.for_phone(session, phone)
    if not found:
        raise ValueError("Nobody has joined with this phone yet.")
    household = found[0]
    timezone = places.zone(session, household.zone_id).timezone
    today = local_date(here, timezone)
    for first in (today + timedelta(days=ahead) for ahead in range(3)):
        pickup = pickups.upcoming(session, household.id, first)
        if pickup is None:
            break
        due = _reminder_due(settings, pickup.date, timezone, to)
        if due + A_MINUTE > here and due >= pickup.date_set_at + JUST_TOLD:
            return due + A_MINUTE
    raise ValueError("No pickup ahead: text PICKUP first.")


def _reminder_due(settings: Settings, day: date, timezone: str, to: str) -> datetime:
    if to == "evening-before":
        return at_local(day - timedelta(days=1), settings.reminder_evening_at, timezone)
    return at_local(day, settings.reminder_morning_at, timezone)


def _stops(
    settings: Settings, here: datetime, target: datetime, arrivals: Iterable[datetime]
) -> list[datetime]:
    """The moments on the way at which something usually falls due or a late text arrives, and the target.

    A worker that slept from one day to the next would rightly drop the reminders in between.
    """
    hours = (AFTER_MIDNIGHT, settings.reminder_morning_at, settings.reminder_evening_at)
    day, last = local_date(here, settings.timezone), local_date(target, settings.timezone)
    stops = set(arrivals)
    while day <= last:
        stops |= {at_local(day, hour, settings.timezone) + A_MINUTE for hour in hours}
        day += timedelta(days=1)
    return [*sorted(stop for stop in stops if here < stop < target), target]
