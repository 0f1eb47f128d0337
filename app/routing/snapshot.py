"""What a plan of one hub's day is made from, without a database; `app.routing.reading` reads it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.collectors.shifts import Working
from app.kernel.clock import at_local
from app.kernel.place import Location
from app.pickups.statuses import OPEN, PickupStatus
from app.rotation.turns import NO_TURNS, Turns
from app.routing.demand import Expected
from app.routing.models import TroubleKind
from app.routing.pace import NO_PACES, Paces


class StopState(enum.Enum):
    DONE = enum.auto()
    AHEAD = enum.auto()
    OFF = enum.auto()
    """Nobody is to go there any more; it stays on the sheet, last, so that the collector sees it is off."""


def state_of(status: PickupStatus) -> StopState:
    if status in OPEN:
        return StopState.AHEAD
    return StopState.DONE if status in (PickupStatus.COLLECTED, PickupStatus.MISSED) else StopState.OFF


@dataclass(frozen=True)
class Place:
    """Where a stop is on its route."""

    collector_id: UUID
    position: int
    trip: int
    arrives_at: datetime | None
    row_id: UUID | None = None
    """None while it is only about to be written."""


@dataclass(frozen=True)
class Stop:
    """One household's pickup on the day."""

    pickup_id: UUID
    household_id: UUID
    zone_id: UUID
    location: Location
    state: StopState
    opens_at: datetime
    """The promised hours."""
    closes_at: datetime
    confirmed: bool
    promised: bool
    """Must be served if anyhow possible: confirmed, asked for, or missed last time."""
    place: Place | None = None
    """None where it is on no route of this day."""
    other_row_id: UUID | None = None
    """Its row on another day's route, that it leaves."""
    visited_at: datetime | None = None
    carried: tuple[int, int] = (0, 0)
    """Grams and millilitres that were weighed there."""

    @property
    def collector_id(self) -> UUID | None:
        return self.place.collector_id if self.place else None


@dataclass(frozen=True)
class Trouble:
    collector_id: UUID
    kind: TroubleKind
    trip: int
    reported_at: datetime


@dataclass(frozen=True)
class Snapshot:
    """One hub's day as it stands."""

    hub_id: UUID
    hub: Location
    date: dt.date
    timezone: str
    riders: tuple[Working, ...]
    """Those who ride that day, by id; who says that his bike is broken is still among them."""
    stops: tuple[Stop, ...]
    """On the hub's routes in order, then the new ones by pickup."""
    expected: Mapping[UUID, Expected] = field(default_factory=dict)
    """By household, of the stops that lie ahead."""
    turns: Turns = NO_TURNS
    """Whose the rounds are that day, as drawn."""
    troubles: tuple[Trouble, ...] = ()
    """Those that are not over."""
    paces: Paces = NO_PACES
    """How fast the zones were found to be."""
    doubtful: tuple[UUID, ...] = ()
    """Households whose coordinates cannot be right, by id."""
    waits_until: Mapping[UUID, datetime] = field(default_factory=dict)
    """By collector: until then his stops wait for colleagues, if he does not ride."""

    def at(self, local: dt.time) -> datetime:
        return at_local(self.date, local, self.timezone)

    def same_as(self, other: Snapshot) -> bool:
        """Whether a plan for the one is a plan for the other."""
        mine, theirs = (
            (one.riders, one.stops, one.turns, one.troubles, one.waits_until) for one in (self, other)
        )
        return mine == theirs

    def able(self) -> list[Working]:
        """The riders whose bikes are not broken."""
        broken = {one.collector_id for one in self.troubles if one.kind is TroubleKind.BIKE_BROKEN}
        return [one for one in self.riders if one.collector_id not in broken]

    def waiting(self, now: datetime) -> set[UUID]:
        """Collectors who do not ride, and whose stops a colleague may still take by himself."""
        riding = {one.collector_id for one in self.riders}
        return {one for one, until in self.waits_until.items() if now < until and one not in riding}

    def of(self, collector_id: UUID, state: StopState) -> list[Stop]:
        """A collector's stops in one state, in order."""
        return [one for one in self.stops if one.collector_id == collector_id and one.state is state]
