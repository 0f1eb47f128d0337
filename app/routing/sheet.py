"""What a collector is shown of a day: the stops in order, with who lives there and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.households import service as households
from app.households.models import Household
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.pickups.statuses import MissedReason, PickupStatus
from app.places.models import Zone
from app.routing.models import Route, RouteStop
from app.routing.whereabouts import Whereabouts

ROUNDED_MINUTES = 5
_DONE = frozenset({PickupStatus.COLLECTED, PickupStatus.MISSED})
_OFF = frozenset({PickupStatus.DECLINED, PickupStatus.CANCELLED})


@dataclass(frozen=True)
class SheetStop:
    """One household on one day, as its collector may see it."""

    position: int
    """1 is the first stop."""
    pickup_id: UUID
    household_id: UUID
    zone_id: UUID
    name: str
    landmark: str
    phone: Phone | None
    phones: tuple[Phone, ...]
    """All of the household's; any of them may be told the handover code."""
    location: Location | None
    """As far as is known; None where no more than the zone is."""
    window_start: time
    window_end: time
    status: PickupStatus
    confirmed: bool
    missed_reason: MissedReason | None
    expected_at: time | None = None
    """Local time at which the collector is expected."""
    via_hub: bool = False
    """The box is emptied at the hub on the way here."""

    @property
    def done(self) -> bool:
        return self.status in _DONE

    @property
    def off(self) -> bool:
        """The household said no, or the office called it off, after the route was planned."""
        return self.status in _OFF


@dataclass(frozen=True)
class RouteSheet:
    """A collector's day; without stops where no route was planned."""

    collector_id: UUID
    date: dt.date
    stops: tuple[SheetStop, ...]

    @property
    def done(self) -> int:
        return sum(stop.done for stop in self.stops)

    @property
    def total(self) -> int:
        """The stops that somebody is to be visited at, or was."""
        return sum(not stop.off for stop in self.stops)

    def stop(self, pickup_id: UUID) -> SheetStop | None:
        return next((stop for stop in self.stops if stop.pickup_id == pickup_id), None)

    def next_after(self, position: int = 0) -> SheetStop | None:
        """The next stop still to visit after `position`, or the first one that was passed by."""
        todo = [stop for stop in self.stops if not stop.done and not stop.off]
        return next((stop for stop in todo if stop.position > position), todo[0] if todo else None)


def sheet_for(session: Session, collector_id: UUID, date: dt.date) -> RouteSheet:
    """The collector's stops on `date`, in three queries however many there are."""
    rows = session.execute(
        select(RouteStop, Pickup, Household, Zone.timezone)
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .join(Household, Household.id == Pickup.household_id)
        .join(Zone, Zone.id == Pickup.zone_id)
        .where(
            Route.collector_id == collector_id,
            Route.date == date,
            Pickup.date == date,  # one that was moved is shown on its new day only
        )
        .order_by(RouteStop.position)
    ).all()
    whereabouts = Whereabouts.load(session, {household.zone_id for _, _, household, _ in rows})
    phones = households.phones_of(session, [household.id for _, _, household, _ in rows])
    emptied = _emptied_before([(row.trip, pickup.status) for row, pickup, _, _ in rows])
    return RouteSheet(
        collector_id,
        date,
        tuple(
            SheetStop(
                position=row.position,
                pickup_id=pickup.id,
                household_id=household.id,
                zone_id=pickup.zone_id,
                name=household.name,
                landmark=household.landmark,
                phone=next((Phone(known.phone) for known in phones.get(household.id, ())), None),
                phones=tuple(Phone(known.phone) for known in phones.get(household.id, ())),
                location=whereabouts.found(household),
                window_start=pickup.window_start,
                window_end=pickup.window_end,
                status=pickup.status,
                confirmed=pickup.confirmed,
                missed_reason=pickup.missed_reason,
                expected_at=local_clock(row.arrives_at, timezone) if row.arrives_at else None,
                via_hub=via_hub,
            )
            for (row, pickup, household, timezone), via_hub in zip(rows, emptied, strict=True)
        ),
    )


def _emptied_before(stops: Sequence[tuple[int, PickupStatus]]) -> list[bool]:
    """Of each stop, by trip and status in order, whether the box is emptied on the way to it."""
    found, trip = [], 1
    for number, status in stops:
        found.append(status not in _OFF and number > trip)
        trip = trip if status in _OFF else max(trip, number)
    return found


def local_clock(moment: datetime, timezone: str) -> time:
    """Local time, to five minutes: nobody rides to the minute."""
    local = moment.astimezone(ZoneInfo(timezone)) + timedelta(minutes=ROUNDED_MINUTES / 2)
    return time(local.hour, local.minute - local.minute % ROUNDED_MINUTES)


def route_date(session: Session, collector_id: UUID, pickup_id: UUID) -> dt.date | None:
    """The day on which the pickup is, or was, on the collector's route."""
    return session.scalar(
        select(Route.date)
        .join(RouteStop, RouteStop.route_id == Route.id)
        .where(Route.collector_id == collector_id, RouteStop.pickup_id == pickup_id)
    )
