"""Rounds as collectors live them: promised, drawn, passed on, stood in for, and reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import bootstrap
from app.collectors import absences
from app.collectors import service as collectors
from app.collectors.changing import change
from app.collectors.models import AbsenceReason
from app.container import Container
from app.errors import Conflict
from app.insights.fairness import FairnessReport, fairness
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups import service as pickups
from app.pickups.models import Pickup, PickupKind
from app.pickups.statuses import PickupStatus
from app.places.models import Zone
from app.rotation.draw import promise
from app.rotation.drawing import draw_now, redrawn
from app.rotation.models import RoundDraw
from app.rotation.turns import whose_turns
from app.rotation.yields import Pay
from app.routing.models import Route, RouteStop
from app.settings import load_settings
from app.weighing.models import Material, Visit, VisitOutcome, Weighing, WeighingLine
from tests.factories import neighbourhood
from workers.rotation import draw_rounds

WEDNESDAY = datetime(2026, 3, 4, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 9)
WEEK = timedelta(weeks=1)


@dataclass
class MovableClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Hub:
    container: Container
    clock: MovableClock
    hub_id: UUID
    zones: tuple[UUID, ...]
    riders: tuple[UUID, ...]

    def night(self, day: date) -> None:
        """What the worker does in the small hours of `day`."""
        self.clock.at = datetime.combine(day, time(2), tzinfo=UTC)
        while draw_rounds(self.container):
            pass

    def riders_on(self, session: Session, day: date) -> list[UUID]:
        turns = whose_turns(session, self.hub_id, day)
        return [turns.riders(zone)[0] for zone in self.zones]


def make(container: Container, clock: MovableClock) -> Hub:
    now = clock.now()
    with container.database.unit_of_work() as session:
        hub = neighbourhood.hub(session, now)
        zones = []
        for number in range(3):
            zone = neighbourhood.zone(session, now, hub_id=hub.id, code=f"Z{number}")
            zone.latitude += 0.01 * number
            zones.append(zone.id)
        riders = [_rider(session, hub.id, number, now) for number in range(3)]
    return Hub(container, clock, hub.id, tuple(zones), tuple(riders))


def _rider(session: Session, hub_id: UUID, number: int, now: datetime) -> UUID:
    phone = Phone(f"+2348000000{number:03}")
    return collectors.create(
        session,
        name=f"Rider {number}",
        phone=phone,
        language="en",
        hub_id=hub_id,
        capacity_grams=150_000,
        now=now,
    ).id


def _container(database_url: str, clock: MovableClock, fairness: str) -> Container:
    settings = load_settings(
        environment="test", database_url=database_url, secret_key="t" * 32, fairness=fairness
    )
    return bootstrap.build(settings, clock=clock)


@pytest.fixture
def hub(database_url: str) -> Iterator[Hub]:
    clock = MovableClock(WEDNESDAY)
    container = _container(database_url, clock, "rotate")
    yield make(container, clock)
    container.close()


def test_lots_are_promised_first_drawn_on_the_eve_and_rotate_until_everybody_had_each(hub: Hub) -> None:
    hub.night(WEDNESDAY.date())
    with hub.container.database.unit_of_work() as session:
        [promised] = session.scalars(select(RoundDraw))
        kept = promised.promise
        assert promised.drawn_at is None
        assert whose_turns(session, hub.hub_id, MONDAY).riders(hub.zones[0]) == ()
    for day in range(3, 8):
        hub.night(WEDNESDAY.date() + timedelta(day - 2))
    with hub.container.database.unit_of_work() as session:
        drawn, waiting = session.scalars(select(RoundDraw).order_by(RoundDraw.id))
        assert (drawn.promise, promise(drawn.seed)) == (kept, kept)
        assert (drawn.first_day, drawn.last_day) == (MONDAY, MONDAY + 3 * WEEK - timedelta(1))
        assert redrawn(drawn) == drawn.drawn
        assert waiting.drawn_at is None
        weeks = [hub.riders_on(session, MONDAY + number * WEEK) for number in range(3)]
    assert all(sorted(week) == sorted(hub.riders) for week in weeks)
    for zone in range(3):
        assert sorted(week[zone] for week in weeks) == sorted(hub.riders)
    # The next cycle follows without a gap, by another draw.
    hub.night(MONDAY + 3 * WEEK - timedelta(1))
    with hub.container.database.unit_of_work() as session:
        assert sorted(hub.riders_on(session, MONDAY + 3 * WEEK)) == sorted(hub.riders)


def test_who_is_away_is_stood_in_for_and_nobodys_turn_moves(hub: Hub) -> None:
    for day in (WEDNESDAY.date(), MONDAY - timedelta(1)):
        hub.night(day)
    with hub.container.database.unit_of_work() as session:
        before = [hub.riders_on(session, MONDAY + number * WEEK) for number in range(3)]
        away = before[0][0]
        absences.add(
            session,
            away,
            first_day=MONDAY,
            last_day=MONDAY + timedelta(4),
            reason=AbsenceReason.SICK,
            now=WEDNESDAY,
        )
        turns = whose_turns(session, hub.hub_id, MONDAY)
        assert turns.holders[hub.zones[0]] == (away,)
        assert sorted(turns.riders(hub.zones[0])) == sorted(set(hub.riders) - {away})
        after = [hub.riders_on(session, MONDAY + number * WEEK) for number in range(3)]
        assert after[1:] == before[1:]
        assert after[0][1:] == before[0][1:]
        assert hub.riders_on(session, MONDAY + timedelta(5)) == before[0]


def test_a_new_collector_takes_part_from_the_next_week_on(hub: Hub) -> None:
    for day in (WEDNESDAY.date(), MONDAY - timedelta(1)):
        hub.night(day)
    with hub.container.database.unit_of_work() as session:
        new = _rider(session, hub.hub_id, 9, WEDNESDAY)
        gone = hub.riders[0]
        change(session, gone, {"active": False}, now=WEDNESDAY)
        this_week = whose_turns(session, hub.hub_id, MONDAY)
        assert all(gone not in this_week.riders(zone) for zone in hub.zones)
    hub.night(MONDAY + WEEK - timedelta(1))
    with hub.container.database.unit_of_work() as session:
        assert sorted(hub.riders_on(session, MONDAY + WEEK)) == sorted({*hub.riders, new} - {gone})


def test_a_word_said_by_people_is_in_the_draw(hub: Hub) -> None:
    hub.night(WEDNESDAY.date())
    with hub.container.database.unit_of_work() as session:
        [promised] = session.scalars(select(RoundDraw))
        settings = hub.container.settings
        friday = date(2026, 3, 6)
        drawn = draw_now(session, promised.id, " mango ", today=friday, settings=settings, now=WEDNESDAY)
        assert (drawn.word, drawn.first_day) == ("mango", MONDAY)
        assert redrawn(drawn) == drawn.drawn
        with pytest.raises(Conflict):
            draw_now(session, promised.id, "again", today=friday, settings=settings, now=WEDNESDAY)


def _weighed(session: Session, zone_id: UUID, rider: UUID, day: date, kilograms: int) -> None:
    at = datetime.combine(day, time(9), tzinfo=UTC)
    home = neighbourhood.household(session, at, zone_id)
    pickup = Pickup(
        household_id=home.id,
        zone_id=zone_id,
        date=day,
        window_start=time(8),
        window_end=time(12),
        kind=PickupKind.RECURRING,
        status=PickupStatus.COLLECTED,
        created_at=at,
        updated_at=at,
    )
    material = session.scalar(select(Material)) or Material(code="PET", name="PET", created_at=at)
    session.add_all([pickup, material])
    session.flush()
    visit = Visit(
        id=pickup.id,
        pickup_id=pickup.id,
        collector_id=rider,
        outcome=VisitOutcome.COLLECTED,
        content_digest="",
        visited_at=at,
        received_at=at,
    )
    session.add(visit)
    session.flush()
    weighing = Weighing(
        id=visit.id,
        pickup_id=pickup.id,
        household_id=home.id,
        collector_id=rider,
        weighed_at=at,
        credit_minor=kilograms * 100,
        created_at=at,
    )
    session.add(weighing)
    session.flush()
    session.add(
        WeighingLine(
            weighing_id=weighing.id,
            material_id=material.id,
            grams=kilograms * 1000,
            rate_minor_per_kilogram=100,
            amount_minor=kilograms * 100,
        )
    )
    session.flush()


def test_the_report_tells_what_each_carried_and_what_rotation_changed(hub: Hub) -> None:
    """One zone yields ten times the others. Over a cycle all earn the same; without rotation one would have most."""
    for day in (WEDNESDAY.date(), MONDAY - timedelta(1)):
        hub.night(day)
    with hub.container.database.unit_of_work() as session:
        for number in range(3):
            day = MONDAY + number * WEEK
            for zone, rider in zip(hub.zones, hub.riders_on(session, day), strict=True):
                _weighed(session, zone, rider, day, 100 if zone == hub.zones[0] else 10)
        last = MONDAY + 3 * WEEK
        found: FairnessReport = fairness(session, hub.hub_id, MONDAY, last, Pay(50, 1_000))
    assert [one.grams for one in found.shares] == [120_000] * 3
    assert [one.earned_minor for one in found.shares] == [120 * 50 + 3_000] * 3
    assert found.gini.earned == 0
    assert found.rotation is not None
    assert found.rotation.gini_with == 0
    # 100 kg, 10 kg, 10 kg in one stop each: 6,000, 1,500 and 1,500 a week.
    assert found.rotation.gini_without == pytest.approx(2 * (6_000 - 1_500) / (3 * 9_000))


def test_balancing_gives_the_best_round_to_whoever_earned_least(database_url: str) -> None:
    clock = MovableClock(WEDNESDAY)
    container = _container(database_url, clock, "balance")
    hub = make(container, clock)
    try:
        with container.database.unit_of_work() as session:
            for zone, rider, kilograms in zip(hub.zones, hub.riders, (50, 20, 5), strict=True):
                _weighed(session, zone, rider, WEDNESDAY.date(), kilograms)
        for day in (WEDNESDAY.date(), MONDAY - timedelta(1)):
            hub.night(day)
        with container.database.unit_of_work() as session:
            assert hub.riders_on(session, MONDAY) == list(reversed(hub.riders))
            assert session.scalar(select(Zone.id).where(Zone.id == hub.zones[0])) is not None
            assert whose_turns(session, hub.hub_id, MONDAY + WEEK).holders == {}
    finally:
        container.close()


def test_the_plan_sends_each_collector_to_the_zones_of_his_round(hub: Hub) -> None:
    for day in (WEDNESDAY.date(), MONDAY - timedelta(1)):
        hub.night(day)
    tuesday = MONDAY + timedelta(1)
    now = datetime.combine(tuesday, time(5), tzinfo=UTC)
    with hub.container.database.unit_of_work() as session:
        for zone_id in hub.zones:
            zone = session.get_one(Zone, zone_id)
            for number in range(4):
                place = Location(zone.latitude + number * 0.001, zone.longitude)
                neighbourhood.household(session, WEDNESDAY, zone_id, location=place)
        pickups.extend(session, now - timedelta(1), hub.container.post)
        mine = dict(zip(hub.zones, hub.riders_on(session, tuesday), strict=True))
    hub.container.planner().plan_hub(hub.hub_id, tuesday, now)
    with hub.container.database.unit_of_work() as session:
        rows = session.execute(
            select(Pickup.zone_id, Route.collector_id)
            .join(RouteStop, RouteStop.pickup_id == Pickup.id)
            .join(Route, Route.id == RouteStop.route_id)
            .where(Route.date == tuesday)
        ).all()
    assert len(rows) == 12
    assert all(mine[zone_id] == collector_id for zone_id, collector_id in rows)
