"""A hub's collectors arrange their day among themselves, within the rules, and the book of it stays exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app import bootstrap
from app.collectors.models import Collector, CollectorAbsence
from app.container import Container
from app.errors import Conflict, InvalidInput, NotAllowed
from app.kernel.ids import new_id
from app.messaging.models import OutboxMessage
from app.pickups.models import Pickup
from app.pickups.statuses import PickupStatus
from app.routing import troubles
from app.routing.models import Route, RouteStop, TroubleKind
from app.settings import load_settings
from app.teams import answering, offering
from app.teams.board import board
from app.teams.book import book_of
from app.teams.day import Limits
from app.teams.errors import DoesNotFit, Gone
from app.teams.fitting import Lack
from app.teams.models import OfferStatus, RouteEvent, TeamOffer
from app.teams.team import Team, Who
from app.weighing.models import Visit, VisitOutcome
from tests.factories.day import Day, a_day, another_route

MORNING = datetime(2026, 3, 3, 7, tzinfo=UTC)
TODAY = MORNING.date()


@dataclass
class MovableClock:
    at: datetime = field(default=MORNING)

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Hub:
    container: Container
    day: Day
    sade: UUID

    def who(self, collector_id: UUID) -> Who:
        return Who(collector_id, self.day.hub_id, TODAY)

    @contextmanager
    def team(self, now: datetime = MORNING) -> Iterator[Team]:
        with self.container.database.unit_of_work() as session:
            yield Team(session, self.container.post, Limits.of(self.container.settings), now)

    def offer(self, by: UUID, stops: list[UUID], *, to: UUID | None = None, swap: bool = False) -> UUID:
        with self.team() as team:
            return offering.offer(team, self.who(by), stops, to=to, swap=swap).id

    def take(self, by: UUID, offer_id: UUID, *, now: datetime = MORNING) -> None:
        with self.team(now) as team:
            answering.take(team, self.who(by), offer_id)

    def answer(self, by: UUID, offer_id: UUID, *giving: UUID) -> None:
        with self.team() as team:
            answering.answer(team, self.who(by), offer_id, giving)

    def act(self, what: Callable[..., object], by: UUID, *arguments: UUID) -> None:
        with self.team() as team:
            what(team, self.who(by), *arguments)

    def routes(self) -> dict[UUID, list[UUID]]:
        """Each collector's pickups in order, at positions from 1 without a gap."""
        found: dict[UUID, list[UUID]] = {}
        with self.container.database.unit_of_work() as session:
            rows = session.execute(
                select(Route.collector_id, RouteStop.position, RouteStop.pickup_id)
                .join(Route, Route.id == RouteStop.route_id)
                .order_by(Route.id, RouteStop.position)
            )
            for collector_id, position, pickup_id in rows:
                found.setdefault(collector_id, []).append(pickup_id)
                assert position == len(found[collector_id])
        return found

    def texts(self) -> list[tuple[str, str]]:
        with self.container.database.unit_of_work() as session:
            rows = session.scalars(
                select(OutboxMessage).where(OutboxMessage.template.like("team.%")).order_by(OutboxMessage.id)
            )
            return [(row.phone[-1], row.template) for row in rows]


@pytest.fixture
def hub(database_url: str) -> Iterator[Hub]:
    settings = load_settings(environment="test", database_url=database_url, secret_key="t" * 32)
    container = bootstrap.build(settings, clock=MovableClock())
    day = a_day(container.database, MORNING, TODAY)
    with container.database.unit_of_work() as session:
        phone = another_route(session, day, MORNING, [("Mama Sikira", "Red door", None)])
        sade = session.scalars(select(Collector.id).where(Collector.phone == phone)).one()
    yield Hub(container, day, sade)
    container.close()


def test_stops_are_offered_to_all_and_taken_by_one_and_everyone_concerned_is_told(hub: Hub) -> None:
    tunde, ngozi, day = hub.day.collector, hub.day.other, hub.day
    before = hub.routes()
    offer = hub.offer(tunde, [day.pickups[1], day.pickups[3]])
    assert hub.routes() == before  # his until somebody takes them
    hub.take(ngozi, offer)
    after = hub.routes()
    assert after[tunde] == [day.pickups[0], day.pickups[2], day.pickups[4]]
    assert sorted(after[ngozi]) == sorted([day.foreign, day.pickups[1], day.pickups[3]])
    assert hub.texts() == [("2", "team.offered"), ("3", "team.offered"), ("1", "team.taken")]
    with hub.container.database.unit_of_work() as session:
        [record] = [one for one in book_of(session, day.hub_id, TODAY) if one.pickup_id == day.pickups[1]]
        assert (record.planned_for_id, record.with_id, record.visited_by_id) == (tunde, ngozi, None)
        assert [(one.from_id, one.to_id) for one in record.moves] == [(tunde, ngozi)]


