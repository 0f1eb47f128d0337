"""Stops that change hands: whether both days still hold, and writing down who has what in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select, update

from app.routing.models import Route, RouteStop
from app.teams import fitting
from app.teams.day import HubDay, Row
from app.teams.errors import DoesNotFit
from app.teams.fitting import Door, Lack
from app.teams.team import Team


@dataclass(frozen=True)
class Exchange:
    """Stops that go from `giver` to `taker`, and those that go `back`."""

    giver: UUID
    taker: UUID
    going: Sequence[Row]
    back: Sequence[Row] = ()


def check(team: Team, day: HubDay, exchange: Exchange) -> dict[UUID, list[Door]]:
    """Each one's stops ahead after the exchange, in the order to ride them. Raises `DoesNotFit`."""
    late = {**_late(team, day, exchange.giver), **_late(team, day, exchange.taker)}
    orders = {
        exchange.taker: _after(team, day, exchange.taker, late, taken=exchange.going, given=exchange.back),
        exchange.giver: _after(team, day, exchange.giver, late, taken=exchange.back, given=exchange.going),
    }
    for collector_id, order in orders.items():
        if collector_id == exchange.giver and not exchange.back:
            continue  # whoever only gives has less to do than before
        bike = day.bikes.get(collector_id)
        where = (day.start(collector_id), day.hub)
        lack = fitting.lacks(order, *where, bike, team.limits.pace) if bike else Lack.TIME
        if lack is not None:
            raise DoesNotFit(day.names.get(collector_id, "Your colleague"), lack)
    return orders


def exchange(team: Team, day: HubDay, wanted: Exchange) -> None:
    """Write an exchange down. Raises `DoesNotFit`."""
    _write(team, day, check(team, day, wanted), [*wanted.going, *wanted.back])


def _late(team: Team, day: HubDay, collector_id: UUID) -> dict[UUID, datetime]:
    """Those of the collector's stops that would be reached too late if nothing changed hands, or by nobody; each with
    the time by which it is to be reached then.
    """
    ahead, bike = [row.door for row in day.ahead(collector_id)], day.bikes.get(collector_id)
    if bike is None:
        return {door.pickup_id: door.closes_at + team.limits.late for door in ahead}
    arrives = fitting.ride(ahead, day.start(collector_id), day.hub, bike, team.limits.pace).arrives_at
    return {
        door.pickup_id: max(arrives[door.pickup_id], door.closes_at + team.limits.late)
        for door in ahead
        if arrives[door.pickup_id] > door.closes_at
    }


def _after(
    team: Team,
    day: HubDay,
    collector_id: UUID,
    late: Mapping[UUID, datetime],
    *,
    taken: Sequence[Row],
    given: Sequence[Row],
) -> list[Door]:
    gone = {row.pickup.id for row in given}
    kept = [row.door for row in day.ahead(collector_id) if row.pickup.id not in gone]
    kept, new = (fitting.patient(doors, late) for doors in (kept, [row.door for row in taken]))
    start, bike = day.start(collector_id), day.bikes.get(collector_id)
    if bike is None:
        return fitting.insert(kept, new, start, day.hub)
    fits = partial(fitting.lacks, start=start, hub=day.hub, bike=bike, pace=team.limits.pace)
    return fitting.insert(kept, new, start, day.hub, lambda order: fits(order) is None)


def _write(team: Team, day: HubDay, orders: Mapping[UUID, Sequence[Door]], moved: Sequence[Row]) -> None:
    """Put each collector's stops in order behind what is done; what is off stays last. New times are the planner's
    to say.
    """
    known = {row.pickup.id: row for rows in day.rows.values() for row in rows}
    changes: list[dict[str, object]] = []
    for collector_id, order in orders.items():
        route = _route(team, day, collector_id)
        mine = day.rows.get(collector_id, [])
        first = next((number for number, row in enumerate(mine) if row.ahead), len(mine))
        behind, off = mine[:first], [row for row in mine[first:] if not row.ahead]
        ahead = [known[door.pickup_id] for door in order]
        changes += _numbered([*behind, *ahead, *off], route.id, {row.row_id for row in moved})
        path = [day.hub, *(row.location for row in (*behind, *ahead)), day.hub]
        route.distance_metres = round(fitting.metres(path, team.limits.pace))
        route.updated_at = team.now
    # Out of each other's way first: a position is unique on its route at every moment.
    ids = [change["id"] for change in changes]
    team.session.execute(update(RouteStop).where(RouteStop.id.in_(ids)).values(position=-RouteStop.position))
    team.session.execute(update(RouteStop), changes)
    team.session.execute(
        update(RouteStop)
        .where(RouteStop.id.in_([row.row_id for row in moved]))
        .values(arrives_at=None, told_arrives_at=None, told_at=None)
    )
    team.session.flush()


def _route(team: Team, day: HubDay, collector_id: UUID) -> Route:
    found = team.session.scalar(
        select(Route).where(Route.date == day.date, Route.collector_id == collector_id)
    )
    if found is None:
        found = Route(
            date=day.date,
            collector_id=collector_id,
            hub_id=day.hub_id,
            distance_metres=0,
            created_at=team.now,
            updated_at=team.now,
        )
        team.session.add(found)
        team.session.flush()
    return found


def _numbered(rows: Sequence[Row], route_id: UUID, fresh: set[UUID]) -> list[dict[str, object]]:
    """Positions from 1, on trips that never go back; one that is new on the route joins the trip it falls into."""
    changes: list[dict[str, object]] = []
    trip = 1
    for position, row in enumerate(rows, 1):
        trip = trip if row.row_id in fresh else max(trip, row.trip)
        changes.append({"id": row.row_id, "route_id": route_id, "position": position, "trip": trip})
    return changes
