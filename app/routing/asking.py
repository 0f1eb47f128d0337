"""A hub's day as a question to an optimiser: seconds since local midnight, points and stops by number."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.collectors.shifts import Working
from app.kernel.place import Location
from app.routing.demand import Expected
from app.routing.models import TroubleKind
from app.routing.problem import Rest, RoutingPlan, RoutingProblem, RoutingStop, Vehicle, WhyUnserved, Window
from app.routing.rules import RouteRules
from app.routing.snapshot import Snapshot, Stop, StopState
from app.routing.ways import Ways

_PER_CENT: Final = 100
_MILLILITRES_PER_LITRE: Final = 1000
_SECONDS_PER_MINUTE: Final = 60
WORTH_AT_MOST: Final = 2.0
"""A bag that is expected to be very full is worth so many usual ones, not more: expectations are rough."""

WORTH_ANY_DETOUR_SECONDS: Final = 12 * 3600


class When(enum.Enum):
    """Within which hours planned stops are asked for."""

    KEPT = enum.auto()
    """Near the time that they have."""
    PROMISED = enum.auto()
    """Anywhere within the hours that their households know."""


@dataclass(frozen=True)
class Question:
    """The part of a snapshot that is to be planned."""

    snapshot: Snapshot
    rules: RouteRules
    now: datetime
    midnight: datetime
    riders: tuple[UUID, ...]
    """Collectors, in the order of the problem's vehicles."""
    ahead: tuple[Stop, ...]
    """Stops, in the order of the problem's. By pickup, so that the same day is always the same problem."""
    too_late: tuple[Stop, ...]
    """Those for which nobody is to set out any more."""
    done: tuple[Stop, ...]
    keep_order: bool
    planned: bool
    """Whether some of the stops ahead have somebody who comes."""

    @classmethod
    def of(cls, snapshot: Snapshot, rules: RouteRules, now: datetime, *, keep_order: bool) -> Question:
        able = tuple(one.collector_id for one in snapshot.able())
        waiting = snapshot.waiting(now)
        ahead = sorted(
            (
                one
                for one in snapshot.stops
                if one.state is StopState.AHEAD and one.collector_id not in waiting
            ),
            key=lambda one: one.pickup_id,
        )
        late = dt.timedelta(seconds=rules.late_seconds)
        too_late = {
            one.pickup_id
            for one in ahead
            if able and one.collector_id not in able and one.closes_at + late < now
        }
        return cls(
            snapshot=snapshot,
            rules=rules,
            now=now,
            midnight=snapshot.at(dt.time(0)),
            riders=able,
            ahead=tuple(one for one in ahead if one.pickup_id not in too_late),
            too_late=tuple(one for one in ahead if one.pickup_id in too_late),
            done=tuple(one for one in snapshot.stops if one.state is StopState.DONE),
            keep_order=keep_order,
            planned=any(one.collector_id in able for one in ahead),
        )

    @property
    def points(self) -> list[Location]:
        """The hub, what lies ahead, what is done."""
        return [self.snapshot.hub, *(stop.location for stop in (*self.ahead, *self.done))]

    @property
    def zone_ids(self) -> list[UUID | None]:
        """Of the same points; the hub is in none."""
        return [None, *(stop.zone_id for stop in (*self.ahead, *self.done))]

    def done_points(self, collector_id: UUID) -> list[int]:
        """Along the collector's way so far, with the hub where the box was emptied."""
        path: list[int] = []
        trip = 1
        for number, stop in enumerate(self.done, 1 + len(self.ahead)):
            if stop.place is None or stop.place.collector_id != collector_id:
                continue
            if stop.place.trip > trip and path:
                path.append(0)
            trip = stop.place.trip
            path.append(number)
        return path

    def turned_away(self, plan: RoutingPlan) -> set[int]:
        """Stops, by number, that stay unserved though it is worth the way."""
        return {one.stop for one in plan.unserved if one.why is not WhyUnserved.NOT_WORTH_IT}

    def problem(self, ways: Ways, when: When, late: Collection[int] = ()) -> RoutingProblem:
        """`late` are stops, by number, that may be served after the promised hours."""
        usual = self._usual_grams()
        return RoutingProblem(
            ways,
            tuple(self._vehicle(one) for one in self.snapshot.able()),
            tuple(
                self._stop(number, stop, when, usual, late=number in late)
                for number, stop in enumerate(self.ahead)
            ),
            evenly=True,
        )

    def _stop(self, number: int, stop: Stop, when: When, usual: float, *, late: bool) -> RoutingStop:
        expected = self.snapshot.expected[stop.household_id]
        grams, millilitres = expected.load(confirmed=stop.confirmed)
        riders, elsewhere = self._whose(stop)
        return RoutingStop(
            point=1 + number,
            load_grams=grams,
            volume_millilitres=millilitres,
            service_seconds=self.snapshot.paces.stop_seconds(stop.zone_id, self.rules.stop_seconds),
            window=self._window(stop, when, late=late),
            prize=self._worth(stop, expected, usual),
            vehicles=riders,
            elsewhere_cost=elsewhere,
        )

    def _whose(self, stop: Stop) -> tuple[frozenset[int] | None, int | None]:
        """Whose it should be, and what it must save to be somebody else's."""
        if stop.collector_id in self.riders:
            return frozenset({self.riders.index(stop.collector_id)}), self.rules.change_seconds
        turn = {
            self.riders.index(one) for one in self.snapshot.turns.riders(stop.zone_id) if one in self.riders
        }
        if turn:
            return frozenset(turn), self.rules.turn_seconds
        known = {number for number, one in enumerate(self.snapshot.able()) if stop.zone_id in one.zones}
        if known and len(known) < len(self.riders):
            return frozenset(known), self.rules.unknown_zone_seconds
        return None, None

    def _window(self, stop: Stop, when: When, *, late: bool) -> Window:
        opens, closes = self._seconds(stop.opens_at), self._seconds(stop.closes_at)
        latest = closes + self.rules.late_seconds
        if stop.collector_id not in self.riders:
            # Nobody is on the way there yet: not before now.
            opens = max(opens, self._seconds(self.now))
            closes = closes if closes >= opens else latest
        elif when is When.KEPT and stop.place is not None and stop.place.arrives_at is not None:
            kept, within = self._seconds(stop.place.arrives_at), self.rules.keep_within_seconds
            low, high = max(opens, kept - within), min(closes, kept + within)
            if low <= high:
                return Window(low, high)
        if late:
            closes = latest
        return Window(opens, max(opens, closes))

    def _worth(self, stop: Stop, expected: Expected, usual: float) -> int | None:
        """What a stop may cost, in seconds of detour; None for those that are dropped last of all.

        On a day that is planned these are the ones that have somebody: nobody loses a place to a stop that came
        later, or whose own rider cannot come. Those are worth any detour all the same.
        """
        if stop.collector_id in self.riders or (stop.promised and not self.planned):
            return None
        if stop.promised or stop.place is not None:
            return WORTH_ANY_DETOUR_SECONDS * (2 if stop.promised else 1)
        return self._prize(stop, expected, usual)

    def _prize(self, stop: Stop, expected: Expected, usual: float) -> int:
        """What a visit that nobody asked for is worth, in seconds of detour.

        The chance of a full bag, times what a usual bag is worth, times how full it is expected to be against the
        hub's usual one (at most `WORTH_AT_MOST`): a household that gives 3 kg three times in four, where 3 kg is
        usual and a bag is worth 90 minutes, is visited for a detour of up to 67 minutes. Prizes of this form make
        the day a prize-collecting problem (Balas, 1989).
        """
        fullness = min(WORTH_AT_MOST, expected.total_grams / usual) if usual else 1.0
        return round(self.rules.bag_worth_seconds * expected.chance(confirmed=stop.confirmed) * fullness)

    def _usual_grams(self) -> float:
        grams = [one.total_grams for one in self.snapshot.expected.values()]
        return sum(grams) / len(grams) if grams else 0.0

    def _vehicle(self, rider: Working) -> Vehicle:
        rules, mine = self.rules, self.snapshot.of(rider.collector_id, StopState.AHEAD)
        done = self.snapshot.of(rider.collector_id, StopState.DONE)
        numbers = {stop.pickup_id: number for number, stop in enumerate(self.ahead)}
        order = tuple(numbers[stop.pickup_id] for stop in mine if stop.pickup_id in numbers)
        opens, closes = (
            self._seconds(self.snapshot.at(rider.shift.starts_at)),
            self._seconds(self.snapshot.at(rider.shift.ends_at)),
        )
        started = bool(done) or self._seconds(self.now) >= opens
        grams, millilitres = self._capacity(rider)
        aboard, trip = self._aboard(rider, done)
        last = max((stop for stop in done if stop.visited_at), key=_visited_at, default=None)
        if last is not None and last.visited_at is not None:
            opens = self._seconds(last.visited_at)
        # Whoever says that his box is full has not left for the hub before he says so.
        opens = max([opens, *(self._seconds(at) for at in self._full_at(rider, trip))])
        if not mine:  # nobody sets out in the past; who has stops ahead may only not have recorded them yet
            opens = max(opens, self._seconds(self.now))
        fixed = len(order) if self.keep_order else int(started)
        return Vehicle(
            start=None if last is None else 1 + len(self.ahead) + self.done.index(last),
            shift=Window(opens, max(opens, closes)),
            capacity_grams=grams,
            capacity_millilitres=millilitres,
            aboard_grams=min(aboard[0], grams),
            aboard_millilitres=min(aboard[1], millilitres),
            rest=self._rest(rider),
            most_trips=max(rules.trips_max - trip + 1, 2),
            reload_seconds=rules.hub_seconds,
            locked=order[:fixed],
            present=order[fixed:],
        )

    def _capacity(self, rider: Working) -> tuple[int, int]:
        share = self.rules.fill_percent / _PER_CENT
        return int(rider.capacity_grams * share), int(rider.capacity_litres * _MILLILITRES_PER_LITRE * share)

    def _aboard(self, rider: Working, done: list[Stop]) -> tuple[tuple[int, int], int]:
        """What is in the box since it was last emptied, and on which trip its rider is."""
        trip = max((stop.place.trip for stop in done if stop.place), default=1)
        if self._full_at(rider, trip):
            return self._capacity(rider), trip
        since = [stop.carried for stop in done if stop.place and stop.place.trip == trip]
        return (sum(grams for grams, _ in since), sum(volume for _, volume in since)), trip

    def _full_at(self, rider: Working, trip: int) -> list[datetime]:
        """When the rider said that his box is full, on this trip."""
        return [
            one.reported_at
            for one in self.snapshot.troubles
            if one.kind is TroubleKind.BOX_FULL
            and one.collector_id == rider.collector_id
            and one.trip >= trip
        ]

    def _rest(self, rider: Working) -> Rest | None:
        rest = rider.shift.rest
        if rest is None:
            return None
        begins = Window(
            self._seconds(self.snapshot.at(rest.begins_from)),
            self._seconds(self.snapshot.at(rest.begins_until)),
        )
        return Rest(begins, rest.minutes * _SECONDS_PER_MINUTE)

    def _seconds(self, moment: datetime) -> int:
        return round((moment - self.midnight).total_seconds())


def _visited_at(stop: Stop) -> datetime:
    assert stop.visited_at is not None
    return stop.visited_at
