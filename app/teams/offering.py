"""Offering stops to colleagues, keeping them after all, and not riding at all. Services never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update

from app.collectors import absences
from app.collectors.models import AbsenceReason
from app.errors import Conflict, InvalidInput, NotAllowed
from app.routing.models import Route
from app.teams import telling
from app.teams.day import HubDay
from app.teams.models import LIVE, OfferKind, OfferStatus, RouteEventKind, TeamOffer, TeamOfferStop
from app.teams.team import Team, Who

STOPS_MAX: Final = 200


def offer(
    team: Team, who: Who, pickup_ids: Sequence[UUID], *, to: UUID | None = None, swap: bool = False
) -> TeamOffer:
    """Offer open stops of one's own to a colleague, or to all. They stay one's own until they are taken.

    Raises `InvalidInput`, `NotAllowed`, and `Conflict` for a stop that is not one's own any more, or is in another
    live offer.
    """
    day = team.hold(who)
    mine = {row.pickup.id: row for row in day.ahead(who.collector_id)}
    wanted = list(dict.fromkeys(pickup_ids))
    if not wanted or len(wanted) > STOPS_MAX:
        raise InvalidInput("stops", "Choose at least one stop.")
    if any(one not in mine for one in wanted):
        raise Conflict("One of these stops is not yours to give any more.")
    if to is not None and to not in day.colleagues(who.collector_id):
        raise InvalidInput("to", "There is no such colleague today.")
    if swap and to is None:
        raise InvalidInput("to", "Choose whom you want to swap with.")
    if set(wanted) & team.bound(who):
        raise Conflict("One of these stops is in another offer of yours; take that one back first.")
    made = TeamOffer(
        hub_id=who.hub_id,
        date=who.date,
        from_id=who.collector_id,
        to_id=to,
        kind=OfferKind.SWAP if swap else OfferKind.GIVE,
        status=OfferStatus.OPEN,
        created_at=team.now,
    )
    team.session.add(made)
    team.session.flush()
    team.session.add_all(TeamOfferStop(offer_id=made.id, pickup_id=one) for one in wanted)
    team.record(RouteEventKind.OFFERED, made, wanted, who.collector_id, whose=who.collector_id, to=to)
    listeners = [to] if to else [one for one in day.bikes if one != who.collector_id]
    telling.offered(team, day, made, [mine[one] for one in wanted], listeners)
    return made


def withdraw(team: Team, who: Who, offer_id: UUID) -> None:
    """Take one's own offer back, answered or not. Raises `Gone` where it was taken meanwhile, and `NotAllowed`."""
    day = team.hold(who)
    found = team.live_offer(who, offer_id)
    if found.from_id != who.collector_id:
        raise NotAllowed("this offer is not yours")
    team.close(found, OfferStatus.WITHDRAWN, RouteEventKind.WITHDRAWN, who.collector_id)
    telling.withdrawn(team, day, found)


def stand_down(team: Team, who: Who) -> TeamOffer | None:
    """Not ride today: all that one still has is offered to everybody, and the day is entered as sick.

    The stops wait for `Limits.patience` before the planner gives to others what nobody took. Raises `NotAllowed`.
    """
    day = team.hold(who)
    me = who.collector_id
    mine = or_(TeamOffer.from_id == me, TeamOffer.to_id == me)
    live = select(TeamOffer).where(mine, TeamOffer.date == who.date, TeamOffer.status.in_(LIVE))
    for one in team.session.scalars(live).all():
        if one.from_id == me:
            team.close(one, OfferStatus.WITHDRAWN, RouteEventKind.WITHDRAWN, me)
            telling.withdrawn(team, day, one)
        else:
            team.close(one, OfferStatus.DECLINED, RouteEventKind.DECLINED, me)
            telling.declined(team, day, one, len(team.stops(one)))
    left = [row.pickup.id for row in day.ahead(me)]
    made = None
    for start in range(0, len(left), STOPS_MAX):
        made = offer(team, who, left[start : start + STOPS_MAX])
    team.session.execute(
        update(Route)
        .where(Route.date == who.date, Route.collector_id == me)
        .values(waits_until=_waits_until(team, day, me))
    )
    absences.add(
        team.session, me, first_day=who.date, last_day=who.date, reason=AbsenceReason.SICK, now=team.now
    )
    return made


def _waits_until(team: Team, day: HubDay, collector_id: UUID) -> datetime:
    """Long enough for colleagues to look, and early enough for the planner to keep what households were promised."""
    patience = team.limits.patience
    kept = [row.closes_at - patience for row in day.ahead(collector_id) if row.closes_at > team.now]
    return max(team.now, min([team.now + patience, *kept]))
