"""What a collector is shown of a day: the stops in order, with who lives there and where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.households import service as households
from app.households.models import Household
from app.kernel.phone import Phone
from app.kernel.place import Location
from app.pickups.models import Pickup
from app.pickups.statuses import MissedReason, PickupStatus
from app.routing.models import Route, RouteStop

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
    window_start: time
    window_end: time
    status: PickupStatus
    confirmed: bool
    missed_reason: MissedReason | None

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
    """The collector's stops on `date`, in two queries however many there are."""
    rows = session.execute(
        select(RouteStop.position, Pickup, Household)
        .join(Route, Route.id == RouteStop.route_id)
        .join(Pickup, Pickup.id == RouteStop.pickup_id)
        .join(Household, Household.id == Pickup.household_id)
        .where(
            Route.collector_id == collector_id,
            Route.date == date,
            Pickup.date == date,  # one that was moved is shown on its new day only
        )
        .order_by(RouteStop.position)
    ).all()
    phones = households.phones_of(session, [household.id for _, _, household in rows])
    return RouteSheet(
        collector_id,
        date,
        tuple(
            SheetStop(
                position=position,
                pickup_id=pickup.id,
                household_id=household.id,
                zone_id=pickup.zone_id,
                name=household.name,
                landmark=household.landmark,
                phone=next((Phone(known.phone) for known in phones.get(household.id, ())), None),
                phones=tuple(Phone(known.phone) for known in phones.get(household.id, ())),
                location=households.location_of(household),
                window_start=pickup.window_start,
                window_end=pickup.window_end,
                status=pickup.status,
                confirmed=pickup.confirmed,
                missed_reason=pickup.missed_reason,
            )
            for position, pickup, household in rows
        ),
    )


def route_date(session: Session, collector_id: UUID, pickup_id: UUID) -> dt.date | None:
    """The day on which the pickup is, or was, on the collector's route."""
    return session.scalar(
        select(Route.date)
        .join(RouteStop, RouteStop.route_id == Route.id)
        .where(Route.collector_id == collector_id, RouteStop.pickup_id == pickup_id)
    )