def test_the_book_says_who_was_planned_who_took_over_and_who_was_there(hub: Hub) -> None:
    tunde, ngozi, stop = hub.day.collector, hub.day.other, hub.day.pickups[0]
    hub.take(ngozi, hub.offer(tunde, [stop], to=ngozi))
    hub.take(hub.sade, hub.offer(ngozi, [stop]))
    with hub.container.database.unit_of_work() as session:
        visit = Visit(
            id=new_id(),
            pickup_id=stop,
            collector_id=hub.sade,
            outcome=VisitOutcome.COLLECTED,
            content_digest="",
            visited_at=MORNING,
            received_at=MORNING,
        )
        session.add(visit)
        session.flush()
        [record] = [one for one in book_of(session, hub.day.hub_id, TODAY) if one.pickup_id == stop]
    assert record.planned_for_id == tunde
    assert [(one.from_id, one.to_id) for one in record.moves] == [(tunde, ngozi), (ngozi, hub.sade)]
    assert (record.with_id, record.visited_by_id) == (hub.sade, hub.sade)
    for tampering in (update(RouteEvent).values(actor_id=tunde), delete(RouteEvent)):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            hub.container.database.unit_of_work() as session,
        ):
            session.execute(tampering)


def test_of_two_who_take_at_once_one_wins_and_the_other_hears_who_it_was(hub: Hub) -> None:
    offer = hub.offer(hub.day.collector, list(hub.day.pickups))

    def reach(who: UUID) -> str:
        try:
            hub.take(who, offer)
        except Gone as error:
            return error.taken_by
        return "mine"

    with ThreadPoolExecutor(2) as pool:
        heard = sorted(pool.map(reach, [hub.day.other, hub.sade]))
    assert heard in (["Ngozi Eze", "mine"], ["Sade Balogun", "mine"])
    assert sorted(map(len, hub.routes().values())) == [1, 6]


def test_a_swap_is_answered_with_stops_and_happens_when_whoever_offered_agrees(hub: Hub) -> None:
    tunde, ngozi, day = hub.day.collector, hub.day.other, hub.day
    before = hub.routes()
    offer = hub.offer(tunde, [day.pickups[0], day.pickups[1]], to=ngozi, swap=True)
    with pytest.raises(InvalidInput):
        hub.answer(ngozi, offer)
    with pytest.raises(Conflict):
        hub.answer(ngozi, offer, day.pickups[2])
    for who, what in ((hub.sade, hub.answer), (ngozi, hub.take)):
        with pytest.raises(NotAllowed):
            what(who, offer)
    hub.answer(ngozi, offer, day.foreign)
    assert hub.routes() == before, "nobody has agreed yet"
    assert hub.texts()[-1] == ("1", "team.answered")
    with pytest.raises(Conflict):
        hub.offer(ngozi, [day.foreign])  # it is given already
    with pytest.raises(NotAllowed):
        hub.act(answering.agree, ngozi, offer)
    hub.act(answering.agree, tunde, offer)
    after = hub.routes()
    assert sorted(after[ngozi]) == sorted(day.pickups[:2])
    assert sorted(after[tunde]) == sorted([*day.pickups[2:], day.foreign])
    assert hub.texts()[-1] == ("2", "team.swapped")


def test_either_side_of_a_swap_may_still_say_no(hub: Hub) -> None:
    tunde, ngozi, day = hub.day.collector, hub.day.other, hub.day
    before = hub.routes()
    for no, by in ((offering.withdraw, tunde), (answering.decline, ngozi)):
        offer = hub.offer(tunde, [day.pickups[0]], to=ngozi, swap=True)
        hub.answer(ngozi, offer, day.foreign)
        hub.act(no, by, offer)
        with pytest.raises(Gone):
            hub.act(answering.agree, tunde, offer)
    assert hub.routes() == before
    assert [hub.texts()[-1], hub.texts()[-4]] == [("1", "team.declined"), ("2", "team.withdrawn")]


