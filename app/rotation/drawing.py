"""Promising draws of a hub's rounds, and drawing them when their time has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import lock_name
from app.errors import Conflict, InvalidInput, NotFound
from app.households.models import Household, HouseholdStatus
from app.kernel.place import Location, bearing_degrees
from app.places.models import Hub, Zone
from app.rotation import allotting
from app.rotation.allotting import Area
from app.rotation.draw import METHOD, new_seed, promise, shuffled
from app.rotation.models import RoundDraw, RoundTurn
from app.rotation.turns import entrants, turns_on
from app.rotation.yields import Pay, Yield, harvest
from app.settings import Fairness, Settings

WORD_MAX: Final = 80
LOOK_BACK: Final = timedelta(weeks=26)
"""How far back earnings count when rounds are balanced."""
NOTICE_LONGEST: Final = timedelta(weeks=1)
"""How long before the first day lots may be drawn before people."""
_DAY: Final = timedelta(days=1)


def keep_drawn(session: Session, hub: Hub, today: date, settings: Settings, now: datetime) -> int:
    """Promise the hub's next draw, and draw it where its time has come: on the eve of the period it is for.

    The first time the promise stands until the eve of the next week. A draw lasts until everybody had each
    round (balancing: for one period); it gives way to a new one at the next period where the hub's collectors
    or zones are not those that were drawn any more. Returns how many things were done.
    """
    if settings.fairness is Fairness.OFF:
        return 0
    lock_name(session, f"rounds:{hub.id}")
    promised = _promised(session, hub.id)
    if promised is None:
        _promise(session, hub.id, now)
        return 1
    start = _next_start(session, hub, today, settings)
    if start is None or today < start - _DAY:
        return 0
    if not entrants(session, hub.id) or not _zones(session, hub.id):
        return 0
    _draw(session, hub, promised, start, settings=settings, word="", now=now)
    _promise(session, hub.id, now)
    return 2


def draw_now(
    session: Session, draw_id: UUID, word: str, *, today: date, settings: Settings, now: datetime
) -> RoundDraw:
    """Draw before people, who say a `word` that goes into the draw. It begins as it would have by itself.

    Raises `NotFound`, `InvalidInput` for the word, and `Conflict` where it was drawn already, where nobody
    rotates, or where there is nothing to draw for yet.
    """
    word = " ".join(word.split())
    if len(word) > WORD_MAX:
        raise InvalidInput("word", f"The word is longer than {WORD_MAX} characters.")
    promised = session.get(RoundDraw, draw_id)
    if promised is None:
        raise NotFound("There is no such draw.")
    lock_name(session, f"rounds:{promised.hub_id}")
    session.refresh(promised)
    if promised.drawn_at is not None:
        raise Conflict("It was drawn already.")
    if settings.fairness is Fairness.OFF:
        raise Conflict("WEIGHBACK_FAIRNESS is off: there are no rounds to draw.")
    hub = session.get_one(Hub, promised.hub_id)
    start = _next_start(session, hub, today, settings, ahead=NOTICE_LONGEST)
    if start is None:
        raise Conflict("The rounds are drawn until everybody had each of them; this draw comes after that.")
    if not entrants(session, hub.id) or not _zones(session, hub.id):
        raise Conflict("The hub has no collector, or no zone.")
    _draw(session, hub, promised, start, settings=settings, word=word, now=now)
    _promise(session, hub.id, now)
    return promised


def redrawn(draw: RoundDraw) -> list[str]:
    """The order that the recorded seed and word give, drawn again."""
    return shuffled(draw.entrants, draw.seed, draw.word)


def _promised(session: Session, hub_id: UUID) -> RoundDraw | None:
    return session.scalar(select(RoundDraw).where(RoundDraw.hub_id == hub_id, RoundDraw.drawn_at.is_(None)))


def _promise(session: Session, hub_id: UUID, now: datetime) -> None:
    seed = new_seed()
    session.add(
        RoundDraw(
            hub_id=hub_id,
            seed=seed,
            promise=promise(seed),
            promised_at=now,
            method=METHOD,
            entrants=[],
            drawn=[],
            rounds=[],
        )
    )
    session.flush()


def _next_start(
    session: Session, hub: Hub, today: date, settings: Settings, *, ahead: timedelta = _DAY
) -> date | None:
    """The first day of the period that the next draw is for; None while the present one has more to give.

    A draw that runs out within `ahead` has no more to give.
    """
    monday = today - timedelta(days=today.weekday())
    next_monday = monday + timedelta(weeks=1)
    latest = session.scalar(
        select(RoundDraw)
        .where(RoundDraw.hub_id == hub.id, RoundDraw.drawn_at.is_not(None))
        .order_by(RoundDraw.first_day.desc(), RoundDraw.drawn_at.desc(), RoundDraw.id.desc())
        .limit(1)
    )
    if latest is None or latest.first_day is None or latest.last_day is None:
        return next_monday
    if latest.last_day < today:  # the worker was away
        return monday
    if latest.last_day <= today + ahead:
        return latest.last_day + _DAY
    if latest.first_day > today:
        return None  # drawn on its eve, or before people
    fresh = (
        latest.mode is settings.fairness
        and latest.entrants == entrants(session, hub.id)
        and {zone for one in latest.rounds for zone in one}
        == {str(zone.id) for zone in _zones(session, hub.id)}
    )
    if fresh:
        return None
    [ends] = {turn.last_day for turn in turns_on(session, latest, today)}
    return ends + _DAY


def _draw(
    session: Session,
    hub: Hub,
    promised: RoundDraw,
    start: date,
    *,
    settings: Settings,
    word: str,
    now: datetime,
) -> None:
    taking_part, zones = entrants(session, hub.id), _zones(session, hub.id)
    rounds = allotting.form_rounds(_areas(session, hub, zones), len(taking_part))
    drawn = shuffled(taking_part, promised.seed, word)
    if settings.fairness is Fairness.BALANCE:
        basis = _basis(session, drawn, rounds, start, settings)
        promised.basis = basis
        earned = dict(zip(drawn, basis["earned_minor"], strict=True))
        schedule = [allotting.levelling(drawn, earned, basis["expected_minor"])]
    else:
        schedule = allotting.turns(drawn, len(drawn))
    length = timedelta(weeks=settings.fairness_period_weeks)
    promised.mode = settings.fairness
    promised.word = word
    promised.entrants = taking_part
    promised.drawn = drawn
    promised.rounds = [[str(zone_id) for zone_id in one] for one in rounds]
    promised.first_day = start
    promised.last_day = start + len(schedule) * length - _DAY
    promised.drawn_at = now
    for number, period in enumerate(schedule):
        for collector, round_number in period.items():
            session.add(
                RoundTurn(
                    draw_id=promised.id,
                    hub_id=hub.id,
                    collector_id=UUID(collector),
                    round_number=round_number,
                    first_day=start + number * length,
                    last_day=start + (number + 1) * length - _DAY,
                )
            )
    session.flush()


def _basis(
    session: Session, drawn: Sequence[str], rounds: Sequence[allotting.Round], start: date, settings: Settings
) -> dict[str, list[int]]:
    """What each in `drawn` earned in the time before `start`, and what each of `rounds` yielded meanwhile."""
    pay = Pay.of(settings)
    zone_ids = sorted({zone_id for one in rounds for zone_id in one})
    found = harvest(session, zone_ids, start - LOOK_BACK, start - _DAY)
    by_collector: defaultdict[str, Yield] = defaultdict(Yield)
    by_zone: defaultdict[UUID, Yield] = defaultdict(Yield)
    for (collector, zone_id, _), one in found.items():
        by_collector[str(collector)] += one
        by_zone[zone_id] += one
    shared = [zone_id for one in rounds for zone_id in one]
    return {
        "earned_minor": [by_collector[one].earned_minor(pay) for one in drawn],
        "expected_minor": [
            sum(by_zone[zone_id].earned_minor(pay) // shared.count(zone_id) for zone_id in one)
            for one in rounds
        ],
    }


def _zones(session: Session, hub_id: UUID) -> list[Zone]:
    return list(session.scalars(select(Zone).where(Zone.hub_id == hub_id, Zone.active).order_by(Zone.id)))


def _areas(session: Session, hub: Hub, zones: Sequence[Zone]) -> list[Area]:
    count = select(Household.zone_id, func.count()).where(Household.status == HouseholdStatus.ACTIVE)
    homes = {zone_id: number for zone_id, number in session.execute(count.group_by(Household.zone_id))}  # noqa: C416 - a row is no pair to the type checker
    here = Location(hub.latitude, hub.longitude)
    return [
        Area(zone.id, bearing_degrees(here, Location(zone.latitude, zone.longitude)), homes.get(zone.id, 0))
        for zone in zones
    ]