def test_what_is_declined_or_taken_back_stays_where_it_was(hub: Hub) -> None:
    tunde, ngozi, day = hub.day.collector, hub.day.other, hub.day
    before = hub.routes()
    first, second = hub.offer(tunde, [day.pickups[0]], to=ngozi), hub.offer(tunde, [day.pickups[1]], to=ngozi)
    with pytest.raises(Conflict):
        hub.offer(tunde, [day.pickups[1]])
    hub.act(answering.decline, ngozi, first)
    hub.act(offering.withdraw, tunde, second)
    for gone in (first, second):
        with pytest.raises(Gone):
            hub.take(ngozi, gone)
    assert hub.routes() == before
    assert hub.texts()[-2:] == [("1", "team.declined"), ("2", "team.withdrawn")]
    with pytest.raises(NotAllowed):
        hub.act(offering.withdraw, ngozi, hub.offer(tunde, [day.pickups[0]]))


def test_no_bike_is_overloaded_and_nobody_rides_into_the_night(hub: Hub) -> None:
    offer = hub.offer(hub.day.collector, list(hub.day.pickups))
    with hub.container.database.unit_of_work() as session:
        session.execute(update(Collector).where(Collector.id == hub.sade).values(capacity_grams=10))
    with pytest.raises(DoesNotFit) as refused:
        hub.take(hub.sade, offer)
    assert (refused.value.who, refused.value.lacks) == ("Sade Balogun", Lack.ROOM)
    late = datetime(2026, 3, 3, 16, 50, tzinfo=UTC)  # ten minutes before the shift ends
    with pytest.raises(DoesNotFit) as refused:
        hub.take(hub.day.other, offer, now=late)
    assert refused.value.lacks is Lack.TIME
    with hub.container.database.unit_of_work() as session:
        troubles.report(session, hub.day.other, TODAY, TroubleKind.BIKE_BROKEN, by="collector", now=MORNING)
    with pytest.raises(DoesNotFit):
        hub.take(hub.day.other, offer)
    assert len(hub.routes()[hub.day.collector]) == 5


def test_no_promise_to_a_household_is_broken_by_a_take(hub: Hub) -> None:
    """From the hub both doors are six or seven minutes away, and five are spent at the first."""
    offer, [hers] = hub.offer(hub.day.collector, [hub.day.pickups[0]]), hub.routes()[hub.sade]

    def promised_until(moment: time) -> None:
        with hub.container.database.unit_of_work() as session:
            for one in (hub.day.pickups[0], hers):
                session.get_one(Pickup, one).window_end = moment

    promised_until(time(8, 9))
    with pytest.raises(DoesNotFit) as refused:
        hub.take(hub.sade, offer)
    assert refused.value.lacks is Lack.PROMISE
    promised_until(time(8, 20))
    hub.take(hub.sade, offer)


def test_what_was_done_meanwhile_is_not_handed_over(hub: Hub) -> None:
    tunde, ngozi, day = hub.day.collector, hub.day.other, hub.day
    offer = hub.offer(tunde, [day.pickups[0], day.pickups[1]])
    with hub.container.database.unit_of_work() as session:
        session.get_one(Pickup, day.pickups[0]).status = PickupStatus.COLLECTED
    hub.take(ngozi, offer)
    assert hub.routes()[tunde][0] == day.pickups[0]
    assert day.pickups[1] in hub.routes()[ngozi]
    rest = hub.offer(tunde, [day.pickups[2]])
    with hub.container.database.unit_of_work() as session:
        session.get_one(Pickup, day.pickups[2]).status = PickupStatus.MISSED
    with pytest.raises(Gone):
        hub.take(ngozi, rest)


def test_who_cannot_ride_offers_all_that_is_left_and_is_away_that_day(hub: Hub) -> None:
    tunde, day = hub.day.collector, hub.day
    hub.offer(tunde, [day.pickups[0]], to=hub.day.other)
    hub.act(offering.stand_down, tunde)
    with hub.container.database.unit_of_work() as session:
        [absence] = session.scalars(select(CollectorAbsence))
        assert (absence.collector_id, absence.first_day, absence.last_day) == (tunde, TODAY, TODAY)
        offers = session.scalars(select(TeamOffer).order_by(TeamOffer.created_at, TeamOffer.id)).all()
        assert [one.status for one in offers] == [OfferStatus.WITHDRAWN, OfferStatus.OPEN]
        view = board(session, hub.who(hub.sade), Limits.of(hub.container.settings), MORNING)
        assert [(one.stops.count, one.stops.zones, one.swap) for one in view.offers] == [
            (5, "Ojuelegba", False)
        ]
        route = session.scalars(select(Route).where(Route.collector_id == tunde)).one()
        assert route.waits_until == MORNING + timedelta(minutes=10), "colleagues have time to take them"
    hub.take(hub.sade, offers[1].id)
    assert len(hub.routes()[hub.sade]) == 6
